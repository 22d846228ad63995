"""Libraries that are built on Starlette, and so bring it with them."""

from __future__ import annotations

import re
from typing import Final

_NAMED_AFTER: Final = re.compile(r"(?:fastapi|starlette)(?:_\w+)?|\w+_(?:fastapi|starlette)(?:_\w+)?")

_BUILT_ON_IT: Final = frozenset(
    {
        "ariadne",
        "fastmcp",
        "gradio",
        "mcp",
        "nicegui",
        "piccolo_api",
        "slowapi",
        "sqladmin",
        "starsessions",
        "strawberry",
    }
)
_WITH_A_PART_FOR_IT: Final = frozenset(("authlib", "opentelemetry", "sentry_sdk"))

MENTION: Final = re.compile(
    rb"fastapi|starlette|" + b"|".join(name.encode() for name in sorted(_BUILT_ON_IT)), re.IGNORECASE
)
"""What a file has in it that is of any interest; most have nothing."""


def built_on_starlette(module: str) -> bool:
    """Whether a module is, or is of, a library whose classes are those of Starlette."""
    root, *others = module.split(".")
    if root in _WITH_A_PART_FOR_IT:
        return any(name.startswith(("starlette", "fastapi")) for name in others)
    return root in _BUILT_ON_IT or (root != "starlette" and _NAMED_AFTER.fullmatch(root) is not None)
