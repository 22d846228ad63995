"""Where a form comes from: scope and ``receive``, or a request of whatever framework; the limit on its body."""

import anyio
import pytest

from asgi_forms import FormData, FormError, form, parse_form, stream_multipart
from asgi_types import MAX_BODY_SIZE, ContentTooLarge


def request_class(framework, bare):
    if framework == "none":
        return bare
    return pytest.importorskip("starlette.requests" if framework == "Starlette" else "fastapi").Request


@pytest.fixture(params=["Starlette", "FastAPI", "none"])
def request_of(request, bare_request):
    """Makes a request of the connection that an upload is."""
    made_by = request_class(request.param, bare_request)
    return lambda upload: made_by(upload.scope, upload.receive)


@pytest.fixture(params=["Starlette", "FastAPI"])
def framework_request_of(request, bare_request):
    made_by = request_class(request.param, bare_request)
    return lambda upload: made_by(upload.scope, upload.receive)


@pytest.fixture
def upload_of_file(multipart):
    return multipart(multipart.part("tag", "a"), multipart.part("f", b"content", "f.txt"))


async def first_part(*source):
    return await anext(stream_multipart(*source))


# Sources


async def test_a_form_of_a_request(upload, request_of):
    assert await parse_form(request_of(upload(b"tag=a&t", b"ag=b"))) == FormData([("tag", "a"), ("tag", "b")])


async def test_a_form_with_files_of_a_request(request_of, upload_of_file):
    async with form(request_of(upload_of_file)) as fields:
        assert fields["tag"] == "a"
        assert (fields["f"].filename, await fields["f"].read()) == ("f.txt", b"content")


async def test_a_streamed_form_of_a_request(request_of, upload_of_file):
    seen = [(part.name, await part.read()) async for part in stream_multipart(request_of(upload_of_file))]
    assert seen == [("tag", b"a"), ("f", b"content")]


async def test_a_form_of_a_request_whose_body_was_read_first(framework_request_of, upload_of_file):
    request = framework_request_of(upload_of_file)
    body = await request.body()
    for _ in range(2):
        async with form(request) as fields:
            assert (fields["tag"], await fields["f"].read()) == ("a", b"content")
    assert [part.name async for part in stream_multipart(request)] == ["tag", "f"]
    assert await request.body() == body


async def test_no_form_leaves_the_body_of_a_request_unread(upload, framework_request_of):
    request = framework_request_of(upload(b'{"a": 1}', content_type="application/json"))
    assert await parse_form(request) == FormData()
    assert await request.json() == {"a": 1}


@pytest.mark.parametrize("source", [{"type": "http", "headers": []}, None, object(), b"a=1"])
@pytest.mark.parametrize("read", [parse_form, first_part])
async def test_neither_scope_and_receive_nor_a_request(read, source):
    message = f"Give a scope and receive, or a request with a stream\\(\\), not a {type(source).__name__} alone"
    with pytest.raises(TypeError, match=message):
        await read(source)


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
@pytest.mark.parametrize("read", [parse_form, first_part])
async def test_another_scope_is_an_assertion_error(upload, read, kind, bare_request):
    request = upload(b"")
    request.scope["type"] = kind
    for source in [(request.scope, request.receive), (bare_request(request.scope, request.receive),)]:
        with pytest.raises(AssertionError, match=f"Not an HTTP request's scope: '{kind}'"):
            await read(*source)
    assert request.chunks_left == [b""]


# Messages


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


async def test_a_client_that_leaves_a_request_is_the_error_of_that(upload, framework_request_of):
    from starlette.requests import ClientDisconnect

    with pytest.raises(ClientDisconnect):
        await parse_form(framework_request_of(upload(b"a=1", ends=False)))


async def test_nothing_is_received_after_the_end(multipart):
    request = multipart(multipart.part("a"))
    stream = stream_multipart(request.scope, request.receive)
    assert [part.name async for part in stream] == ["a"]
    assert [part.name async for part in stream] == []
    assert [message["type"] for message in request.left] == ["http.disconnect"]


# The stream of a request is closed


@pytest.mark.parametrize(
    ("chunks", "limits"),
    [
        ([b"a=1&b=2&c=3", b"&d=4"], {"max_fields": 2}),
        ([b"a=12345", b"67890", b"1"], {"max_part_size": 8}),
    ],
)
async def test_the_stream_is_closed_after_an_error(upload, chunks, limits, bare_request):
    request = bare_request(*connection(upload(*chunks)))
    with pytest.raises(FormError):
        await parse_form(request, **limits)
    assert request.ended == [GeneratorExit]


async def test_the_stream_is_closed_after_an_error_before_its_beginning(multipart, bare_request):
    request = bare_request(*connection(multipart.request(b"--x--", content_type="multipart/form-data")))
    with pytest.raises(FormError, match="400: Missing boundary in multipart"):
        await parse_form(request)
    with pytest.raises(StopAsyncIteration):  # though there is a body
        await anext(request.streams[0])


async def test_the_stream_is_read_to_its_end(upload, bare_request):
    request = bare_request(*connection(upload(b"a=1", b"&b=2")))
    await parse_form(request)
    assert request.ended == [None]


async def test_the_stream_is_closed_when_the_form_is_cancelled(multipart, bare_request):
    source = multipart.request(b"--x\r\n", b"")

    async def receive():
        if len(source.chunks_left) == 1:
            scope.cancel()
            await anyio.sleep_forever()
        return await source.receive()

    request = bare_request(source.scope, receive)
    with anyio.CancelScope() as scope:
        await parse_form(request)
    assert scope.cancelled_caught
    assert request.ended == [anyio.get_cancelled_exc_class()]


def connection(upload):
    return upload.scope, upload.receive


# The limit that the scope has on a body


@pytest.mark.parametrize("read", [parse_form, first_part])
async def test_a_body_declared_too_large_is_refused_before_anything_is_received(multipart, read):
    request = multipart(multipart.part("a"))
    size = len(request.chunks_left[0])
    request.scope[MAX_BODY_SIZE] = size - 1
    request.scope["headers"].append((b"content-length", b"%d" % size))
    with pytest.raises(ContentTooLarge) as caught:
        await read(*connection(request))
    assert caught.value.limit == size - 1
    assert len(request.chunks_left) == 1


async def test_a_body_that_grows_too_large_is_refused_as_soon_as_it_is(upload):
    request = upload(b"a=12", b"&b=", b"&c", b"=4")
    request.scope[MAX_BODY_SIZE] = 8
    with pytest.raises(ContentTooLarge) as caught:
        await request.parse()
    assert (caught.value.status_code, caught.value.limit) == (413, 8)
    assert request.chunks_left == [b"=4"]


@pytest.mark.parametrize("limit", [None, 7, 8])
async def test_a_body_within_the_limit(upload, limit):
    request = upload(b"a=1&", b"b=2")
    request.scope[MAX_BODY_SIZE] = limit
    request.scope["headers"].append((b"content-length", b"7"))
    assert await request.parse() == FormData(a="1", b="2")


async def test_a_body_that_is_no_form_is_nobodys_business(upload):
    request = upload(b"12345", content_type="text/plain")
    request.scope[MAX_BODY_SIZE] = 4
    request.scope["headers"].append((b"content-length", b"5"))
    assert await request.parse() == FormData()
