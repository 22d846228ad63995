"""Credentials."""

from __future__ import annotations

import pytest

from asgi_middleware import AuthCredentials


@pytest.mark.parametrize(
    ("given", "expected"), [(None, []), ([], []), (("a", "b"), ["a", "b"]), ("admin", ["admin"])], ids=str
)
def test_scopes(given, expected):
    assert AuthCredentials(given).scopes == expected


def test_the_list_is_its_own():
    given = ["a"]
    credentials = AuthCredentials(given)
    given.append("b")
    assert credentials.scopes == ["a"]
    assert AuthCredentials().scopes is not AuthCredentials().scopes


def test_empty_text_is_no_scope():
    assert AuthCredentials("").scopes == []
