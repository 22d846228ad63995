"""Which responses are compressed, and what their header fields become."""

import pytest

from asgi_middleware import CompressionMiddleware

BODY = b"Hello, world! " * 100
LENGTH = (b"content-length", b"1400")
VARY = (b"vary", b"Accept-Encoding")
GZIP = {"accept-encoding": "gzip"}


@pytest.fixture
def ask(drive, sends):
    """The answer of an application with these header fields, compressed if that is right."""

    async def ask(*fields, status=200, body=BODY, request=(), method="GET", **more):
        app = CompressionMiddleware(sends(body, headers=fields, status=status, **more), encodings=("gzip",))
        return await drive.request(app, method=method, headers=[("accept-encoding", "gzip"), *request])

    return ask


AS_IT_IS = [
    (b"content-encoding", b"br"),
    (b"content-encoding", b"identity"),
    (b"content-digest", b"sha-256=:x:"),
    (b"repr-digest", b"sha-256=:x:"),
    (b"digest", b"sha-256=x"),
    (b"content-md5", b"x"),
    (b"content-type", b"image/png"),
    (b"cache-control", b"no-transform"),
    (b"cache-control", b"public, No-Transform, max-age=60"),
]


@pytest.mark.parametrize("field", AS_IT_IS)
async def test_some_fields_leave_all_as_it_is(ask, field):
    given = ((b"etag", b'"1"'), field, LENGTH)
    answer = await ask(*given)
    assert answer.headers.raw == list(given)
    assert answer.body == BODY


async def test_each_cache_control_counts(ask):
    answer = await ask((b"cache-control", b"public"), (b"cache-control", b"no-transform"), (b"cache-control", b"a"))
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("field", [(b"cache-control", b"no-cache"), (b"x-digest", b"1"), (b"content-language", b"en")])
async def test_others_do_not(ask, field):
    assert (await ask(field)).headers.raw[0] == field
    assert (await ask(field)).headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("status", [100, 204, 205])
async def test_a_status_without_body_is_left_alone(ask, status):
    for body in (b"", BODY):  # which nobody may send, and the server drops
        answer = await ask((b"etag", b'"1"'), status=status, body=body)
        assert answer.headers.raw == [(b"etag", b'"1"')]


@pytest.mark.parametrize("status", [200, 201, 404, 500])
async def test_errors_are_compressed_too(ask, status):
    answer = await ask(status=status)
    assert (answer.status, answer.headers["content-encoding"]) == (status, "gzip")


@pytest.mark.parametrize(
    ("status", "field"),
    [(206, (b"content-type", b"multipart/byteranges")), (206, (b"content-range", b"bytes 0-1399/9999"))],
)
async def test_a_part_is_left_alone_but_varies(ask, status, field):
    answer = await ask(field, (b"etag", b'"1"'), LENGTH, (b"accept-ranges", b"bytes"), status=status)
    assert answer.headers.raw == [field, (b"etag", b'"1"'), LENGTH, (b"accept-ranges", b"bytes"), VARY]
    assert answer.body == BODY


async def test_content_range_alone_makes_a_part(ask):
    answer = await ask((b"content-range", b"bytes 0-1399/9999"))
    assert answer.headers.raw[1:] == [VARY]


async def test_a_part_of_what_is_not_compressed_does_not_vary(ask):
    answer = await ask((b"content-type", b"video/mp4"), (b"content-range", b"bytes 0-1399/9999"), status=206)
    assert "vary" not in answer.headers


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (b'"1"', b'W/"1"'),
        (b'W/"1"', b'W/"1"'),
        (b'""', b'W/""'),
        (b"unquoted", b"unquoted"),
    ],
)
async def test_an_entity_tag_becomes_weak(ask, given, expected):
    assert (await ask((b"etag", given))).headers["etag"] == expected.decode()
    assert (await ask((b"etag", given), body=b"small")).headers["etag"] == given.decode()


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ('W/"1"', 'W/"1"'),  # what a client has that got it compressed
        ('"0", W/"1"', 'W/"1"'),
        ('"1"', '"1"'),
        ('W/"11"', '"1"'),
        ("*", '"1"'),
        (None, '"1"'),
    ],
)
async def test_a_304_has_the_entity_tag_that_the_client_has(ask, known, expected):
    request = [] if known is None else [("if-none-match", known)]
    answer = await ask((b"etag", b'"1"'), status=304, body=b"", request=request)
    assert answer.headers.raw == [(b"etag", expected.encode()), VARY]


async def test_a_304_of_several_fields(ask):
    request = [("if-none-match", '"0"'), ("if-none-match", 'W/"1"')]
    assert (await ask((b"etag", b'"1"'), status=304, body=b"", request=request)).headers["etag"] == 'W/"1"'
    assert (await ask((b"etag", b'W/"1"'), status=304, body=b"", request=request)).headers["etag"] == 'W/"1"'


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ["Accept-Encoding"]),
        ([b"Cookie"], ["Cookie, Accept-Encoding"]),
        ([b"Cookie, accept-encoding"], ["Cookie, accept-encoding"]),
        ([b"*"], ["*"]),
    ],
)
@pytest.mark.parametrize("accepted", ["gzip", "br"])
async def test_vary_is_said_once(drive, sends, given, expected, accepted):
    app = CompressionMiddleware(sends(BODY, headers=[(b"vary", value) for value in given]), encodings=("gzip",))
    answer = await drive.request(app, headers={"accept-encoding": accepted})
    assert answer.headers.getlist("vary") == expected


async def test_the_length_is_that_of_what_is_sent(ask):
    answer = await ask(LENGTH, (b"accept-ranges", b"bytes"), (b"x-other", b"1"))
    assert answer.headers.getlist("content-length") == [str(len(answer.body))]
    assert "accept-ranges" not in answer.headers
    assert answer.headers["x-other"] == "1"


async def test_with_trailers_there_is_no_length(ask):
    answer = await ask(LENGTH, trailers=True)
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-length" not in answer.headers
    assert answer.start["trailers"] is True


async def test_head_has_the_fields_of_get_without_a_length(ask):
    fields = (LENGTH, (b"etag", b'"1"'), (b"accept-ranges", b"bytes"))
    get, head = [await ask(*fields, method=method) for method in ("GET", "HEAD")]
    assert get.body
    assert [pair for pair in get.headers.raw if pair[0] != b"content-length"] == head.headers.raw
    assert head.body == b""
    assert len(head.messages) == 2


async def test_head_of_an_application_that_sends_no_body(ask):
    answer = await ask(LENGTH, method="HEAD", body=b"")
    assert answer.headers.raw == [(b"content-encoding", b"gzip"), VARY]


@pytest.mark.parametrize("length", [b"0", b"499"])
async def test_head_of_a_small_body(ask, length):
    answer = await ask((b"content-length", length), method="HEAD", body=b"")
    assert answer.headers.raw == [(b"content-length", length)]


async def test_head_without_a_length_promises_nothing(ask):
    assert (await ask(method="HEAD", body=b"")).headers.raw == []
    assert (await ask(method="HEAD")).headers["content-encoding"] == "gzip"  # all that GET would get is there


async def test_head_of_a_client_that_accepts_none(drive, sends):
    app = CompressionMiddleware(sends(b"", headers=[LENGTH]))
    answer = await drive.request(app, method="HEAD")
    assert answer.headers.raw == [LENGTH, VARY]


@pytest.mark.parametrize("extension", ["http.response.pathsend", "http.response.zerocopysend"])
async def test_head_of_a_file_that_the_server_would_send(drive, sends, extension):
    fields = [LENGTH, (b"accept-ranges", b"bytes")]
    app = CompressionMiddleware(sends(b"", headers=fields))
    answer = await drive.request(app, method="HEAD", headers=GZIP, extensions={extension: {}})
    assert answer.headers.raw == [*fields, VARY]
    app = CompressionMiddleware(sends(b"", headers=fields[:1]))
    answer = await drive.request(app, method="HEAD", headers=GZIP, extensions={extension: {}})
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("kind", ["http.response.pathsend", "http.response.zerocopysend"])
async def test_head_of_an_application_that_sends_a_file_anyhow(drive, sends_messages, kind):
    start = {"type": "http.response.start", "status": 200, "headers": [LENGTH]}
    app = CompressionMiddleware(sends_messages(start, {"type": kind, "path": "/a", "file": 3}))
    answer = await drive.request(app, method="HEAD", headers=GZIP, extensions={kind: {}})
    assert answer.messages[1:] == [{"type": "http.response.body", "body": b"", "more_body": False}]


@pytest.mark.parametrize("extensions", [None, {}, {"http.response.trailers": {}}])
async def test_head_of_a_file_that_the_application_would_send(drive, sends, extensions):
    app = CompressionMiddleware(sends(b"", headers=[LENGTH, (b"accept-ranges", b"bytes")]))
    answer = await drive.request(app, method="HEAD", headers=GZIP, extensions=extensions)
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("length", [b"", b"many", b"-1", b"+600", b"1" * 5000, b"\xb2"])
async def test_a_length_that_is_none_counts_as_not_declared(ask, length):
    answer = await ask((b"content-length", length))
    assert answer.headers.getlist("content-length") == [str(len(answer.body))]


async def test_fields_of_any_iterable_are_not_changed(drive, sends_messages):
    fields = [(b"etag", b'"1"'), LENGTH]
    start = {"type": "http.response.start", "status": 200, "headers": fields}
    body = {"type": "http.response.body", "body": BODY}
    app = CompressionMiddleware(sends_messages(start, body))
    for _ in range(2):
        answer = await drive.request(app, headers=GZIP)
        assert answer.headers.getlist("etag") == ['W/"1"']
    assert fields == [(b"etag", b'"1"'), LENGTH]
    assert start == {"type": "http.response.start", "status": 200, "headers": fields}
    assert body == {"type": "http.response.body", "body": BODY}
    start["headers"] = tuple(fields)
    assert (await drive.request(app, headers=GZIP)).headers["content-encoding"] == "gzip"


async def test_fields_of_a_generator(drive, sends_messages):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": (pair for pair in [VARY])})
        await send({"type": "http.response.body"})

    assert (await drive.request(CompressionMiddleware(app), headers=GZIP)).headers.raw == [VARY]
