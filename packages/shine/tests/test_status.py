"""Status codes by name."""

from __future__ import annotations

import http
import sys

import pytest

from shine import status
from shine.exceptions import StarletteDeprecationWarning


def test_a_name_ends_in_the_words_of_its_code():
    assert len(status.__all__) == len(set(status.__all__))
    for name in status.__all__:
        kind, number, _ = name.split("_", 2)
        assert getattr(status, name) == int(number)
        assert (kind == "WS") is (int(number) >= 1000)


def test_every_status_that_python_knows_is_there():
    numbers = {getattr(status, name) for name in status.__all__}
    assert {int(known) for known in http.HTTPStatus} <= numbers


@pytest.mark.parametrize(
    ("name", "other", "number"),
    [
        ("HTTP_413_REQUEST_ENTITY_TOO_LARGE", "HTTP_413_CONTENT_TOO_LARGE", 413),
        ("HTTP_414_REQUEST_URI_TOO_LONG", "HTTP_414_URI_TOO_LONG", 414),
        ("HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE", "HTTP_416_RANGE_NOT_SATISFIABLE", 416),
        ("HTTP_422_UNPROCESSABLE_ENTITY", "HTTP_422_UNPROCESSABLE_CONTENT", 422),
    ],
)
def test_an_older_name_warns_each_time(name, other, number):
    for _ in range(2):
        with pytest.warns(StarletteDeprecationWarning) as warned:
            assert getattr(status, name) == number == getattr(status, other)
        assert [str(warning.message) for warning in warned] == [f"'{name}' is deprecated. Use '{other}' instead."]
        assert warned[0].filename == __file__
    assert name in dir(status)
    assert name not in status.__all__


def test_other_names():
    with pytest.raises(AttributeError, match=r"^module 'shine\.status' has no attribute 'HTTP_999_UNKNOWN'$"):
        _ = status.HTTP_999_UNKNOWN


def test_an_unknown_name_is_told_of_as_the_program_knows_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "starlette.status", status)
    with pytest.raises(AttributeError, match=r"^module 'starlette\.status' has no attribute 'HTTP_999_UNKNOWN'$"):
        status.HTTP_999_UNKNOWN  # noqa: B018
