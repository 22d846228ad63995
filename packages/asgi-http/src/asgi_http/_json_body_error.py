"""A body that is not JSON, as the client's error."""

from __future__ import annotations

import json

from asgi_types import HTTPException
from asgi_types.json_codec import decoding_error


class JSONBodyError(HTTPException, json.JSONDecodeError):
    """A request body that is not JSON: a 400 for the client, and a `json.JSONDecodeError` for those who catch one.

    The detail has the place ``pos`` in the text ``doc``; without a text there is none to tell.

    >>> error = JSONBodyError("Expecting value", "{]", 1)
    >>> error.status_code, error.detail, isinstance(error, ValueError)
    (400, 'Malformed JSON: Expecting value: line 1 column 2 (char 1)', True)
    """

    def __init__(self, msg: str, doc: str, pos: int) -> None:
        json.JSONDecodeError.__init__(self, msg, doc, pos)
        HTTPException.__init__(self, 400, f"Malformed JSON: {json.JSONDecodeError.__str__(self) if doc else msg}")


def body_error(error: Exception) -> JSONBodyError:
    """The client's error for what a codec raised on its body."""
    if isinstance(error, JSONBodyError):
        return error
    told = decoding_error(error)
    return JSONBodyError(told.msg, told.doc, told.pos)
