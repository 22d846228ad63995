"""sentry-sdk: failures, who had them, and how long each layer took; what would be sent to Sentry is at /reports."""

# ruff: noqa: E402 - shine is put in the place of Starlette before anything imports it
from __future__ import annotations

from typing import Any

import shine

shine.install_as_starlette()

import sentry_sdk
from loaded_files import loaded_files
from sentry_sdk.envelope import Envelope
from sentry_sdk.integrations.starlette import StarletteIntegration
from sentry_sdk.transport import Transport
from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, SimpleUser
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

reports: list[dict[str, Any]] = []


class Keeping(Transport):
    def capture_envelope(self, envelope: Envelope) -> None:
        kept = envelope.get_event() or envelope.get_transaction_event()
        if kept is not None:
            reports.append(dict(kept))


sentry_sdk.init(
    "https://key@sentry.example/1",
    transport=Keeping,
    integrations=[StarletteIntegration(middleware_spans=True)],
    traces_sample_rate=1.0,
    send_default_pii=True,
)


class ByHeader(AuthenticationBackend):
    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, SimpleUser] | None:
        name = conn.headers.get("x-name")
        return None if name is None else (AuthCredentials(["authenticated"]), SimpleUser(name))


async def refused(request: Request) -> JSONResponse:
    raise HTTPException(503, "Not today.")


async def bug(request: Request) -> JSONResponse:
    raise LookupError(request.path_params["book"])


async def told(request: Request) -> JSONResponse:
    return JSONResponse([_summary(report) for report in reports])


def _summary(report: dict[str, Any]) -> dict[str, Any]:
    failures = report.get("exception", {}).get("values", [])
    return {
        "transaction": report.get("transaction"),
        "failures": [f"{failure['type']}: {failure['value']}" for failure in failures],
        "user": report.get("user", {}).get("username"),
        "layers": [span["description"] for span in report.get("spans", []) if span["op"] == "middleware.starlette"],
    }


app = Starlette(
    routes=[
        Route("/refused", refused),
        Route("/books/{book}", bug),
        Route("/reports", told),
        Route("/loaded", loaded_files),
    ],
    middleware=[Middleware(AuthenticationMiddleware, backend=ByHeader())],
)
