"""The key under which all readers of a body find its limit."""

from __future__ import annotations

from asgi_types import MAX_BODY_SIZE


def test_the_key_of_the_limit_is_fixed() -> None:
    assert MAX_BODY_SIZE == "asgi_types.max_body_size"
