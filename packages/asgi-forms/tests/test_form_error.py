import pytest

from asgi_forms import FormError, MultiPartException, form
from asgi_types import HTTPException, Response, answer

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


def test_it_is_an_http_exception_with_its_reason():
    error = FormError("Too much.", 413)
    assert isinstance(error, HTTPException)
    assert (error.status_code, error.detail, error.message, error.headers) == (413, "Too much.", "Too much.", None)
    assert repr(error) == "FormError(status_code=413, detail='Too much.')"
    assert str(error) == "413: Too much."


def test_it_is_the_fault_of_a_malformed_form_by_default():
    assert FormError("Malformed.").status_code == 400


def test_it_goes_by_the_name_that_starlette_gives_it():
    with pytest.raises(FormError) as caught:
        raise MultiPartException("Malformed.")
    assert caught.value.message == "Malformed."


@pytest.mark.parametrize(
    ("content_type", "body", "status", "reason"),
    [
        (URLENCODED, b"a=1&b=2", 413, "Too many fields. Maximum number of fields is 1."),
        (MULTIPART, b"--x\r\n", 400, "The form ends before its final boundary: it was cut off."),
        ("multipart/form-data", b"--x--", 400, "Missing boundary in multipart."),
    ],
)
async def test_it_stands_for_an_answer(drive, upload, content_type, body, status, reason):
    async def app(scope, receive, send):
        try:
            await upload(body, content_type=content_type).parse(max_fields=1)
        except FormError as error:
            await answer(scope, receive, send, error)
        else:
            await Response("No error.")(scope, receive, send)

    response = await drive.request(app, method="POST")
    assert (response.status, response.text) == (status, reason)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nno name\r\n--b--\r\n"),
        ("multipart/form-data; boundary=" + "b" * 300, b""),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"X: x\r\n" * 100 + b"\r\n--b--\r\n"),
    ],
    ids=["no name", "boundary", "headers"],
)
async def test_a_class_may_not_tell_what_makes_a_multipart_form_malformed(upload, monkeypatch, content_type, body):
    async def told():
        with pytest.raises(FormError) as caught:
            await upload(body, content_type=content_type).parse()
        assert caught.value.message == caught.value.detail
        return caught.value.message

    assert await told() != "Invalid multipart data."
    monkeypatch.setattr(FormError, "tells_details", False)
    assert await told() == "Invalid multipart data."


async def test_the_status_of_a_form_beyond_a_limit_can_be_set(upload, monkeypatch):
    source = upload(b"a=1&b=2")
    with pytest.raises(FormError, match="413: Too many fields"):
        await form(source.scope, source.receive, max_fields=1)
    monkeypatch.setattr(FormError, "too_large_status", 400)
    source = upload(b"a=1&b=2")
    with pytest.raises(FormError, match="400: Too many fields"):
        await form(source.scope, source.receive, max_fields=1)
