"""Which content codings a client accepts: ``Accept-Encoding`` of RFC 9110 section 12.5.3.

A member of the list that breaks the grammar is ignored, so no header is an error. Weights are whole thousandths, which
is as fine as the grammar has them. Every step is one pass over the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from asgi_types import is_token

_WEIGHT = re.compile(r"[qQ]=(?:0(?:\.([0-9]{0,3}))?|(1)(?:\.0{0,3})?)")


def parse_weight(text: str) -> int | None:
    """Thousandths of a ``q=`` parameter (RFC 9110 section 12.4.2), or None for what is none.

    >>> parse_weight("q=0.5"), parse_weight("q=1"), parse_weight("q=2"), parse_weight("level=1")
    (500, 1000, None, None)
    """
    match = _WEIGHT.fullmatch(text)
    if match is None:
        return None
    return 1000 if match[2] else int((match[1] or "").ljust(3, "0"))


def parse_accept_encoding(header: str) -> dict[str, int]:
    """The weight of each coding that the header names, in lower case; of those named twice, the last.

    >>> parse_accept_encoding("GZIP, br;q=0.8, *;q=0, zstd;q=high, two words")
    {'gzip': 1000, 'br': 800, '*': 0}
    """
    weights: dict[str, int] = {}
    for member in header.split(","):
        coding, semicolon, parameter = member.partition(";")
        coding = coding.strip(" \t").lower()
        weight = parse_weight(parameter.strip(" \t")) if semicolon else 1000
        if weight is not None and is_token(coding):
            weights["gzip" if coding == "x-gzip" else coding] = weight  # section 8.4.1.3: the same
    return weights


def acceptable_encodings(header: str, offered: Iterable[str]) -> list[str]:
    """Those of ``offered`` and ``identity`` that the client accepts, the ones it likes best first.

    Of codings it likes equally, the first offered. ``identity``, the file as it is, comes last unless the client gave
    it a weight of its own, and is left out only where the client refuses it: by ``identity;q=0``, or by ``*;q=0``
    without naming it.

    >>> acceptable_encodings("gzip, br, zstd;q=0.5", ("br", "zstd", "gzip"))
    ['br', 'gzip', 'zstd', 'identity']
    >>> acceptable_encodings("gzip;q=0.5, identity", ("br", "gzip"))
    ['identity', 'gzip']
    >>> acceptable_encodings("br, *;q=0", ("gzip",))
    []
    """
    weights = parse_accept_encoding(header)
    others = weights.get("*", 0)
    found = [(weight, coding) for coding in offered if (weight := weights.get(coding, others))]
    if "identity" in weights:
        found.append((weights["identity"], "identity"))
    elif weights.get("*") != 0:
        found.append((1, "identity"))
    # Sorting is stable: of equals, the first offered stays first.
    found.sort(key=lambda pair: -pair[0])
    return [coding for weight, coding in found if weight]
