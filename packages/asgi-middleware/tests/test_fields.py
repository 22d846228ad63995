"""Shared by most middleware; what is seen through one of them is in that one's tests."""

import pytest

from asgi_middleware._fields import first_field, joined_field

FIELDS = [(b"a", b"1"), (b"b", b"2"), (b"a", b"\xe9")]


@pytest.mark.parametrize("headers", [FIELDS, tuple(FIELDS), iter(FIELDS)])
def test_first_field(headers):
    assert first_field(headers, b"a") == b"1"


def test_first_field_that_is_not_there():
    assert first_field(FIELDS, b"c") is None
    assert first_field((), b"a") is None


@pytest.mark.parametrize(("name", "expected"), [(b"a", "1, é"), (b"b", "2"), (b"c", None)])
def test_joined_field(name, expected):
    assert joined_field(iter(FIELDS), name) == expected


def test_joined_field_that_is_empty_is_there():
    assert joined_field([(b"a", b"")], b"a") == ""
