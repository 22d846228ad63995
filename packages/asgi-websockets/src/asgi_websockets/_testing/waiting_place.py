"""Where in its own code an application waits, for the text of an error."""

from __future__ import annotations

import sysconfig
from collections.abc import Awaitable
from types import FrameType

OUTSIDE = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
"""Where the code lies that nobody is testing: the standard library and what is installed."""

OWN = __name__.partition(".")[0]


def waiting_place(running: Awaitable[object] | None) -> str:
    """A sentence with a leading space that names the place, or an empty text if nothing is known of it.

    It is the innermost line of what is awaited in the same task, installed libraries left out where possible.
    """
    frames: list[FrameType] = []
    step: object = running
    while (frame := getattr(step, "cr_frame", None)) is not None:
        frames.append(frame)
        step = getattr(step, "cr_await", None)
    if not frames:
        return ""
    frame = next((frame for frame in reversed(frames) if not _is_outside(frame)), frames[-1])
    return f" It waits in {frame.f_code.co_name}(), {frame.f_code.co_filename}:{frame.f_lineno}."


def _is_outside(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__", ""))
    return name.partition(".")[0] == OWN or frame.f_code.co_filename.startswith(OUTSIDE)
