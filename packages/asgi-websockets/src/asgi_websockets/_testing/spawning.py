"""A task of its own in the caller's event loop, which outlives the call and needs no task group."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from typing import Any

_running: set[Any] = set()
"""Asyncio keeps no task alive by itself."""


def spawn(func: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run ``func`` in a task, with the context variables of the caller; it must not raise anything.

    A task group would have to be left in the task that entered it, and the set-up and the tear-down of a test are often
    two tasks. Its twin is `shine._testing.spawning`: who writes tests needs none of it, so it is not public here, and
    what is not public is not shared between packages.
    """
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        import contextvars

        trio.lowlevel.spawn_system_task(func, context=contextvars.copy_context())
        return
    import asyncio

    task = asyncio.get_running_loop().create_task(func())
    _running.add(task)
    task.add_done_callback(_running.discard)
