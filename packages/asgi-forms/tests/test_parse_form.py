import math

import pytest

from asgi_forms import FormData, FormError, parse_form

URLENCODED = "application/x-www-form-urlencoded"


async def test_a_form_is_read_through_the_scope_and_receive_of_an_application(drive):
    seen = []

    async def app(scope, receive, send):
        seen.append(await parse_form(scope, receive))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    await drive.request(app, "/", "POST", body=[b"name=Zo%C", b"3%AB"], headers={"content-type": URLENCODED})
    assert seen == [FormData(name="Zoë")]


@pytest.mark.parametrize(
    "content_type",
    [
        URLENCODED,
        "Application/X-WWW-Form-Urlencoded",
        URLENCODED + "; charset=utf-8",
        URLENCODED + " ;charset=latin-1",
        URLENCODED + ";",
        " " + URLENCODED,
    ],
)
async def test_the_content_type_is_recognised(upload, content_type):
    assert await upload(b"a=%C3%AB", content_type=content_type).parse() == FormData(a="ë")


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        ";",
        ";" + URLENCODED,
        "\xff",
        "application",
        "application/json",
        "text/plain",
        URLENCODED + "x",
        URLENCODED + ",text/plain",
        "x" + URLENCODED,
        "multipart/mixed",
    ],
)
async def test_no_form_is_an_empty_one_and_the_body_stays_unread(upload, content_type):
    request = upload(b"a=1", content_type=content_type)
    form = await request.parse()
    assert type(form) is FormData
    assert form.multi_items() == []
    assert len(request.left) == 2


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data; boundary=x", "Multipart/Form-Data", "multipart/form-data;"]
)
async def test_multipart_is_not_read_yet(upload, content_type):
    request = upload(b"--x--", content_type=content_type)
    with pytest.raises(FormError) as caught:
        await request.parse()
    assert caught.value.status_code == 415
    assert caught.value.detail == "This version reads application/x-www-form-urlencoded forms only."
    assert len(request.left) == 2


async def test_another_scope_is_an_assertion_error(upload):
    request = upload(b"")
    request.scope["type"] = "websocket"
    with pytest.raises(AssertionError, match="Not an HTTP request's scope: 'websocket'"):
        await request.parse()


@pytest.mark.parametrize("chunks", [(b"a=1&b=2",), (b"a=1&b=2", b""), (b"", b"a=1", b"", b"&b=", b"2", b"", b"")])
async def test_the_last_field_is_there_however_the_stream_ends(upload, chunks):
    assert (await upload(*chunks).parse()).multi_items() == [("a", "1"), ("b", "2")]


async def test_an_empty_body_is_an_empty_form(upload):
    assert await upload(b"").parse() == FormData()


async def test_keys_of_a_message_have_defaults(upload):
    request = upload(ends=False)
    request.left.clear()
    request.left.extend([{"type": "http.request", "more_body": True}, {"type": "http.request", "body": b"a=1"}])
    assert await request.parse() == FormData(a="1")


@pytest.mark.parametrize("chunks", [[], [b"a=1"], [b"a=1&", b"b"]])
async def test_a_client_that_leaves_is_a_clear_error(upload, chunks):
    request = upload(*chunks, ends=False)
    with pytest.raises(FormError) as caught:
        await request.parse()
    assert caught.value.status_code == 400
    assert caught.value.detail == "The client disconnected before the end of the form."
    assert len(request.left) == 0


async def test_a_broken_limit_stops_before_the_next_receive(upload):
    request = upload(b"a=1&", b"b=2&", b"c", b"=3", b"&d=4")
    with pytest.raises(FormError) as caught:
        await request.parse(max_fields=2)
    assert caught.value.status_code == 413
    assert [message.get("body") for message in request.left] == [b"=3", b"&d=4", None]


async def test_a_field_is_not_collected_beyond_its_limit(upload):
    request = upload(b"a=12", b"34", b"56", b"78")
    with pytest.raises(FormError) as caught:
        await request.parse(max_part_size=6)
    assert caught.value.status_code == 413
    assert [message.get("body") for message in request.left] == [b"78", None]


async def test_the_default_limits(upload):
    fields = [(f"f{number}", "") for number in range(1000)]
    body = "&".join(name for name, _ in fields).encode()
    assert (await upload(body).parse()).multi_items() == fields
    with pytest.raises(FormError, match="413: Too many fields"):
        await upload(body + b"&g").parse()
    most = b"a=" + b"x" * (1024 * 1024 - 1)
    assert len((await upload(most).parse())["a"]) == 1024 * 1024 - 1
    with pytest.raises(FormError, match="413: Field exceeded maximum size of 1048576 bytes"):
        await upload(most + b"x").parse()


async def test_limits_can_be_lifted(upload):
    body = b"&".join([b"a"] * 1001)
    assert len((await upload(body).parse(max_fields=math.inf)).getlist("a")) == 1001
    large = b"a=" + b"x" * (1024 * 1024)
    assert len((await upload(large).parse(max_part_size=math.inf))["a"]) == 1024 * 1024
