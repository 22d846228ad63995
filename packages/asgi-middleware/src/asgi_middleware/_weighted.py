"""Lists with weights, as ``Accept`` and ``Accept-Encoding`` are (RFC 9110 section 12.4.2)."""

from __future__ import annotations

import re

_WEIGHT = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def weights(value: str) -> dict[str, float]:
    """Each item of the list, in lower case and without parameters, with its weight of 0 to 1, in the list's order.

    Of an item that comes twice the higher weight counts, and one with a malformed weight is passed over.

    >>> weights("br, GZip;q=0.5, *;q=0")
    {'br': 1.0, 'gzip': 0.5, '*': 0.0}
    """
    found: dict[str, float] = {}
    for element in value.split(","):
        item, *parameters = element.split(";")
        name = item.strip(" \t").lower()
        weight = _weight(parameters)
        if name and weight is not None:
            found[name] = max(weight, found.get(name, 0.0))
    return found


def _weight(parameters: list[str]) -> float | None:
    for parameter in parameters:
        name, separator, value = parameter.partition("=")
        if separator and name.strip(" \t").lower() == "q":
            value = value.strip(" \t")
            return float(value) if _WEIGHT.fullmatch(value) else None
    return 1.0
