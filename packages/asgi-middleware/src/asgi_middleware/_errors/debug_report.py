"""All that a debug page shows of an exception and its request, put together once for whatever form it is shown in."""

from __future__ import annotations

import platform
import sys
import traceback
from contextvars import ContextVar
from typing import Any

from asgi_types import HTTPConnection

from .masking import Secrets
from .nested_values import kind_name
from .shown_request import ShownRequest, collect_request_secrets, shown_request
from .traced_error import ErrorTracer, TracedError, attribute_of, message_of

_LONGEST_PIECE = 8000
_MOST_PIECES = 400
_MOST_PACKAGES = 20
_LONGEST_TITLE = 120

_PACKAGES = ("shine", "asgi_middleware", "asgi_types", "starlette", "fastapi", "quart", "litestar", "django", "anyio")
_SERVERS = ("uvicorn", "hypercorn", "granian", "daphne")

current_request: ContextVar[HTTPConnection[Any] | None] = ContextVar("asgi_middleware.debugged_request", default=None)
"""The request that is being answered: ``generate_html(exc)`` and its like are not given it."""


class DebugReport:
    """What is shown of ``exc``, with ``context_lines`` lines of source for each frame."""

    def __init__(self, exc: BaseException, context_lines: int = 7) -> None:
        self._secrets = secrets = Secrets()
        self._exc = exc
        request = current_request.get()
        if request is not None:
            collect_request_secrets(request, secrets)
        tracer = ErrorTracer(exc, secrets, context_lines)
        self.errors: list[TracedError] = tracer.errors()
        self.errors_left_out = tracer.errors_left_out
        self.request: ShownRequest | None = None if request is None else shown_request(request, secrets)
        self.versions: dict[str, str] = _versions(self.errors)

    @property
    def title(self) -> str:
        """The exception in one line."""
        error = self.errors[0]
        return " ".join(f"{error.type}: {error.message}"[:_LONGEST_TITLE].split())

    def traceback(self) -> str:
        """The traceback as the interpreter prints it, without secrets, and without its middle if it is too long."""
        pieces = _pieces(self._exc)
        if len(pieces) > _MOST_PIECES:
            left_out = len(pieces) - _MOST_PIECES
            half = _MOST_PIECES // 2
            pieces = [*pieces[:half], f"  [{left_out} entries are left out]\n", *pieces[-half:]]
        return "".join(_ended(self._secrets.cut(piece, _LONGEST_PIECE)) for piece in pieces)


def _pieces(exc: BaseException) -> list[str]:
    try:
        return traceback.format_exception(exc)
    except BaseException:  # the attributes of an exception may fail, which the interpreter does not expect
        return [*traceback.format_tb(attribute_of(exc, "__traceback__")), f"{kind_name(exc)}: {message_of(exc)}\n"]


def _ended(piece: str) -> str:
    return piece if piece.endswith("\n") else piece + "\n"


def _versions(errors: list[TracedError]) -> dict[str, str]:
    """Python, its platform, and the installed packages that the frames are of or that serve the request."""
    from importlib.metadata import PackageNotFoundError, version

    modules: dict[str, None] = dict.fromkeys([*_PACKAGES, *_SERVERS])
    for error in errors:
        modules.update(dict.fromkeys(frame.module.partition(".")[0] for frame in error.frames if frame.is_library))
    found = {"Python": platform.python_version(), "Platform": f"{platform.system()} {platform.machine()}"}
    for module in modules:
        if module in sys.modules and module not in sys.stdlib_module_names and len(found) < _MOST_PACKAGES:
            name = module.replace("_", "-")
            try:
                found[name] = version(name)
            except (PackageNotFoundError, ValueError):
                continue
    return found
