import math
import sys
import types

import pytest

from asgi_forms import FormError
from asgi_forms._limits import Limits
from asgi_forms._multipart.push_parser import _loaded, push_parser


@pytest.fixture
def hidden(monkeypatch):
    """Another module goes by the name of the library."""

    def hide(name="multipart"):
        fake = types.ModuleType(name)
        fake.__file__ = "/site-packages/multipart/__init__.py"
        monkeypatch.setitem(sys.modules, "multipart", fake)
        _loaded.cache_clear()

    yield hide
    _loaded.cache_clear()


def test_a_parser_with_the_limits_of_headers_and_what_it_raises():
    parser, error, limit_error = push_parser("x", Limits({"max_headers": 3, "max_header_size": 100}))
    assert list(parser.parse(b"--x--")) == []
    parser.close()
    assert parser.error is None
    assert issubclass(limit_error, error)
    assert issubclass(error, Exception)


def test_a_line_that_is_not_complete_is_beyond_the_limit_with_its_second_byte_beyond():
    parser, _, limit_error = push_parser("x", Limits({"max_header_size": 5}))
    assert list(parser.parse(b"--x\r\nX: 12\r")) == []  # the first may be a CR
    with pytest.raises(limit_error):
        list(parser.parse(b"\r"))


def test_limits_can_be_infinite():
    parser, _, _ = push_parser("x", Limits({"max_headers": math.inf, "max_header_size": math.inf}))
    headers = b"a: b\r\n" * 1000 + b"c: " + b"d" * 100_000
    head, *_ = parser.parse(b"--x\r\nContent-Disposition: form-data\r\n" + headers + b"\r\n\r\n")
    assert len(head.raw) == 1002


@pytest.mark.parametrize("name", ["multipart", "python_multipart"])
def test_another_module_of_the_name_is_an_import_error_that_tells_the_fix(hidden, name):
    hidden(name)
    with pytest.raises(ImportError) as caught:
        push_parser("x", Limits())
    assert str(caught.value) == (
        "/site-packages/multipart/__init__.py is not the library multipart but python-multipart, whose old versions "
        "hide it: upgrade that to 0.0.13 or newer, or uninstall it."
    )
    assert caught.value.__suppress_context__


async def test_an_urlencoded_form_does_without_the_library(hidden, upload, multipart):
    hidden()
    assert (await upload(b"a=1").parse())["a"] == "1"
    request = multipart(multipart.part("a", "1"))
    with pytest.raises(ImportError, match="uninstall"):
        await request.parse()
    assert len(request.chunks_left) == 1
    with pytest.raises(FormError, match="Missing boundary"):
        await multipart.request(b"", content_type="multipart/form-data").parse()
