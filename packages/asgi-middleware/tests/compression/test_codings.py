import importlib
import sys

import pytest

from asgi_middleware import CompressionMiddleware, DecompressionMiddleware, GZipMiddleware

BODY = b"Hello, world! " * 1000


@pytest.mark.parametrize(
    ("option", "low", "high"), [("gzip_level", -1, 9), ("brotli_quality", 0, 11), ("zstd_level", -7, 19)]
)
def test_levels_have_a_range(option, low, high):
    for level in (low, high):
        CompressionMiddleware(None, **{option: level})
    for level in (low - 1, high + 1):
        with pytest.raises(ValueError, match=f"{option} is {level}: give {low} to {high}"):
            CompressionMiddleware(None, **{option: level})


@pytest.mark.parametrize("level", [-2, 10])
def test_gzip_levels_have_a_range(level):
    with pytest.raises(ValueError, match="compresslevel"):
        GZipMiddleware(None, compresslevel=level)


@pytest.mark.parametrize("option", ["minimum_size", "thread_minimum_size"])
def test_sizes_are_not_negative(option):
    with pytest.raises(ValueError, match=f"{option} is -1"):
        CompressionMiddleware(None, **{option: -1})


LIBRARIES = [
    ("br", "brotli" if sys.implementation.name == "cpython" else "brotlicffi", "brotli"),
    ("zstd", "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd", "zstd"),
]


@pytest.mark.parametrize(("coding", "module", "extra"), LIBRARIES)
@pytest.mark.parametrize("middleware", [CompressionMiddleware, DecompressionMiddleware])
def test_a_missing_library_is_said_at_once(monkeypatch, middleware, coding, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError) as caught:
        middleware(None, encodings=("gzip", coding))
    assert f"{middleware.__name__} needs {module} for the coding '{coding}'" in str(caught.value)
    assert f"pip install asgi-middleware[{extra}]" in str(caught.value)
    assert "encodings=('gzip',)" in str(caught.value)
    middleware(None, encodings=("gzip",))


def test_the_defaults_of_compression_need_both_extras(monkeypatch):
    monkeypatch.setitem(sys.modules, LIBRARIES[0][1], None)
    with pytest.raises(ImportError):
        CompressionMiddleware(None)
    GZipMiddleware(None)
    DecompressionMiddleware(None)


def test_an_old_library_cannot_expand_requests(monkeypatch):
    library = importlib.import_module(LIBRARIES[0][1])
    monkeypatch.setattr(library, "Decompressor", object)
    with pytest.raises(ImportError, match=r"1\.2 or newer"):
        DecompressionMiddleware(None, encodings=("br",))
    CompressionMiddleware(None, encodings=("br",))


@pytest.mark.parametrize(
    ("encoding", "option", "levels"),
    [("gzip", "gzip_level", (1, 9)), ("br", "brotli_quality", (0, 9)), ("zstd", "zstd_level", (-7, 12))],
)
async def test_levels_are_kept_to(drive, sends, decoded, encoding, option, levels):
    body = b"".join(b"%d: %d\n" % (number, number * number % 1009) for number in range(3000))
    sizes = []
    for level in levels:
        app = CompressionMiddleware(sends(body), encodings=(encoding,), **{option: level})
        answer = await drive.request(app, headers={"accept-encoding": encoding})
        assert decoded(answer) == body
        sizes.append(len(answer.body))
    assert sizes[0] > sizes[1]


@pytest.mark.parametrize("level", [3, 19])
async def test_the_window_of_zstd_is_at_most_8_mib(drive, sends, zstd_library, level):
    app = CompressionMiddleware(sends(b"a", b"b"), encodings=("zstd",), zstd_level=level)
    answer = await drive.request(app, headers={"accept-encoding": "zstd"})
    options = {zstd_library.DecompressionParameter.window_log_max: 23}
    assert zstd_library.ZstdDecompressor(options=options).decompress(answer.body) == b"ab"
    exponent = answer.body[5] >> 3  # of the window descriptor (RFC 8878 section 3.1.1.1.2)
    assert 10 + exponent <= 23


async def test_output_depends_on_input_alone(drive, sends, coding):
    app = CompressionMiddleware(sends(BODY))
    first = await drive.request(app, headers={"accept-encoding": coding})
    second = await drive.request(app, headers={"accept-encoding": coding})
    assert first.messages == second.messages
