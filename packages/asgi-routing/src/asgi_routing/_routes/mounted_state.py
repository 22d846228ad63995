"""The state that a mounted application has for itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asgi_types import Scope

from .._lifespan.lifespan_state import MOUNTED_STATE
from .base_route import BaseRoute


def mounted_state(scope: Scope, route: BaseRoute) -> Mapping[str, Any] | None:
    """The state of the application that ``route`` mounts, as its lifespan made it; None if it has none."""
    state = scope.get("state")
    if not state or MOUNTED_STATE not in state:
        return None
    found = state[MOUNTED_STATE].get(id(route))
    return found[1] or None if found is not None else None
