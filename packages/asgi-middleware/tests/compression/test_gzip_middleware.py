import gzip

import pytest

from asgi_middleware import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

BODY = b"".join(b"%d: %d\n" % (number, number * number % 1009) for number in range(3000))


def test_attributes_by_position():
    middleware = GZipMiddleware("app", 100, 5, 1000, exclude_content_types=("Text/CSS; charset=utf-8",))
    assert (middleware.app, middleware.minimum_size, middleware.compresslevel) == ("app", 100, 5)
    assert (middleware.thread_minimum_size, middleware.exclude_content_types) == (1000, ("text/css",))


def test_defaults():
    middleware = GZipMiddleware("app")
    assert (middleware.minimum_size, middleware.compresslevel, middleware.thread_minimum_size) == (500, 9, 131072)
    assert middleware.exclude_content_types == DEFAULT_EXCLUDED_CONTENT_TYPES


@pytest.mark.parametrize("accepted", ["gzip", "zstd, br, gzip;q=0.1", "*"])
async def test_gzip_is_all_there_is(drive, sends, accepted):
    answer = await drive.request(GZipMiddleware(sends(BODY)), headers={"accept-encoding": accepted})
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == BODY


@pytest.mark.parametrize("accepted", ["zstd, br", "gzip;q=0"])
async def test_or_nothing(drive, sends, accepted):
    answer = await drive.request(GZipMiddleware(sends(BODY)), headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("bodies", [(BODY,), (BODY, BODY)])
async def test_level_and_flush(drive, sends, bodies):
    sizes = []
    for level in (1, 9):
        app = GZipMiddleware(sends(*bodies), compresslevel=level)
        answer = await drive.request(app, headers={"accept-encoding": "gzip"})
        assert gzip.decompress(answer.body) == b"".join(bodies)
        sizes.append(len(answer.body))
    assert sizes[0] > sizes[1]
