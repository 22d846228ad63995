"""What the tests of content codings share: applications, and decoders that are not ours."""

import functools
import gzip
import zlib

import brotli
import pytest

try:
    from compression import zstd
except ImportError:
    from backports import zstd

DECODERS = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
    None: bytes,
}

CODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": functools.partial(brotli.compress, quality=4),
    "zstd": zstd.compress,
}

CODINGS = ("zstd", "br", "gzip")


@pytest.fixture(name="decoded", scope="session")
def decoded_fixture():
    """The body of an answer without its coding; it must be complete."""

    def decoded(answer):
        return DECODERS[answer.headers.get("content-encoding")](answer.body)

    return decoded


@pytest.fixture(name="partial", scope="session")
def partial_fixture():
    """What the beginning of a coded body can be read as."""

    def partial(coding, data):
        if coding == "gzip":
            return zlib.decompressobj(31).decompress(data)
        if coding == "br":
            return brotli.Decompressor().process(data)
        return zstd.ZstdDecompressor().decompress(data)

    return partial


@pytest.fixture(name="coders", scope="session")
def coders_fixture():
    return CODERS


@pytest.fixture(name="zstd_library", scope="session")
def zstd_library_fixture():
    return zstd


@pytest.fixture(name="sends", scope="session")
def sends_fixture():
    """An application that sends these bodies, the last of which ends the response."""

    def sends(*bodies, status=200, headers=((b"content-type", b"text/plain"),), **more):
        async def app(scope, receive, send):
            await send({"type": "http.response.start", "status": status, "headers": headers, **more})
            for body in bodies[:-1]:
                await send({"type": "http.response.body", "body": body, "more_body": True})
            await send({"type": "http.response.body", "body": bodies[-1]})

        return app

    return sends


@pytest.fixture(name="sends_messages", scope="session")
def sends_messages_fixture():
    def sends_messages(*messages):
        async def app(scope, receive, send):
            for message in messages:
                await send(message)

        return app

    return sends_messages


@pytest.fixture(params=CODINGS)
def coding(request):
    return request.param


@pytest.fixture(name="threads")
def threads_fixture(monkeypatch):
    """The functions that were run in threads, by name."""
    from anyio import to_thread

    run_sync, names = to_thread.run_sync, []

    async def spying(func, *args, **options):
        names.append(func.__qualname__)
        return await run_sync(func, *args, **options)

    monkeypatch.setattr(to_thread, "run_sync", spying)
    return names
