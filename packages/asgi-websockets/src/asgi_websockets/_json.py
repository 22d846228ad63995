"""JSON as WebSocket messages carry it: compact out; what is no JSON is a `json.JSONDecodeError`, whatever is wrong."""

import json
from typing import Any

# One encoder for all: json.dumps() makes a new one for every call that is not all defaults.
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode_json(value: Any) -> str:
    """Compact JSON; `TypeError` for what JSON has no form for. NaN and infinity become Python's names for them."""
    return _encoder.encode(value)


def decode_json(data: str | bytes) -> Any:
    """The value of a JSON text, as bytes in UTF-8 (RFC 8259 section 8.1); `json.JSONDecodeError` if it is none."""
    try:
        return json.loads(data if isinstance(data, str) else data.decode("utf-8"))
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError:
        raise json.JSONDecodeError("Not UTF-8", "", 0) from None
    except RecursionError:
        raise json.JSONDecodeError("Nested too deeply", "", 0) from None
    except ValueError:  # int() refuses very long numbers, to stay linear
        raise json.JSONDecodeError("Number with too many digits", "", 0) from None
