"""The limits on what a body expands to."""

import gzip
import random
import tracemalloc
import zlib

import anyio
import anyio.lowlevel
import brotli
import pytest

from asgi_middleware import DecompressionMiddleware
from asgi_middleware._compression.decompressors.zlib_decompressor import ZlibDecompressor
from asgi_middleware._compression.decompressors.zstd_decompressor import ZstdDecompressor
from asgi_middleware._compression.expanded_body import ExpandedBody

ALL = ("gzip", "deflate", "br", "zstd")
KIB = 1024
MIB = 1024 * KIB
EMPTY_BLOCK = b"\0\0\0\xff\xff"  # of deflate


class Counting:
    """Counts the bytes that it gets, and keeps nothing."""

    size = 0

    async def __call__(self, scope, receive, send):
        while True:
            message = await receive()
            self.size += len(message["body"])
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"%d" % self.size})


@pytest.fixture
def post(drive):
    async def post(body, coding, app=None, **options):
        app = DecompressionMiddleware(app or Counting(), **{"encodings": ALL, **options})
        return await drive.request(app, method="POST", body=body, headers={"content-encoding": coding})

    return post


@pytest.mark.parametrize("coding", ALL)
async def test_the_expanded_size_is_limited(post, coders, coding):
    body = coders[coding](random.Random(1).randbytes(500) * 200)
    assert (await post(body, coding, max_size=100_000, max_ratio=1e9)).status == 200
    answer = await post(body, coding, max_size=99_999, max_ratio=1e9)
    assert (answer.status, answer.text) == (413, "The body is larger than the limit of 99999 bytes.")
    assert (await post(body, coding, max_size=float("inf"), max_ratio=float("inf"))).status == 200


@pytest.mark.parametrize("coding", ALL)
async def test_the_ratio_is_limited(post, coders, coding):
    body = coders[coding](bytes(MIB))
    counting = Counting()
    answer = await post(body, coding, counting)
    assert (answer.status, answer.text) == (413, "The body expands to more than 100 times its size.")
    assert counting.size <= 100 * len(body) + 2 * 64 * KIB
    assert (await post(body, coding, max_ratio=MIB)).status == 200


async def test_the_ratio_is_exact(post):
    body = gzip.compress(bytes(MIB))
    ratio = MIB / len(body)
    assert (await post(body, "gzip", max_ratio=ratio)).status == 200
    answer = await post(body, "gzip", max_ratio=ratio - 0.5)
    assert (answer.status, answer.text) == (413, f"The body expands to more than {ratio - 0.5:g} times its size.")


async def test_what_is_small_may_have_any_ratio(post):
    assert (await post(gzip.compress(bytes(64 * KIB)), "gzip", max_ratio=1)).status == 200
    assert (await post(gzip.compress(bytes(64 * KIB + 1)), "gzip", max_ratio=1)).status == 413


@pytest.mark.parametrize("coding", ["gzip, gzip", "br, gzip", "gzip, br", "zstd, deflate"])
async def test_a_bomb_in_a_bomb(post, coders, coding):
    body = bytes(32 * MIB) if coding.startswith("zstd") else bytes(8 * MIB)
    for name in coding.split(", "):
        body = coders[name](body)
    assert (await post(body, coding)).status == 413


async def test_what_is_between_two_codings_counts(post):
    # Nothing comes out at the end: the inner coding is made of empty blocks only.
    body = gzip.compress(b"\x78\x9c" + EMPTY_BLOCK * 400_000)
    answer = await post(body, "deflate, gzip")
    assert (answer.status, answer.text) == (413, "The body expands to more than 100 times its size.")
    answer = await post(body, "deflate, gzip", max_ratio=1e9, max_size=KIB)
    assert (answer.status, answer.text) == (413, "The body is larger than the limit of 1024 bytes.")


async def test_what_expands_to_nothing_is_limited_too(post):
    parts = [b"\x78\x9c", *[EMPTY_BLOCK * 4000] * 10, b"\x03\x00\0\0\0\1"]
    assert (await post(parts, "deflate", max_size=200_000)).body == b"0"
    answer = await post(parts, "deflate", max_size=100_000)
    assert (answer.status, answer.text) == (413, "The body is larger than the limit of 100000 bytes.")


async def test_what_does_not_compress_may_be_a_little_larger(post):
    body = random.Random(1).randbytes(300_000)
    coder = zlib.compressobj(0, wbits=31)
    parts = [body[start : start + 500] for start in range(0, len(body), 500)]
    coded = b"".join(coder.compress(part) + coder.flush(zlib.Z_FULL_FLUSH) for part in parts) + coder.flush()
    assert len(coded) > len(body) + 2000
    assert (await post(coded, "gzip", max_size=300_000)).body == b"300000"


@pytest.mark.parametrize("coding", ALL)
async def test_memory_is_bounded(post, coders, coding):
    body = coders[coding](bytes(32 * MIB))
    await post(body, coding, max_size=MIB, max_ratio=1e9)
    tracemalloc.start()
    try:
        assert (await post(body, coding, max_size=31 * MIB, max_ratio=1e9)).status == 413
        assert tracemalloc.get_traced_memory()[1] < 12 * MIB
    finally:
        tracemalloc.stop()


async def test_large_bodies_are_expanded_in_threads(post, threads):
    plain = random.Random(1).randbytes(MIB)
    body = zlib.compress(plain, 1)
    assert (await post(body, "deflate")).body == b"%d" % MIB
    assert threads
    threads.clear()
    parts = [body[start : start + 64 * KIB] for start in range(0, len(body), 64 * KIB)]
    assert (await post(parts, "deflate")).body == b"%d" % MIB
    assert not threads


def test_a_coder_is_given_little_at_once():
    class Recording:
        needs_input = is_complete = True
        members = 1

        def decompress(self, data, limit):
            sizes.append((len(data), limit))
            return b""

    sizes = []
    body = ExpandedBody([Recording()], MIB, 100)
    body.feed(bytes(MIB))
    while not body.is_used_up:
        assert body.read(64 * KIB) == b""
        assert sum(size for size, _ in sizes) == 16 * KIB  # all tables, perhaps, which take long to read
        assert max(sizes) == (4 * KIB, 64 * KIB)
        sizes.clear()
    assert body.read(64 * KIB) == b""
    assert not sizes


def test_what_a_coder_gives_to_another_is_little_as_well():
    class Echo:
        needs_input = is_complete = True
        members = 1

        def decompress(self, data, limit):
            limits.append(limit)
            return data

    limits = []
    body = ExpandedBody([Echo(), Echo()], MIB, 100)
    body.feed(b"Hello")
    assert body.read(MIB) == b"Hello"
    assert limits == [4 * KIB, 64 * KIB]


TOO_MANY = "The body is made of too many members, or frames, for its size."


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_how_many_members_there_may_be_is_limited(post, coders, coding):
    member = coders[coding](b"")
    assert (await post(member * 1000, coding)).body == b"0"
    answer = await post(member * 1001, coding)
    assert (answer.status, answer.text) == (413, TOO_MANY)
    answer = await post([member] * 1001, coding)
    assert (answer.status, answer.text) == (413, TOO_MANY)


async def test_frames_to_be_skipped_count(post):
    frame = b"\x50\x2a\x4d\x18" + bytes(4)
    assert (await post(frame * 1000, "zstd")).body == b"0"
    assert (await post(frame * 1001, "zstd")).text == TOO_MANY


async def test_members_between_two_codings_count(post):
    body = gzip.compress(gzip.compress(b"") * 1001)
    assert (await post(body, "gzip, gzip")).text == TOO_MANY


async def test_a_large_body_may_have_more_members(post):
    size = 1024 - len(gzip.compress(random.Random(1).randbytes(1000))) + 1000
    members = [gzip.compress(random.Random(seed).randbytes(size)) for seed in range(1500)]
    assert {len(member) for member in members} == {1024}
    assert (await post(members, "gzip")).body == b"%d" % (1500 * size)
    assert (await post([*members, gzip.compress(b"")], "gzip")).text == TOO_MANY


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_members_are_not_all_begun_in_one_part(coders, coding, zstd_library):
    decompressors = {
        "gzip": ZlibDecompressor(is_gzip=True),
        "zstd": ZstdDecompressor(zstd_library),
    }
    body = ExpandedBody([decompressors[coding]], MIB, 100)
    body.feed(coders[coding](b"") * 160)
    parts = 0
    while not body.is_used_up:
        assert body.read(64 * KIB) == b""
        parts += 1
    assert parts >= 10


@pytest.mark.parametrize("body", [zlib.compress(bytes(MIB)), b"\x78\x9c" + EMPTY_BLOCK * 25_000])
async def test_others_have_their_turn_while_a_body_is_expanded(post, body):
    turns = []

    async def count_turns():
        while True:
            turns.append(True)
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(count_turns)
        await post(body, "deflate", max_ratio=1e9)
        group.cancel_scope.cancel()
    assert len(turns) >= 5


async def test_a_small_body_comes_without_a_turn_of_others(drive):
    async def app(scope, receive, send):
        assert (await receive())["body"] == b"Hello"

    async def receive():
        return {"type": "http.request", "body": gzip.compress(b"Hello"), "more_body": False}

    scope = drive.scope(method="POST", headers={"content-encoding": "gzip"})
    with pytest.raises(StopIteration):
        DecompressionMiddleware(app)(scope, receive, None).send(None)


def test_many_members_take_linear_time(assert_linear):
    member = gzip.compress(random.Random(1).randbytes(KIB))

    def expand(data):
        body = ExpandedBody([ZlibDecompressor(is_gzip=True)], MIB * 100, 1000)
        body.feed(data)
        body.read(MIB * 100)
        assert body.is_complete

    assert_linear(expand, lambda n: member * n, 100)


async def test_brotli_that_has_more_to_give_than_is_asked_for(post):
    body = brotli.compress(bytes(300 * KIB), quality=1)
    assert (await post([body[:5], body[5:]], "br", max_ratio=1e9)).body == b"%d" % (300 * KIB)
