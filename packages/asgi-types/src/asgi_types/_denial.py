"""Ending a WebSocket that is refused or has failed: a denial response where one can be sent, else a close code."""

from collections.abc import Awaitable
from typing import Final

from ._asgi import Message, Scope, Send
from ._response_messages import nothing_sent

MAX_REASON: Final = 123
"""Bytes of a close frame's reason: a control frame holds 125, and the code takes two (RFC 6455 section 5.5)."""

UNSENDABLE_CODES: Final = frozenset({1004, 1005, 1006})

CLOSE_CODES: Final = {401: 3000, 403: 3003, 408: 3008, 413: 1009, 415: 1003, 429: 1013, 502: 1014, 503: 1013, 504: 1014}


def close_code(status_code: int) -> int:
    """The close code that says what an HTTP status says (RFC 6455 section 7.4 and IANA's registry of close codes).

    401 is 3000 (unauthorized), 403 is 3003 (forbidden), 408 is 3008 (timeout), 413 is 1009 (too big), 415 is 1003
    (unsupported data), 429 and 503 are 1013 (try again later), 502 and 504 are 1014 (bad gateway). Other server errors
    are 1011 (internal error), other client errors 1008 (policy violation), and all else 1000.

    >>> close_code(403), close_code(404), close_code(500)
    (3003, 1008, 1011)
    """
    if status_code in CLOSE_CODES:
        return CLOSE_CODES[status_code]
    if status_code >= 500:
        return 1011
    return 1008 if status_code >= 400 else 1000


def check_close_code(code: int) -> None:
    """Raise `ValueError` for a code that no close frame may have (RFC 6455 section 7.4).

    Before a WebSocket is accepted there is no frame, and any code may stand in the message that refuses it.

    >>> check_close_code(1006)
    Traceback (most recent call last):
    ValueError: A close frame cannot have the code 1006: use 1000 to 1014 but for 1004, 1005 and 1006, or 3000 to 4999.
    """
    if not (1000 <= code <= 1014 or 3000 <= code <= 4999) or code in UNSENDABLE_CODES:
        raise ValueError(
            f"A close frame cannot have the code {code}: use 1000 to 1014 but for 1004, 1005 and 1006, or 3000 to 4999."
        )


def close_message(code: int = 1000, reason: object = "") -> Message:
    """The ASGI message that closes a WebSocket; a reason of more than 123 bytes of UTF-8 is cut between characters.

    Lone surrogates, which UTF-8 has no form for, become question marks. A reason that is no text becomes some, since
    FastAPI gives the list of what is wrong with a connection's parameters.

    >>> close_message(1008, "Sign in first.")
    {'type': 'websocket.close', 'code': 1008, 'reason': 'Sign in first.'}
    """
    text = reason if isinstance(reason, str) else str(reason or "")  # not `str` of an enumeration's text
    if not (len(text) <= MAX_REASON and text.isascii()):
        text = text.encode("utf-8", "replace")[:MAX_REASON].decode("utf-8", "ignore")
    return {"type": "websocket.close", "code": code, "reason": text}


def may_deny(scope: Scope) -> bool:
    """Whether the server can send a denial response (ASGI extension ``websocket.http.response``).

    >>> may_deny({"type": "websocket", "extensions": {"websocket.http.response": {}}})
    True
    """
    return "websocket.http.response" in (scope.get("extensions") or {})


def close_for_denial(send: Send) -> Send:
    """A ``send`` that closes the WebSocket in place of a denial response, where none can be sent (any more).

    The status becomes its `close_code`, and a body of ``text/plain`` the reason.
    """
    code: int | None = None  # until the start has come
    has_reason = False

    def closing(message: Message) -> Awaitable[None]:
        nonlocal code, has_reason
        kind = message["type"]
        if kind == "websocket.http.response.start":
            code = close_code(message["status"])
            has_reason = dict(message.get("headers", ())).get(b"content-type", b"").startswith(b"text/plain")
        elif kind != "websocket.http.response.body":
            return send(message)
        elif code is not None:
            reason = bytes(message.get("body", b"")).decode("utf-8", "replace") if has_reason else ""
            closed, code = close_message(code, reason), None  # further parts of the body are left out
            return send(closed)
        return nothing_sent()

    return closing
