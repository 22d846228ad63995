"""The HTTP client library that the test clients are built on.

It is the choice of Starlette 1.10, whose tests shall run here as they are: httpx2 where that is installed, and else
httpx, which the extra ``testclient`` declares. The two have the same interface.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx as httpx
else:

    def _load() -> Any:
        from importlib import import_module

        for name in ("httpx2", "httpx"):
            try:
                return import_module(name)
            except ModuleNotFoundError as missing:
                if missing.name != name:
                    raise  # it is there, and lacks something
        raise ModuleNotFoundError(
            "The test clients need httpx or httpx2: install one of them, or the extra 'testclient' of shine.",
            name="httpx",
        )

    httpx = _load()
