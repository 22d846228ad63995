"""JSON as it goes over the wire: the pair of functions that writes and reads it, and the one that is there by default.

The root does not load this module, since what sends no JSON needs none of it. The default is the standard library's:
compact text out, any of JSON's own encodings in, and only what RFC 8259 calls JSON both ways.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

__all__ = ("JSONCodec", "decoding_error", "encoded_text", "standard_codec", "unicode_text")

# One encoder for all: json.dumps() makes a new one for every call that is not all defaults. Looking for circles costs
# an eighth of the time, and the interpreter's own limit of depth finds them as well.
_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False)


class JSONCodec(NamedTuple):
    r"""How values become JSON and JSON becomes values: two functions, for a whole application or for a part of it.

    ``encode`` gets the value and returns ``str``, or ``bytes`` in UTF-8. ``decode`` gets the text as ``bytes``, or as
    ``str`` where it came as such, in a message of a WebSocket; a `ValueError` or `RecursionError` that it raises is the
    client's fault. Set one as ``json_codec`` of the classes that read and write, at start-up for all of an application,
    or of subclasses for a part. ``JSONCodec(orjson.dumps, orjson.loads)`` and ``JSONCodec(msgspec.json.encode,
    msgspec.json.decode)`` are codecs.

    >>> codec = JSONCodec(lambda value: json.dumps(value, indent=1), json.loads)
    >>> codec.encode([1])
    '[\n 1\n]'
    """

    encode: Callable[[Any], bytes | str]
    decode: Callable[[bytes | str], Any]


def encoded_text(text: str) -> bytes:
    r"""JSON text as UTF-8. Lone surrogates, which UTF-8 has no form for, become the escapes that JSON has for them.

    >>> encoded_text('"Zo\u00eb \ud800"')
    b'"Zo\xc3\xab \\ud800"'
    """
    return text.encode("utf-8", "backslashreplace")


def unicode_text(encoded: bytes | str) -> str:
    r"""What a codec has encoded as text that can be sent: without lone surrogates, as `encoded_text` does it.

    >>> unicode_text(b'"Hello"'), unicode_text('"\ud800"')
    ('"Hello"', '"\\ud800"')
    """
    if isinstance(encoded, str):
        if encoded.isascii():  # known without a look at the text
            return encoded
        encoded = encoded_text(encoded)
    return encoded.decode()


def decoding_error(error: Exception) -> json.JSONDecodeError:
    """What a codec raised on the text of a client, said in one way.

    It has the place ``pos`` in the text ``doc`` if the codec told it; else ``doc`` is empty, and ``pos`` says nothing.

    >>> decoding_error(RecursionError()).msg
    'Nested too deeply'
    """
    if isinstance(error, json.JSONDecodeError):
        return error
    if isinstance(error, UnicodeDecodeError):
        return json.JSONDecodeError(f"Not {error.encoding}", "", 0)
    return json.JSONDecodeError("Nested too deeply" if isinstance(error, RecursionError) else str(error), "", 0)


def _encode(value: Any) -> str:
    """Compact JSON; `ValueError` for NaN, infinity and circles, `TypeError` for what JSON has no form for."""
    try:
        return _encoder.encode(value)
    except RecursionError:
        raise ValueError("Cannot make JSON of what holds itself, or is nested too deeply.") from None


def _no_constant(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is not JSON", "", 0)


# Python's own decoder takes NaN and Infinity, which are not JSON (RFC 8259 section 6).
_decoder = json.JSONDecoder(parse_constant=_no_constant)


def _decode(text: bytes | str) -> Any:
    """The value of a JSON text, as bytes in UTF-8, UTF-16 or UTF-32, told by its first bytes; `ValueError` if none.

    A number beyond the range of a float, such as ``1e999``, is infinity. To look at each would double the time.
    """
    try:
        if not isinstance(text, str):
            text = text.decode(json.detect_encoding(text))
        try:  # what begins with JSON and ends with it, as nearly all does, needs no search for white space
            value, end = _decoder.raw_decode(text)
        except json.JSONDecodeError:
            value, end = None, -1
        return value if end == len(text) else _decoder.decode(text)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except ValueError:  # of int(), whose limit of digits keeps it from quadratic time
        raise json.JSONDecodeError("Number with too many digits", "", 0) from None


standard_codec: JSONCodec = JSONCodec(_encode, _decode)
"""The standard library's JSON, which is the default."""
