"""What a strict server asks of each message of an application, whatever the state of the connection."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9a-z]+")
FORBIDDEN_IN_VALUES = re.compile(rb"[\r\n\0]")

REASON_BYTES = 123
"""A control frame holds 125 bytes, two of which are the code (RFC 6455 section 5.5)."""


def message_copy(message: Any) -> dict[str, Any]:
    """A copy of ``message`` with its headers as a list; `RuntimeError` for what is no message."""
    copy: dict[str, Any] = dict(cast("Mapping[str, Any]", message)) if isinstance(message, Mapping) else {}
    if not isinstance(copy.get("type"), str):
        raise RuntimeError(f"Not an ASGI message: {message!r:.500}.")
    if isinstance(copy.get("headers"), Iterable):
        copy["headers"] = [*copy["headers"]]  # once: it may be a generator
    return copy


def check_message(message: Mapping[str, Any], offered: Sequence[str]) -> None:
    """Raises `RuntimeError` for a message that is not complete; ``offered`` are the client's subprotocols."""
    name = message["type"]
    check = CHECKS.get(name)
    problem = None if check is None else check(message)
    if name == "websocket.accept" and problem is None and message.get("subprotocol") not in (None, *offered):
        problem = f"the client offers {list(offered)!r}, and not the subprotocol {message['subprotocol']!r}"
    if problem is not None:
        raise RuntimeError(f"Invalid {name!r}: {problem}.")


def is_close_code(code: Any) -> bool:
    """Whether a close frame may carry ``code`` (RFC 6455 section 7.4 and the registry it made)."""
    return isinstance(code, int) and (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999)


def data_problem(message: Mapping[str, Any]) -> str | None:
    """What is wrong with the data of a message that either side sends, if anything."""
    text, data = message.get("text"), message.get("bytes")
    if (text is None) == (data is None):
        return "exactly one of 'text' and 'bytes' must be there and not None"
    if data is not None:
        return None if isinstance(data, bytes) else f"'bytes' must be bytes, not {type(data).__name__}"
    if not isinstance(text, str):
        return f"'text' must be a str, not {type(text).__name__}"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return f"'text' cannot be sent as UTF-8: {text!r:.100}"
    return None


def reason_problem(reason: Any) -> str | None:
    """What is wrong with the reason of a close frame, if anything."""
    if reason is not None and not isinstance(reason, str):
        return f"'reason' must be a str or None, not {type(reason).__name__}"
    size = len((reason or "").encode("utf-8", "surrogatepass"))
    return f"'reason' has {size} bytes, where {REASON_BYTES} are the most" if size > REASON_BYTES else None


def _accept_problem(message: Mapping[str, Any]) -> str | None:
    subprotocol = message.get("subprotocol")
    if subprotocol is not None and not isinstance(subprotocol, str):
        return f"'subprotocol' must be a str or None, not {type(subprotocol).__name__}"
    headers = message.get("headers", ())
    problem = _headers_problem(headers)
    if problem is None and any(name == b"sec-websocket-protocol" for name, _ in headers):
        return "the subprotocol has a key of its own, and is no header"
    return problem


def _close_problem(message: Mapping[str, Any]) -> str | None:
    code = message.get("code", 1000)
    if not is_close_code(code):
        return f"a close frame must not carry the code {code!r}"
    return reason_problem(message.get("reason"))


def _start_problem(message: Mapping[str, Any]) -> str | None:
    status = message.get("status")
    if not isinstance(status, int) or not 200 <= status <= 999:
        return f"'status' must be an int from 200 to 999, not {status!r}"
    return _headers_problem(message.get("headers", ()))


def _body_problem(message: Mapping[str, Any]) -> str | None:
    body, more_body = message.get("body", b""), message.get("more_body", False)
    if not isinstance(body, bytes):
        return f"'body' must be bytes, not {type(body).__name__}"
    return None if isinstance(more_body, bool) else f"'more_body' must be a bool, not {type(more_body).__name__}"


def _headers_problem(headers: Any) -> str | None:
    if not isinstance(headers, list | tuple):
        return f"'headers' must be an iterable of pairs, not {type(headers).__name__}"
    for pair in cast("Sequence[Any]", headers):
        parts: list[Any] = list(cast("Sequence[Any]", pair)) if isinstance(pair, list | tuple) else []
        if len(parts) != 2 or not all(isinstance(part, bytes) for part in parts):
            return f"a header is a pair of bytes, not {pair!r:.100}"
        name, value = parts
        if NAME.fullmatch(name) is None:
            return f"the name of a header is a token in lower case, not {name!r:.100}"
        if FORBIDDEN_IN_VALUES.search(value):
            return f"the value of a header has no CR, LF or NUL, but {value!r:.100} has"
    return None


CHECKS: dict[str, Callable[[Mapping[str, Any]], str | None]] = {
    "websocket.accept": _accept_problem,
    "websocket.send": data_problem,
    "websocket.close": _close_problem,
    "websocket.http.response.start": _start_problem,
    "websocket.http.response.body": _body_problem,
}
