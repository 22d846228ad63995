import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import ContentTooLarge, JSONResponse, PlainTextResponse, Request, request_response
from asgi_types import GUARD, MAX_BODY_SIZE

MIB = 1024 * 1024


class Client:
    """Sends ``chunks`` one by one, counts those that are asked for, and then stays."""

    def __init__(self, *chunks, **headers):
        self.chunks = chunks
        self.taken = 0
        self.headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]

    async def receive(self):
        chunk = self.chunks[self.taken]
        self.taken += 1
        return {"type": "http.request", "body": chunk, "more_body": self.taken < len(self.chunks)}

    def request(self, limit=..., request_class=Request):
        scope = {"type": "http", "method": "POST", "path": "/", "headers": self.headers}
        if limit is not ...:
            scope[MAX_BODY_SIZE] = limit
        return request_class(scope, self.receive)


async def streamed(request):
    return b"".join([chunk async for chunk in request.stream()])


READERS = {"body": Request.body, "json": Request.json, "stream": streamed}
READ = pytest.mark.parametrize("read", READERS.values(), ids=READERS)


# The limit of the scope


@READ
async def test_a_body_as_large_as_the_limit_is_read(read):
    client = Client(b"[1", b"1]", content_length="4")
    await read(client.request(4))
    assert client.taken == 2


@READ
async def test_a_body_that_grows_past_the_limit_is_refused_at_once_and_each_time(read):
    client = Client(b"123", b"", b"45", b"6")
    request = client.request(4)
    for _ in range(2):
        with pytest.raises(ContentTooLarge, match="limit of 4 bytes"):
            await read(request)
        assert client.taken == 3


@READ
async def test_a_body_that_is_announced_too_large_is_refused_before_it_is_received(read):
    client = Client(b"12345", content_length="5")
    request = client.request(4)
    for _ in range(2):
        with pytest.raises(ContentTooLarge):
            await read(request)
    assert client.taken == 0


@READ
async def test_who_was_refused_by_one_reader_is_refused_by_the_others(read):
    request = Client(b"12345").request(4)
    for reader in (read, *READERS.values()):
        with pytest.raises(ContentTooLarge):
            await reader(request)


async def test_the_stream_does_not_give_the_chunk_that_is_too_much():
    stream = Client(b"123", b"45").request(4).stream()
    assert await anext(stream) == b"123"
    with pytest.raises(ContentTooLarge):
        await anext(stream)


async def test_what_was_streamed_counts_for_the_rest():
    client = Client(b"123", b"45", b"6")
    request = client.request(5)
    stream = request.stream()
    assert await anext(stream) == b"123"
    await stream.aclose()
    with pytest.raises(ContentTooLarge):
        await request.body()
    assert client.taken == 3


@READ
async def test_nothing_may_come_where_the_limit_is_0(read):
    with pytest.raises(ContentTooLarge):
        await read(Client(b"1").request(0))
    assert await Client(b"").request(0).body() == b""


@READ
async def test_none_is_no_limit(read):
    class Small(Request):
        max_body_size = 1

    body = b"[" + b" " * 17 * MIB + b"]"
    await read(Client(body, content_length=str(len(body))).request(None, Small))


# The limit of the class


async def test_body_and_json_have_a_limit_by_default_and_the_stream_has_none():
    assert Request.max_body_size == 16 * MIB
    chunks = [b"x" * MIB] * 17
    for read in (Request.body, Request.json):
        client = Client(*chunks)
        with pytest.raises(ContentTooLarge, match=f"limit of {16 * MIB} bytes"):
            await read(client.request())
        assert client.taken == 17
    assert len(await streamed(Client(*chunks, content_length=str(17 * MIB)).request())) == 17 * MIB


@pytest.mark.parametrize("headers", [{}, {"content_length": "3"}])
async def test_a_class_may_have_another_limit(headers):
    class Small(Request):
        max_body_size = 2

    with pytest.raises(ContentTooLarge):
        await Client(b"123", **headers).request(request_class=Small).body()
    assert await streamed(Client(b"123", **headers).request(request_class=Small)) == b"123"


@pytest.mark.parametrize("read", ["body", "stream"])
async def test_the_scope_goes_before_the_class(read):
    class Small(Request):
        max_body_size = 2

    assert await READERS[read](Client(b"123").request(3, Small)) == b"123"


@pytest.mark.parametrize("limit", [math.inf, None])
@pytest.mark.parametrize("headers", [{}, {"content_length": "9" * 40}])
async def test_a_class_may_have_no_limit(limit, headers):
    class Large(Request):
        max_body_size = limit

    assert len(await Client(b"x" * 17 * MIB, **headers).request(request_class=Large).body()) == 17 * MIB
    with pytest.raises(ContentTooLarge):
        await Client(b"123").request(2, Large).body()


# Content-Length


@pytest.mark.parametrize(
    "value",
    ["", "-1", "+9", "9,9", "9 9", " 9", "0x9", "9.0", "\xb2", "1_0", "nine", "\xd9\xa9"],
)
async def test_a_malformed_length_announces_nothing(value):
    client = Client(b"1")
    client.headers = [(b"content-length", value.encode("latin-1"))]
    assert await client.request(4).body() == b"1"


@pytest.mark.parametrize("value", ["5", "0005", "0" * 5000 + "5", "9" * 30, "9" * 5000])
async def test_any_number_that_is_too_large_is_refused(value):
    client = Client(b"1", content_length=value)
    with pytest.raises(ContentTooLarge):
        await client.request(4).body()
    assert client.taken == 0


@pytest.mark.parametrize("value", ["4", "0004", "0" * 5000 + "4", "0", "0" * 5000])
async def test_any_number_that_is_not_too_large_is_none(value):
    assert await Client(b"1", content_length=value).request(4).body() == b"1"


async def test_a_small_length_does_not_make_a_body_small():
    with pytest.raises(ContentTooLarge):
        await Client(b"12345", content_length="1").request(4).body()


async def test_the_length_is_found_among_other_headers():
    client = Client(b"1", accept="*/*", content_length="5", host="example.org")
    with pytest.raises(ContentTooLarge):
        await client.request(4).body()


@given(st.integers(0, 2 * sys.maxsize), st.integers(0, 2 * sys.maxsize))
def test_an_announced_length_is_compared_as_a_number(length, limit):
    class ReceivedError(Exception):
        pass

    async def receive():
        raise ReceivedError

    scope = {"type": "http", "headers": [(b"content-length", b"%d" % length)], MAX_BODY_SIZE: limit}
    with pytest.raises(ContentTooLarge if length > limit else ReceivedError):
        Request(scope, receive).body().send(None)


@given(st.lists(st.binary(max_size=5)), st.integers(0, 12))
def test_a_body_is_read_if_it_is_not_larger_than_the_limit(chunks, limit):
    client = Client(*chunks, b"")
    body = b"".join(chunks)
    for read in (Request.body, streamed):
        client.taken = 0
        with pytest.raises(ContentTooLarge if len(body) > limit else StopIteration) as caught:
            read(client.request(limit)).send(None)
        assert len(body) > limit or caught.value.value == body


# Per route


async def echo(request):
    return PlainTextResponse(await request.body())


async def stream_echo(request):
    return PlainTextResponse(await streamed(request))


ECHO = pytest.mark.parametrize("function", [echo, stream_echo])


@ECHO
async def test_a_function_may_have_a_limit_of_its_own(drive, function):
    app = request_response(function, max_body_size=4)
    assert (await drive.request(app, "/", "POST", b"1234")).text == "1234"
    answer = await drive.request(app, "/", "POST", [b"123", b"45"])
    assert (answer.status, answer.text) == (413, "The body is larger than the limit of 4 bytes.")


async def test_a_function_without_one_has_that_of_the_class(drive):
    answer = await drive.request(request_response(echo), "/", "POST", headers={"content-length": str(16 * MIB + 1)})
    assert answer.status == 413


@ECHO
async def test_an_inner_limit_replaces_an_outer_one(drive, function):
    outer = {MAX_BODY_SIZE: 2}
    assert (await drive.request(request_response(function), "/", "POST", b"123", **outer)).status == 413
    for limit in (3, math.inf):
        app = request_response(function, max_body_size=limit)
        assert (await drive.request(app, "/", "POST", b"123", **outer)).text == "123"


@ECHO
async def test_none_leaves_the_outer_limit(drive, function):
    app = request_response(function, max_body_size=None)
    assert (await drive.request(app, "/", "POST", b"12", **{MAX_BODY_SIZE: 2})).text == "12"
    assert (await drive.request(app, "/", "POST", b"123", **{MAX_BODY_SIZE: 2})).status == 413


async def test_no_limit_for_a_function(drive):
    app = request_response(echo, max_body_size=math.inf)
    answer = await drive.request(app, "/", "POST", b"x" * (16 * MIB + 1))
    assert len(answer.body) == 16 * MIB + 1


async def test_json_beyond_the_limit_is_a_413_and_not_a_400(drive):
    async def endpoint(request):
        return JSONResponse(await request.json())

    app = request_response(endpoint, max_body_size=2)
    assert (await drive.request(app, "/", "POST", b"[1,")).status == 413


async def test_the_error_layer_above_gets_the_error(drive):
    scope = drive.scope("/", "POST", {"content-length": "5"})
    scope[GUARD] = "the promise that it is answered above"
    with pytest.raises(ContentTooLarge):
        await drive.events(request_response(echo, max_body_size=4), scope, [])


@pytest.mark.parametrize("limit", [-1, True, "4", 4.0])
def test_what_is_no_limit_is_refused(limit):
    with pytest.raises(ValueError, match=r"^max_body_size is .*: give a number of bytes, or math\.inf for no limit\.$"):
        request_response(echo, max_body_size=limit)
