"""Ids that are made: UUIDs of version 7, which sort by time."""

from __future__ import annotations

import time
from uuid import RFC_4122, UUID

import pytest

from asgi_middleware._request_ids.new_request_id import new_request_id


def test_is_a_uuid_of_version_7() -> None:
    before = time.time_ns() // 1_000_000
    made = [new_request_id() for _ in range(100)]
    after = time.time_ns() // 1_000_000
    for text in made:
        uuid = UUID(text)
        assert (uuid.version, uuid.variant, uuid.hex) == (7, RFC_4122, text)
        assert before <= uuid.int >> 80 <= after
    assert len(set(made)) == 100


@pytest.mark.parametrize("filling", [b"\0", b"\xff"])
def test_random_bits_do_not_touch_the_others(filling: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.urandom", lambda size: filling * size)
    monkeypatch.setattr("time.time_ns", lambda: 0x0123456789AB * 1_000_000)
    digit, variant = ("0", "8") if filling == b"\0" else ("f", "b")
    assert new_request_id() == "0123456789ab7" + digit * 3 + variant + digit * 15


def test_later_ones_sort_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for milliseconds in (1, 2, 0xFFF, 0x1000, 2**47):
        monkeypatch.setattr("time.time_ns", lambda now=milliseconds: now * 1_000_000)
        made.append(new_request_id())
    assert made == sorted(made)
