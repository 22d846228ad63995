"""Names of hosts, told apart from what else the grammar of a URL lets stand there."""

from __future__ import annotations

import re

_NAME = re.compile(r"[a-z0-9_\-]++(?:\.[a-z0-9_\-]++)*+\.?", re.IGNORECASE)


def is_host_name(host: str) -> bool:
    """Whether ``host`` could be a name of the DNS; RFC 3986 section 3.2.2 has empty labels and percent signs as well.

    >>> is_host_name("www.example.org"), is_host_name(".example.org"), is_host_name("%2f.example.org")
    (True, False, False)
    """
    return _NAME.fullmatch(host) is not None
