"""The ``traceparent`` field of W3C Trace Context."""

from __future__ import annotations

import re
from typing import NamedTuple

# What is behind the flags belongs to versions to come (section 4.3 of the second level).
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)


class TraceParent(NamedTuple):
    """What ``traceparent`` says: the trace, the span of the caller, and its flags."""

    version: int
    trace_id: str
    parent_id: str
    flags: int

    @property
    def is_sampled(self) -> bool:
        """Whether the caller may have recorded its part of the trace."""
        return bool(self.flags & 1)


def parse_traceparent(value: str) -> TraceParent | None:
    """Read ``traceparent`` as W3C Trace Context asks (sections 3.2 and 4.3); None if the trace has to begin anew.

    Identifiers are hexadecimal in lower case, and none is all zeros. Version ff is none. A value of version 00 has four
    parts and nothing else; a later one may have more of them, which are left aside.

    >>> found = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    >>> found.trace_id, found.parent_id, found.is_sampled
    ('4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7', True)
    """
    found = _TRACEPARENT.fullmatch(value.strip(" \t"))
    if found is None:
        return None
    version, trace_id, parent_id, flags, more = found.groups()
    if version == "ff" or (version == "00" and more is not None):
        return None
    if not trace_id.strip("0") or not parent_id.strip("0"):
        return None
    return TraceParent(int(version, 16), trace_id, parent_id, int(flags, 16))
