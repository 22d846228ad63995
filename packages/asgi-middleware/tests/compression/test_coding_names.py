"""Which codings may be asked for, of both middleware."""

import re

import pytest

from asgi_middleware import CompressionMiddleware, DecompressionMiddleware


@pytest.mark.parametrize("encodings", [(), ("deflate",), ("gzip", "gzip"), "brotli", ("identity",)])
@pytest.mark.parametrize("middleware", [CompressionMiddleware, DecompressionMiddleware])
def test_unknown_codings_are_refused(middleware, encodings):
    if middleware is DecompressionMiddleware and encodings == ("deflate",):
        encodings = ("compress",)
    with pytest.raises(ValueError, match=re.escape(f"encodings is {encodings!r}: choose of ")):
        middleware(None, encodings=encodings)


def test_one_coding_may_be_given_as_a_string():
    assert list(CompressionMiddleware(None, encodings="gzip")._options.codings) == ["gzip"]
    assert list(DecompressionMiddleware(None, encodings="gzip")._decodings) == ["gzip"]


@pytest.mark.parametrize(
    ("middleware", "known"),
    [
        (CompressionMiddleware, "'zstd', 'br' and 'gzip'"),
        (DecompressionMiddleware, "'gzip', 'deflate', 'br' and 'zstd'"),
    ],
)
def test_the_fix_names_those_that_there_are(middleware, known):
    with pytest.raises(ValueError, match=f": choose of {known}, each once.$"):
        middleware(None, encodings=["identity"])
