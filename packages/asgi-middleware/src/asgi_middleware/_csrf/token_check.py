"""The token of a request: demanded, found in its header or its form, and compared with its cookie."""

from __future__ import annotations

from typing import Any, Final, Literal

from asgi_types import HTTPException, Message, Receive, Scope, is_token

from .csrf_token import KEY, RequestTokens
from .form_field import FieldSearch, field_search
from .provenance import Provenance
from .token_codec import is_token_of
from .token_cookie import TokenCookie

MAX_SEARCHED: Final = 65_536
"""Bytes at the beginning of a form that are searched for the field."""


class TokenCheck:
    """What a middleware with a secret asks of requests.

    Raises `ValueError` for a header or field that cannot have such a name, and for another ``demand``.
    """

    def __init__(
        self, cookie: TokenCookie, header_name: str, field_name: str, demand: Literal["always", "unproven"]
    ) -> None:
        if demand not in ("always", "unproven"):
            raise ValueError(f"demand is {demand!r}: give 'always' or 'unproven'.")
        for name in (header_name, field_name):
            if not is_token(name):
                raise ValueError(f"Not the name of a header or field: {name!r}. Use letters, digits, '-', '_' and '.'.")
        self._cookie = cookie
        self._header = header_name.lower().encode()
        self._field = field_name
        self._demand = demand
        self._places = (
            f"header {header_name}, or in the field {field_name} within the first {MAX_SEARCHED} bytes of a form"
        )

    def tokens(self, scope: Scope) -> RequestTokens:
        """The tokens of one request, put into its scope for `csrf_token`."""
        tokens = scope[KEY] = RequestTokens(self._cookie, self._field)
        return tokens

    def is_demanded(self, found: Provenance) -> bool:
        """Whether a request from there needs a token."""
        return found is Provenance.UNKNOWN or (found is Provenance.OWN and self._demand == "always")

    async def check(self, tokens: RequestTokens, scope: Scope, receive: Receive) -> Receive | HTTPException:
        """The refusal, or a ``receive`` that gives the whole body, with what was read of it to find the token."""
        nonce = tokens.nonce(scope)
        if nonce is None:
            return _refusal("The cookie of the CSRF token is missing or not valid: reload the page, and try again.")
        found = _values(scope, self._header)
        if not found:
            search = self._search(scope)
            if search is not None:
                searched = await _searched(search, receive)
                if searched is None:
                    return HTTPException(400, "The client has gone before its CSRF token came.")
                receive = searched
                found = [] if search.value is None else [search.value]
        if len(found) != 1:
            return _refusal(f"A CSRF token is needed, once, in the {self._places}.")
        if not is_token_of(found[0].decode("latin-1"), nonce):
            return _refusal("The CSRF token is not valid: reload the page, and try again.")
        return receive

    def _search(self, scope: Scope) -> FieldSearch | None:
        types = _values(scope, b"content-type")
        return field_search(types[0].decode("latin-1"), self._field) if len(types) == 1 else None


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for found, value in scope["headers"] if found == name]


def _refusal(reason: str) -> HTTPException:
    return HTTPException(403, reason)


async def _searched(search: FieldSearch, receive: Receive) -> Receive | None:
    """Read a form until its field is found; a ``receive`` that begins with what was read, or None without a client."""
    body = bytearray()
    more_body = True
    is_done = False
    while more_body and not is_done and len(body) < MAX_SEARCHED:
        message = await receive()
        if message["type"] != "http.request":
            return None
        data: bytes = message.get("body", b"")
        more_body = message.get("more_body", False)
        left = MAX_SEARCHED - len(body)
        is_done = search.feed(data[:left], is_last=not more_body and len(data) <= left)
        body += data
    return _replayed({"type": "http.request", "body": bytes(body), "more_body": more_body}, receive)


def _replayed(first: Message, receive: Receive) -> Receive:
    kept: Message | None = first

    async def replayed() -> Any:
        nonlocal kept
        if kept is None:
            return await receive()
        message, kept = kept, None
        return message

    return replayed
