"""A message of the client that the application cannot take."""

from __future__ import annotations

import json
from typing import Final

from asgi_types import WebSocketException
from asgi_types.json_codec import decoding_error

UNSUPPORTED_DATA: Final = 1003


class JSONMessageError(WebSocketException, json.JSONDecodeError):
    """A message that is not JSON: a close with code 1003, and a `json.JSONDecodeError` for those who catch one.

    The reason has the place ``pos`` in the text ``doc``; without a text there is none to tell.

    >>> error = JSONMessageError("Expecting value", "{]", 1)
    >>> error.code, error.reason, isinstance(error, ValueError)
    (1003, 'Malformed JSON: Expecting value: line 1 column 2 (char 1)', True)
    """

    def __init__(self, msg: str, doc: str, pos: int) -> None:
        json.JSONDecodeError.__init__(self, msg, doc, pos)
        told = json.JSONDecodeError.__str__(self) if doc else msg
        WebSocketException.__init__(self, UNSUPPORTED_DATA, f"Malformed JSON: {told}")


def json_error(error: Exception) -> JSONMessageError:
    """The client's error for what a codec raised on its message."""
    told = decoding_error(error)
    return JSONMessageError(told.msg, told.doc, told.pos)


def wrong_kind(wanted: str) -> WebSocketException:
    """The client's error for a message of text where one of bytes is due, or the other way round."""
    other = "bytes" if wanted == "text" else "text"
    return WebSocketException(UNSUPPORTED_DATA, f"Expected a message of {wanted}, but got one of {other}.")
