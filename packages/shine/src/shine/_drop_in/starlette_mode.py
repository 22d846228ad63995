"""What behaves otherwise where shine stands in for Starlette: an application that ran there must run as it did."""

from __future__ import annotations

import json
import math
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from asgi_types import ContentTooLarge
from asgi_types.json_codec import JSONCodec
from asgi_types.request_body_limit import RequestBodyLimitMiddleware

from .._handled_app import EXCEPTION_HANDLERS
from ..applications import Shine
from ..background import BackgroundTasks
from ..endpoints import WebSocketEndpoint
from ..formparsers import MultiPartParser
from ..forms import FormError
from ..middleware.base import BaseHTTPMiddleware
from ..middleware.cors import CORSMiddleware
from ..middleware.exceptions import ExceptionMiddleware
from ..middleware.httpsredirect import HTTPSRedirectMiddleware
from ..middleware.trustedhost import TrustedHostMiddleware
from ..requests import Request
from ..responses import FileResponse, Response, StreamingResponse
from ..routing import Host, Mount
from ..staticfiles import StaticFiles
from ..websockets import WebSocket

if TYPE_CHECKING:
    from anyio import AsyncFile


def _loads(text: bytes | str) -> Any:
    return json.loads(text)  # looked up at each call, since tests replace it


async def _open_file(path: str | os.PathLike[str], *, mode: Literal["rb"]) -> AsyncFile[bytes]:
    import anyio

    return await anyio.open_file(path, mode=mode)  # as above


def _spooled_file(*, max_size: int) -> Any:
    return sys.modules["shine.formparsers"].SpooledTemporaryFile(max_size=max_size)  # as above


LENIENT_JSON = JSONCodec(json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode, _loads)
"""JSON as Python's own module has it: with NaN, infinity and lone surrogates."""

NO_LIMITS = dict.fromkeys(("max_total_field_size", "max_file_size", "max_total_file_size", "max_name_size"), math.inf)


@dataclass(frozen=True)
class Switch:
    """A class attribute, and what it is set to."""

    owner: Any
    attribute: str
    value: Any

    def set(self) -> None:
        setattr(self.owner, self.attribute, self.value)


SWITCHES: Final = (
    # An application of Starlette's starts what it mounts by itself, or does without: it must not start twice.
    Switch(Mount, "lifespan", False),
    Switch(Host, "lifespan", False),
    # Middleware and whoever is around see the exceptions of endpoints, and answer as they mean to.
    Switch(Shine, "answers_errors_inside", False),
    Switch(Shine, "refuses_late_handlers", False),
    Switch(BaseHTTPMiddleware, "raises_refusals", True),
    Switch(ExceptionMiddleware, "ends_websockets", False),
    Switch(ExceptionMiddleware, "handlers_key", EXCEPTION_HANDLERS),
    # Starlette has no limits here, so nobody has said which ones would do.
    Switch(Request, "max_body_size", math.inf),
    Switch(Request, "form_limits", NO_LIMITS),
    Switch(WebSocket, "max_message_size", math.inf),
    # How a breach of the limits that Starlette has as well is told, and what else is wrong with a form.
    Switch(FormError, "too_large_status", 400),
    Switch(FormError, "tells_details", False),
    Switch(ContentTooLarge, "message", "Content Too Large"),
    Switch(RequestBodyLimitMiddleware, "refuses_unread", True),
    Switch(WebSocketEndpoint, "fails_on_wrong_kind", True),
    # What comes of a file: ranges, tags, and a client that goes while it is sent.
    Switch(FileResponse, "ignores_foreign_ranges", False),
    Switch(FileResponse, "trusts_stat_result", True),
    Switch(FileResponse, "weak_while_young", False),
    Switch(FileResponse, "open_file", staticmethod(_open_file)),
    Switch(FileResponse, "raises_disconnect", True),
    Switch(StreamingResponse, "raises_disconnect", True),
    Switch(StaticFiles, "raises_refusals", True),
    # How messages, variables and tasks of one response follow each other.
    Switch(BaseHTTPMiddleware, "splits_last_part", True),
    Switch(BaseHTTPMiddleware, "copies_context", True),
    Switch(BackgroundTasks, "stops_at_error", True),
    # What Python's standard library has.
    Switch(Response, "may_partition", sys.version_info >= (3, 14)),
    Switch(MultiPartParser, "make_spooled_file", staticmethod(_spooled_file)),
    # Names of routes.
    Switch(Mount, "keeps_missing_params", True),
    # What is taken for JSON.
    Switch(Request, "json_codec", LENIENT_JSON),
    Switch(WebSocket, "json_codec", LENIENT_JSON),
    # Who may connect: with a session, pages of all origins as well.
    Switch(WebSocket, "allowed_origins", ("*",)),
    # Options that can never match are no reason not to start.
    Switch(CORSMiddleware, "refuses_useless", False),
    Switch(TrustedHostMiddleware, "refuses_useless", False),
    # A host that can be in no URL.
    Switch(TrustedHostMiddleware, "takes_any_port", True),
    Switch(HTTPSRedirectMiddleware, "tells_server", True),
)


def session_switches() -> tuple[Switch, ...]:
    """A cookie that is too large for browsers is sent: other clients keep it."""
    from ..middleware.sessions import SessionMiddleware

    return (Switch(SessionMiddleware, "max_cookie_size", sys.maxsize),)


def template_switches() -> tuple[Switch, ...]:
    """How the templates of a directory are set up."""
    import jinja2

    from ..templating import Jinja2Templates

    return (
        Switch(Jinja2Templates, "autoescape", staticmethod(jinja2.select_autoescape())),
        Switch(Jinja2Templates, "request_globals", ("url_for",)),
    )


def telemetry_switches() -> tuple[Switch, ...]:
    """Spans are those of HTTP requests alone."""
    from ..middleware.opentelemetry import OpenTelemetryMiddleware

    return (Switch(OpenTelemetryMiddleware, "traces_websockets", False),)


LATER: Final = {
    "shine.middleware.sessions": session_switches,
    "shine.templating": template_switches,
    "shine.middleware.opentelemetry": telemetry_switches,
}
"""What is set when a module is there, which many programs do without, or cannot load."""


def switch_all() -> None:
    """Set all switches of what is loaded, and have the others set with their modules."""
    for switch in SWITCHES:
        switch.set()
    for name in LATER:
        if name in sys.modules:
            switch_module(name)


def switch_module(name: str) -> None:
    """Set the switches of a module that is loaded."""
    for switch in LATER[name]():
        switch.set()
