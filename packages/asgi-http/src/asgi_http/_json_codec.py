"""JSON as it goes over the wire: the pair of functions that reads and writes it, and the one that is there by default.

The default is the standard library's: compact UTF-8 out, any of JSON's own encodings in, and only what RFC 8259 calls
JSON both ways.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from asgi_types import HTTPException

# One encoder for all: json.dumps() makes a new one for every call that is not all defaults. Looking for circles costs
# an eighth of the time, and the interpreter's own limit of depth finds them as well.
_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False)


class JSONCodec(NamedTuple):
    r"""How values become JSON and JSON becomes values: two functions, for a whole application or for a part of it.

    ``encode`` gets the value and returns ``bytes``, or ``str``, which is sent as UTF-8. ``decode`` gets the ``bytes``
    of a body and returns the value; a `ValueError` or `RecursionError` that it raises is the client's fault. The
    default reads a number beyond the range of a float, such as ``1e999``, as infinity, and writes none. Set one
    as ``json_codec`` of `Request` and `JSONResponse` at start-up for all of an application, or of subclasses for a
    part. ``JSONCodec(orjson.dumps, orjson.loads)`` and ``JSONCodec(msgspec.json.encode, msgspec.json.decode)`` are
    codecs.

    >>> import json
    >>> from asgi_http import JSONResponse
    >>> class IndentedResponse(JSONResponse):
    ...     json_codec = JSONCodec(lambda value: json.dumps(value, indent=1), json.loads)
    >>> IndentedResponse([1]).body
    b'[\n 1\n]'
    """

    encode: Callable[[Any], bytes | str]
    decode: Callable[[bytes], Any]


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
    """The client's error for what a codec raised on its body; where in the text it is, if the codec says so."""
    if isinstance(error, JSONBodyError):
        return error
    if isinstance(error, json.JSONDecodeError):
        return JSONBodyError(error.msg, error.doc, error.pos)
    if isinstance(error, UnicodeDecodeError):
        return JSONBodyError(f"Not {error.encoding}", "", 0)
    if isinstance(error, RecursionError):
        return JSONBodyError("Nested too deeply", "", 0)
    return JSONBodyError(str(error), "", 0)


def _no_constant(name: str) -> NoReturn:
    raise JSONBodyError(f"{name} is not JSON", "", 0)


# Python's own decoder takes NaN and Infinity, which are not JSON (RFC 8259 section 6).
_decoder = json.JSONDecoder(parse_constant=_no_constant)


def _encode(content: Any) -> bytes:
    """Compact UTF-8 JSON; `ValueError` for NaN, infinity and circles, `TypeError` for what JSON has no form for."""
    try:
        return encoded_text(_encoder.encode(content))
    except RecursionError:
        raise ValueError("Cannot make JSON of what holds itself, or is nested too deeply.") from None


def encoded_text(text: str) -> bytes:
    """JSON text as UTF-8. Lone surrogates, which UTF-8 has no form for, become the escapes that JSON has for them."""
    return text.encode("utf-8", "backslashreplace")


def _decode(body: bytes) -> Any:
    """The value of a JSON text in UTF-8, UTF-16 or UTF-32, told by its first bytes; `ValueError` if it is none.

    A number beyond the range of a float, such as ``1e999``, is infinity. To look at each would double the time.
    """
    try:
        return _decoder.decode(body.decode(json.detect_encoding(body)))
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except ValueError:  # of int(), whose limit of digits keeps it from quadratic time
        raise JSONBodyError("Number with too many digits", "", 0) from None


standard_codec = JSONCodec(_encode, _decode)
"""The standard library's JSON, which is the default."""
