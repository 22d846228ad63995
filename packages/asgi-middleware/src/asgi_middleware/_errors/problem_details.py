"""Exceptions answered as problem details (RFC 9457), for programs and for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asgi_types import HTTPException, Response, Scope, add_vary, may_deny
from asgi_types.json_codec import encoded_text, standard_codec

from .._request_ids.request_id import REQUEST_ID
from .error_handler import ExceptionHandler
from .json_ready import json_ready
from .page_headers import page_headers
from .preferred_type import preferred_type
from .problem import Problem
from .problem_of import problem_of

_JSON = "application/problem+json"
_OFFERS = (_JSON, "application/json", "text/plain", "text/html")


class ProblemDetails:
    """An exception handler that answers with a problem document (RFC 9457), in the form that the client wants.

    That is ``application/problem+json``, also for clients that ask for ``application/json`` or for nothing; with
    ``html``, which is the default, a page for those that prefer ``text/html``; or the detail as ``text/plain``, which
    is also what a WebSocket gets that asks for nothing, since a close frame can say no more.

    `Problem` is shown with all its members, and any ``HTTPException``, of whatever library, by its status and detail.
    FastAPI's ``RequestValidationError`` is a 422 with the member ``errors``. Any other exception is a 500 that tells
    nothing. If `RequestIDMiddleware` gave the request an id, it is the member ``request_id``. A relative ``type`` is
    resolved against ``type_base``, an absolute URL.

    Raises `ValueError` for a ``type_base`` that is not absolute.

    >>> import asyncio
    >>> from asgi_types import HTTPConnection
    >>> answer = asyncio.run(ProblemDetails()(HTTPConnection({"type": "http"}), HTTPException(404, "No such order.")))
    >>> answer.body
    b'{"type":"about:blank","title":"Not Found","status":404,"detail":"No such order."}'
    """

    def __init__(self, *, html: bool = True, type_base: str | None = None) -> None:
        if type_base is not None and "://" not in type_base:
            raise ValueError(f"Not an absolute URL: {type_base!r}. Write it as 'https://example.org/problems/'.")
        self.html = html
        self.type_base = type_base
        self._offers = _OFFERS if html else _OFFERS[:-1]

    @property
    def handlers(self) -> dict[Any, ExceptionHandler]:
        """What to give an application as ``exception_handlers``: this one for each `HTTPException`, and for errors."""
        return {HTTPException: self, Exception: self}

    async def __call__(self, connection: Any, exc: Exception) -> Any:
        """The `Response` to ``exc``; of no type, so that it fits where another framework wants one of its own."""
        scope, problem = connection.scope, problem_of(exc)
        if problem.status_code in (204, 304):  # they have no content, and so no form of it
            return Response(None, problem.status_code, problem.headers)
        form = self._form(scope)
        headers = _headers(problem.headers)
        if form == "text/plain":
            content = problem.detail.encode("utf-8", "backslashreplace")
        elif form == "text/html":
            from .problem_page import STYLE, problem_page  # programs that ask for no page need none

            content = problem_page(self._members(scope, problem)).encode("utf-8", "backslashreplace")
            headers = {**page_headers(STYLE), **headers}
        else:
            content, form = _json(self._members(scope, problem)), _JSON
        response = Response(content, problem.status_code, headers, form)
        add_vary(response.raw_headers, b"Accept")
        return response

    def _form(self, scope: Scope) -> str:
        if scope["type"] != "websocket":
            return preferred_type(scope, self._offers)
        # A close frame has room for text, and there is nothing else where the server cannot deny.
        return preferred_type(scope, ("text/plain", *self._offers)) if may_deny(scope) else "text/plain"

    def _members(self, scope: Scope, problem: Problem) -> dict[str, Any]:
        members = problem.document()
        if self.type_base is not None and problem.type != "about:blank":
            from urllib.parse import urljoin

            members["type"] = urljoin(self.type_base, problem.type)
        if isinstance(scope.get(REQUEST_ID), str):
            members.setdefault("request_id", scope[REQUEST_ID])
        ready: dict[str, Any] = json_ready(members)
        return ready


def _headers(given: Mapping[str, str] | None) -> dict[str, str]:
    """The headers of an exception, in lower case, without those that are about a content of another form."""
    headers = {name.lower(): value for name, value in (given or {}).items()}
    headers.setdefault("x-content-type-options", "nosniff")
    return {name: value for name, value in headers.items() if name not in ("content-type", "content-length")}


def _json(members: dict[str, Any]) -> bytes:
    encoded = standard_codec.encode(members)
    return encoded_text(encoded) if isinstance(encoded, str) else encoded
