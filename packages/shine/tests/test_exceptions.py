"""Exceptions that stand for an answer, and the warning of what is deprecated."""

from __future__ import annotations

from shine.exceptions import HTTPException, StarletteDeprecationWarning, WebSocketException


def test_an_exception_says_what_it_stands_for():
    assert str(HTTPException(404)) == "404: Not Found"
    assert str(WebSocketException(1008, "Sign in first.")) == "1008: Sign in first."


def test_the_warning_is_shown_by_default():
    assert issubclass(StarletteDeprecationWarning, UserWarning)
    assert not issubclass(StarletteDeprecationWarning, DeprecationWarning)
