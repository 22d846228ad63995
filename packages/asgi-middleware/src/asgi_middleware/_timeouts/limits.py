"""How long each step of an exchange may take."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """Seconds, with `math.inf` for no limit, and the status of what is answered for a handler that is late."""

    handler_timeout: float
    body_timeout: float
    upload_timeout: float
    send_timeout: float
    total_timeout: float
    status_code: int
