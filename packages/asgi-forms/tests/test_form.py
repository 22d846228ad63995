"""Forms as an application reads them: which content types are forms, limits, sinks; their files have one more file."""

import math

import anyio
import pytest

from asgi_forms import FORM_LIMITS, FormData, FormError, form, parse_form
from asgi_forms.sinks import UploadSink

URLENCODED = "application/x-www-form-urlencoded"


async def test_a_form_is_read_through_the_scope_and_receive_of_an_application(drive):
    seen = []

    async def app(scope, receive, send):
        seen.append(await parse_form(scope, receive))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    await drive.request(app, "/", "POST", body=[b"name=Zo%C", b"3%AB"], headers={"content-type": URLENCODED})
    assert seen == [FormData(name="Zoë")]


# Which content types are forms


@pytest.mark.parametrize(
    "content_type",
    [
        URLENCODED,
        "Application/X-WWW-Form-Urlencoded",
        URLENCODED + "; charset=utf-8",
        URLENCODED + " ;charset=utf-8",
        URLENCODED + ";",
        " " + URLENCODED,
    ],
)
async def test_the_content_type_is_recognised(upload, content_type):
    assert await upload(b"a=%C3%AB", content_type=content_type).parse() == FormData(a="ë")


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=x",
        "Multipart/Form-Data;Boundary=x",
        'multipart/form-data ; charset=utf-8 ; boundary="x"',
        "\tmultipart/form-data;boundary=x;",
    ],
)
async def test_the_content_type_of_multipart_is_recognised(multipart, content_type):
    assert await multipart(multipart.part("a", "ë"), content_type=content_type).parse() == FormData(a="ë")


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
        "multipart/mixed; boundary=x",
        "multipart/form-data-x; boundary=x",
    ],
)
async def test_no_form_is_an_empty_one_and_the_body_stays_unread(upload, content_type):
    request = upload(b"a=1", content_type=content_type)
    fields = await request.parse()
    assert type(fields) is FormData
    assert fields.multi_items() == []
    assert len(request.left) == 2


@pytest.mark.parametrize("chunks", [(b"a=1&b=2",), (b"a=1&b=2", b""), (b"", b"a=1", b"", b"&b=", b"2", b"", b"")])
async def test_the_last_field_is_there_however_the_stream_ends(upload, chunks):
    assert (await upload(*chunks).parse()).multi_items() == [("a", "1"), ("b", "2")]


@pytest.mark.parametrize("content_type", [URLENCODED, "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("chunks", [(b"",), (b"", b"")])
async def test_an_empty_body_is_an_empty_form(upload, content_type, chunks):
    assert await upload(*chunks, content_type=content_type).parse() == FormData()


# Limits and sinks


async def test_the_sink_gets_the_files_and_not_the_fields(multipart):
    part = multipart.part
    request = multipart(part("a", b"first", "1.txt"), part("note", b"text"), part("b", b"second", "2.txt"))
    heads = []

    class Counted(UploadSink):
        size = 0

        def __init__(self, head):
            heads.append((head.name, head.filename))

        async def write(self, chunk):
            self.size += len(chunk)

    fields = await request.parse(sink=Counted)
    assert heads == [("a", "1.txt"), ("b", "2.txt")]
    assert [(fields[name].sink.size, fields[name].size) for name in "ab"] == [(5, 5), (6, 6)]
    assert fields["note"] == "text"


async def test_a_slow_sink_slows_the_client_down(multipart):
    body = multipart.body(multipart.part("a", b"x" * 4096, "1.txt"))
    request = multipart.request(body[:1024], body[1024:2048], body[2048:])
    received = []

    class Slow(UploadSink):
        async def write(self, chunk):
            received.append(len(request.chunks_left))
            await anyio.sleep(0.001)
            assert len(request.chunks_left) == received[-1]

    await request.parse(sink=lambda _: Slow())
    assert sorted(set(received), reverse=True) == [2, 1, 0]


async def test_a_broken_limit_stops_before_the_next_receive(upload):
    request = upload(b"a=1&", b"b=2&", b"c", b"=3", b"&d=4")
    with pytest.raises(FormError) as caught:
        await request.parse(max_fields=2)
    assert caught.value.status_code == 413
    assert request.chunks_left == [b"=3", b"&d=4"]


async def test_a_field_is_not_collected_beyond_its_limit(upload):
    request = upload(b"a=12", b"34", b"56", b"78")
    with pytest.raises(FormError) as caught:
        await request.parse(max_part_size=6)
    assert caught.value.status_code == 413
    assert request.chunks_left == [b"78"]


async def test_the_default_limits(upload):
    fields = [(f"f{number}", "") for number in range(1000)]
    body = "&".join(name for name, _ in fields).encode()
    assert (await upload(body).parse()).multi_items() == fields
    with pytest.raises(FormError, match="413: Too many fields"):
        await upload(body + b"&g").parse()
    most = b"a=" + b"x" * (1024 * 1024 - 1)
    assert len((await upload(most).parse())["a"]) == 1024 * 1024 - 1
    with pytest.raises(FormError, match="413: Field exceeded maximum size of 1024KB"):
        await upload(most + b"x").parse()


async def test_limits_can_be_lifted(upload):
    body = b"&".join([b"a"] * 1001)
    assert len((await upload(body).parse(max_fields=math.inf)).getlist("a")) == 1001
    large = b"a=" + b"x" * (1024 * 1024)
    assert len((await upload(large).parse(max_part_size=math.inf))["a"]) == 1024 * 1024


@pytest.mark.parametrize("content_type", [URLENCODED, "multipart/form-data; boundary=x"])
async def test_limits_come_from_the_scope_and_arguments_go_before_them(upload, multipart, content_type):
    body = b"a&b&c" if content_type == URLENCODED else multipart.body(*map(multipart.part, "abc"))

    def request():
        request = upload(body, content_type=content_type)
        request.scope[FORM_LIMITS] = {"max_fields": 2, "max_name_size": 1}
        return request

    with pytest.raises(FormError, match="Maximum number of fields is 2"):
        await request().parse()
    with pytest.raises(FormError, match="Maximum number of fields is 2"):
        await request().parse(max_fields=None)
    with pytest.raises(FormError, match="Maximum number of fields is 1"):
        await request().parse(max_fields=1)
    with pytest.raises(FormError, match="Field name exceeded maximum size of 0 bytes"):
        await request().parse(max_fields=3, max_name_size=0)
    assert len(await request().parse(max_fields=3)) == 3


@pytest.mark.parametrize("around", [None, {}])
async def test_limits_of_the_scope_that_are_none_leave_the_defaults(upload, around):
    body = b"&".join([b"a"] * 1001)
    request = upload(body)
    request.scope[FORM_LIMITS] = around
    with pytest.raises(FormError, match="Maximum number of fields is 1000"):
        await request.parse()
    request = upload(body)
    request.scope[FORM_LIMITS] = around
    assert len(await request.parse(max_fields=1001)) == 1


@pytest.mark.parametrize(
    ("limits", "error", "message"),
    [
        ({"max_filez": 1}, TypeError, "'max_filez' is not a limit of forms; these are: max_fields, max_file_size"),
        ({"max_files": -1}, ValueError, "max_files is -1: give a number of at least 0, or math.inf for no limit"),
    ],
)
def test_a_limit_that_is_none_is_told_at_once(upload, limits, error, message):
    request = upload(b"")
    with pytest.raises(error, match=message):
        form(request.scope, request.receive, **limits)
