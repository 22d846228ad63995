"""JSON as it goes over the wire: compact UTF-8 out, any of JSON's own encodings in."""

import json
from typing import Any, NoReturn

from asgi_types import HTTPException

# One encoder for all: json.dumps() makes a new one for every call that is not all defaults.
_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class JSONBodyError(HTTPException, json.JSONDecodeError):
    """A request body that is not JSON: a 400 for the client, and a `json.JSONDecodeError` for those who catch one.

    >>> error = JSONBodyError("Expecting value", "{]", 1)
    >>> error.status_code, error.detail, isinstance(error, ValueError)
    (400, 'Malformed JSON: Expecting value: line 1 column 2 (char 1)', True)
    """

    def __init__(self, msg: str, doc: str, pos: int) -> None:
        json.JSONDecodeError.__init__(self, msg, doc, pos)
        HTTPException.__init__(self, 400, f"Malformed JSON: {json.JSONDecodeError.__str__(self)}")


def _no_constant(name: str) -> NoReturn:
    raise JSONBodyError(f"{name} is not JSON", name, 0)


# Python's own decoder takes NaN and Infinity, which are not JSON (RFC 8259 section 6).
_decoder = json.JSONDecoder(parse_constant=_no_constant)


def encode_json(content: Any) -> bytes:
    """Compact UTF-8 JSON; `ValueError` for NaN and infinity, `TypeError` for what JSON has no form for."""
    # Lone surrogates, the one thing UTF-8 has no form for, become the escapes that JSON has for them.
    return _encoder.encode(content).encode("utf-8", "backslashreplace")


def decode_json(body: bytes) -> Any:
    """The value of a JSON text in UTF-8, UTF-16 or UTF-32; `JSONBodyError` if it is none."""
    try:
        return _decoder.decode(body.decode(json.detect_encoding(body)))
    except json.JSONDecodeError as error:
        raise JSONBodyError(error.msg, error.doc, error.pos) from None
    except UnicodeDecodeError as error:
        raise JSONBodyError(f"Not {error.encoding}", "", 0) from None
    except RecursionError:
        raise JSONBodyError("Nested too deeply", "", 0) from None
    except ValueError:  # of int(), whose limit of digits keeps it from quadratic time
        raise JSONBodyError("Number with too many digits", "", 0) from None
