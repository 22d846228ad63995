"""The ``traceparent`` field of W3C Trace Context."""

from __future__ import annotations

import re

# What is behind the flags belongs to versions to come (section 4.3 of the second level).
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?", re.DOTALL)


def trace_id_of(traceparent: str) -> str | None:
    """The trace's id by W3C Trace Context (sections 3.2 and 4.3); None if the trace has to begin anew.

    Identifiers are hexadecimal in lower case, and none is all zeros. Version ff is none. A value of version 00 has four
    parts and nothing else; a later one may have more of them, which are left aside.

    >>> trace_id_of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    '4bf92f3577b34da6a3ce929d0e0e4736'
    """
    found = _TRACEPARENT.fullmatch(traceparent.strip(" \t"))
    if found is None:
        return None
    version, trace_id, parent_id, more = found.groups()
    if version == "ff" or (version == "00" and more is not None):
        return None
    if not trace_id.strip("0") or not parent_id.strip("0"):
        return None
    return trace_id
