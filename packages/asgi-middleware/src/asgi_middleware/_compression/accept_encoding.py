"""Which content coding a client gets: ``Accept-Encoding`` of RFC 9110 section 12.5.3."""

from __future__ import annotations

from collections.abc import Iterable

from .._weighted import weights


def choose_coding(accept_encoding: str, offered: Iterable[str]) -> str | None:
    """The one of ``offered`` that the client likes best, or None for no coding.

    Of codings that it likes equally, the first offered. ``*`` stands for those that are not named. No coding is what a
    client gets that names none of ours, or likes ``identity`` better by a weight of its own. So does one that refuses
    ``identity`` and all of ours, to which a 406 would be of even less use. A malformed element is passed over.

    >>> choose_coding("gzip, br", ("zstd", "br", "gzip"))
    'br'
    >>> choose_coding("gzip;q=0.5, identity;q=1", ("gzip",)) is None
    True
    """
    wanted = weights(accept_encoding)
    if "x-gzip" in wanted:  # the same by section 8.4.1.3
        wanted["gzip"] = max(wanted["x-gzip"], wanted.get("gzip", 0.0))
    others = wanted.get("*", 0.0)
    best, most = None, 0.0
    for coding in offered:
        weight = wanted.get(coding, others)
        if weight > most:
            best, most = coding, weight
    return None if wanted.get("identity", 0.0) > most else best
