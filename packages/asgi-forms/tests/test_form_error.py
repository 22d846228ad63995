import pytest

from asgi_forms import FormError
from asgi_types import HTTPException, Response, answer


def test_it_is_an_http_exception():
    error = FormError(413, "Too much.", {"connection": "close"})
    assert isinstance(error, HTTPException)
    assert (error.status_code, error.detail, error.headers) == (413, "Too much.", {"connection": "close"})
    assert repr(error) == "FormError(status_code=413, detail='Too much.')"


@pytest.mark.parametrize(
    ("content_type", "status"), [("multipart/form-data", 415), ("application/x-www-form-urlencoded", 413)]
)
async def test_it_stands_for_an_answer(drive, upload, content_type, status):
    async def app(scope, receive, send):
        try:
            await upload(b"a=1&b=2", content_type=content_type).parse(max_fields=1)
        except FormError as error:
            await answer(scope, receive, send, error)
        else:
            await Response("No error.")(scope, receive, send)

    response = await drive.request(app, method="POST")
    assert response.status == status
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
