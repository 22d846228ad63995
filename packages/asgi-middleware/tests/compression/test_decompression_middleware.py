"""Request bodies with a content coding, as an application sees them."""

import inspect
import itertools
import math
import zlib
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_middleware import DecompressionMiddleware

BODY = b"Hello, world! " * 100
ALL = ("gzip", "deflate", "br", "zstd")


class Reader:
    """Reads the whole body and answers with it; keeps the scope and the messages it got."""

    async def __call__(self, scope, receive, send):
        self.scope, self.messages = scope, []
        while True:
            self.messages.append(await receive())
            if not self.messages[-1].get("more_body", False):
                break
        body = b"".join(message.get("body", b"") for message in self.messages)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def post(drive):
    async def post(body, coding, reader=None, **options):
        app = DecompressionMiddleware(reader or Reader(), **{"encodings": ALL, **options})
        headers = [(b"content-encoding", coding.encode())] if isinstance(coding, str) else coding
        return await drive.request(app, method="POST", body=body, headers=headers)

    return post


def pieces(body, size):
    return [body[start : start + size] for start in range(0, len(body), size)] or [b""]


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_each_coding_in_parts_of_any_size(post, coders, coding, size):
    answer = await post(pieces(coders[coding](BODY), size), coding)
    assert (answer.status, answer.body) == (200, BODY)


FIELDS = [(b"content-length", b"60"), (b"x-a", b"1"), (b"content-encoding", b"gzip"), (b"content-type", b"a/b")]


class Cancelled(BaseException):
    pass


@pytest.mark.parametrize("error", [None, KeyError, Cancelled])
async def test_the_scope_has_no_coding_and_length_as_long_as_the_application_runs(drive, error):
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, scope["headers"]))
        if error:
            raise error

    scope = drive.scope(method="POST", headers=FIELDS)
    before = scope["headers"]
    with suppress(KeyError, Cancelled):
        await DecompressionMiddleware(app)(scope, None, None)
    assert seen == [(scope, [(b"x-a", b"1"), (b"content-type", b"a/b")])]
    assert scope["headers"] is before
    assert before == FIELDS


async def test_what_is_written_further_in_is_seen_further_out(post, coders):
    async def app(scope, receive, send):
        scope["route"], scope["user"] = "a route", "somebody"
        await Reader()(scope, receive, send)

    answer = await post(coders["gzip"](BODY), "gzip", app)
    assert answer.body == BODY
    assert (answer.scope["route"], answer.scope["user"]) == ("a route", "somebody")


@pytest.mark.parametrize("headers", [[], [(b"content-encoding", b"identity")], [(b"content-encoding", b" , Identity")]])
async def test_without_a_coding_all_goes_on_untouched(headers):
    calls = []

    async def app(*args):
        calls.append(args)

    scope, receive, send = {"type": "http", "headers": headers}, object(), object()
    await DecompressionMiddleware(app)(scope, receive, send)
    assert all(one is other for one, other in zip(calls[0], (scope, receive, send), strict=True))


@pytest.mark.parametrize("kind", ["websocket", "lifespan", "other"])
async def test_other_scopes_go_on_untouched(kind):
    calls = []

    async def app(*args):
        calls.append(args)

    scope, receive, send = {"type": kind, "headers": [(b"content-encoding", b"gzip")]}, object(), object()
    await DecompressionMiddleware(app)(scope, receive, send)
    assert calls == [(scope, receive, send)]


@pytest.mark.parametrize(("inner", "outer"), [*itertools.product(ALL, ALL)])
async def test_two_codings(post, coders, inner, outer):
    body = coders[outer](coders[inner](BODY))
    assert (await post(pieces(body, 5), f"{inner}, {outer}")).body == BODY
    assert (await post(body, f" {inner.upper()} ,, identity,{outer}")).body == BODY
    fields = [(b"content-encoding", inner.encode()), (b"content-encoding", outer.encode())]
    assert (await post(body, fields)).body == BODY


UNSUPPORTED = [
    ("compress", "The content coding of the body is not one of these: gzip, deflate."),
    ("br", "The content coding of the body is not one of these: gzip, deflate."),
    ("gzip, br", "The content coding of the body is not one of these: gzip, deflate."),
    ("gzip;q=1", "The content coding of the body is not one of these: gzip, deflate."),
    ("gzip, gzip, gzip", "The body has more than 2 content codings."),
]


@pytest.mark.parametrize(("coding", "sentence"), UNSUPPORTED)
async def test_unsupported_codings(post, coding, sentence):
    answer = await post(b"abc", coding, encodings=("gzip", "deflate"))
    assert (answer.status, answer.text) == (415, sentence)
    assert answer.headers["accept-encoding"] == "gzip, deflate"


async def test_many_codings_cost_little(post):
    answer = await post(b"", ", ".join(["gzip"] * 10_000))
    assert answer.status == 415


def malformed(coders):
    for coding in ALL:
        good = coders[coding](BODY)
        yield coding, b"nonsense"
        yield coding, good[:-1]
        yield coding, good[:2]
        yield coding, good + b"x"
        yield coding, good + b"more than nothing"
    yield "deflate", coders["deflate"](BODY) * 2
    yield "br", coders["br"](BODY) * 2
    yield "gzip", coders["gzip"](BODY)[:-8] + b"\0" * 8  # a wrong check sum
    yield "deflate", zlib.compressobj(wbits=-15).flush()  # deflate without zlib around it
    yield "gzip", coders["deflate"](BODY)
    yield "gzip", coders["gzip"](BODY) + coders["gzip"](BODY)[:-1]
    yield "zstd", coders["zstd"](BODY) + coders["zstd"](BODY)[:-1]
    yield "gzip, gzip", coders["gzip"](BODY)
    yield "gzip, gzip", coders["gzip"](coders["gzip"](BODY)[:-1])
    yield "gzip, zstd", coders["zstd"](coders["gzip"](BODY))[:-1]


@pytest.mark.parametrize("size", [1, 10_000])
async def test_malformed_bodies(post, coders, size):
    for coding, body in malformed(coders):
        answer = await post(pieces(body, size), coding)
        assert (answer.status, answer.text) == (400, "The body is not what its Content-Encoding says."), (coding, body)


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_several_members(post, coders, coding, size):
    body = b"".join(coders[coding](part) for part in (BODY, b"", b"end"))
    assert (await post(pieces(body, size), coding)).body == BODY + b"end"


async def test_a_skippable_frame(post, coders):
    frame = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
    assert (await post(frame + coders["zstd"](BODY) + frame, "zstd")).body == BODY


@pytest.mark.parametrize("coding", [*ALL, "gzip, br"])
@pytest.mark.parametrize("body", [b"", [b"", b""]])
async def test_no_body_at_all_is_an_empty_one(post, coding, body):
    answer = await post(body, coding)
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("coding", ALL)
async def test_an_empty_body_that_is_coded(post, coders, coding):
    answer = await post([coders[coding](b""), b""], coding)
    assert (answer.status, answer.body) == (200, b"")


async def test_windows_above_8_mib_are_refused(post, zstd_library):
    for window_log, status in ((23, 200), (24, 400)):
        coder = zstd_library.ZstdCompressor(options={zstd_library.CompressionParameter.window_log: window_log})
        body = coder.compress(BODY, coder.FLUSH_BLOCK) + coder.flush()
        assert (await post(body, "zstd")).status == status


@pytest.mark.parametrize("coding", [*ALL, "gzip, zstd"])
async def test_parts_are_bounded(post, coders, coding):
    plain = bytes(1_000_000)
    coded = plain
    for name in coding.split(", "):
        coded = coders[name](coded)
    reader = Reader()
    answer = await post(coded, coding, reader, max_ratio=math.inf)
    assert answer.body == plain
    assert max(len(message["body"]) for message in reader.messages) <= 2 * 65536
    assert [message["more_body"] for message in reader.messages].count(False) == 1
    assert all(message["body"] for message in reader.messages[:-1])


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
async def test_all_that_there_is_is_given_at_once(drive, coders, partial, coding):
    coded = coders[coding](bytes(65_536 * 2 + 300))

    async def app(scope, receive, send):
        while (message := await receive())["type"] == "http.request":
            given.append(message["body"])

    for end in range(len(coded)):
        given = []
        scope = drive.scope(method="POST", headers={"content-encoding": coding})
        event = {"type": "http.request", "body": coded[:end], "more_body": True}
        await drive.events(DecompressionMiddleware(app, encodings=ALL, max_ratio=math.inf), scope, [event])
        assert b"".join(given) == partial(coding, coded[:end])


BODIES = st.binary(max_size=200) | st.builds(lambda part, n: part * n, st.binary(max_size=9), st.integers(0, 9000))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES, coding=st.sampled_from(ALL), cuts=st.lists(st.integers(0, 400)), data=st.data())
async def test_any_body_in_any_parts(post, coders, body, coding, cuts, data):
    coded = coders[coding](body)
    edges = sorted({0, len(coded), *(cut for cut in cuts if cut < len(coded))})
    parts = [coded[first:last] for first, last in itertools.pairwise(edges)]
    answer = await post(parts, coding, max_ratio=math.inf)
    assert (answer.status, answer.body) == (200, body)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300), coding=st.sampled_from([*ALL, "gzip, br", "zstd, deflate"]), size=st.integers(1, 50)
)
async def test_any_bytes_are_answered(post, body, coding, size):
    assert (await post(pieces(body, size), coding)).status in (200, 400, 413)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(coding=st.sampled_from(ALL), where=st.integers(0, 60), byte=st.integers(0, 255))
async def test_any_damage_is_answered(post, coders, coding, where, byte):
    coded = bytearray(coders[coding](BODY))
    coded[where % len(coded)] = byte
    assert (await post(bytes(coded), coding)).status in (200, 400, 413)


@pytest.mark.parametrize(
    "option",
    [
        *({"max_size": given} for given in (-1, math.nan, None, "5")),
        *({"max_ratio": given} for given in (0.5, math.nan, None, "5")),
    ],
)
def test_limits_are_checked(option):
    with pytest.raises(ValueError, match=rf"{next(iter(option))} is .*: give a number"):
        DecompressionMiddleware(None, **option)


def test_attributes_are_what_was_given():
    middleware = DecompressionMiddleware("app", max_size=5, max_ratio=7)
    assert (middleware.app, middleware.max_size, middleware.max_ratio) == ("app", 5, 7)
    middleware = DecompressionMiddleware("app")
    assert (middleware.max_size, middleware.max_ratio) == (16 * 1024 * 1024, 100)
    assert inspect.iscoroutinefunction(DecompressionMiddleware.__call__)
