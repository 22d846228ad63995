"""What the pages show: items that are there, and items of which one comes late."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).parent / "templates"

_arrived = threading.Event()


def here(owner: str) -> dict[str, Any]:
    return {"owner": owner, "items": ["<apple>", "pear"]}


def coming(owner: str) -> dict[str, Any]:
    """The second item comes when `let_come` is called; until then the page waits for it, in a thread."""
    return {"owner": owner, "items": _coming()}


def _coming() -> Iterator[str]:
    _arrived.clear()
    yield "<apple>"
    _arrived.wait(timeout=20)
    yield "pear"


def let_come() -> None:
    _arrived.set()
