"""The states of several lifespans in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

MOUNTED_STATE: Final = "asgi_routing.mounted"
"""The key of the lifespan's state that has the states of mounted applications by the ``id`` of their mounts.

Each is there with its mount, which therefore lives as long as the state: its ``id`` is nobody else's meanwhile.
"""


def split_state(state: Mapping[str, Any] | None) -> tuple[dict[str, Any], dict[int, Any]]:
    """What a lifespan has yielded, without the states of mounted applications, and these."""
    own = dict(state or {})
    return own, own.pop(MOUNTED_STATE, {})


def merged_states(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Both states as one; the same key in both is a `RuntimeError`."""
    twice = sorted(first.keys() & second.keys() - {MOUNTED_STATE})
    if twice:
        raise RuntimeError(f"Two lifespans have a state with the same key: {', '.join(map(repr, twice))}.")
    mounted = {**split_state(first)[1], **split_state(second)[1]}
    return {**first, **second, **({MOUNTED_STATE: mounted} if mounted else {})}
