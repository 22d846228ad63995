"""HTTP dates: RFC 9110 section 5.6.7, written in its one form and read in all three.

No locale and no email parser has a part in it. Reading never raises: a date that cannot be read is no date, and who
asked goes on as if the header were not there, as sections 13.1.3 and 13.1.4 want.
"""

from __future__ import annotations

import re
import time
from functools import lru_cache

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_DAY = "|".join(_DAYS)
_LONG_DAY = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_TIME = "(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
# No part of any of them can match in two ways, or at two lengths, so all are linear.
_FORMS = (
    f"(?:{_DAY}), (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT",
    f"(?:{_LONG_DAY}), (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT",
    f"(?:{_DAY}) {_MONTH} (?P<day>[0-9 ][0-9]) {_TIME} (?P<year>[0-9]{{4}})",
)
_LATEST = 253402300799  # the last second of the year 9999


def format_http_date(seconds: float) -> str:
    """The second of a Unix time as an HTTP date. Raises `ValueError` before 1970 and after the year 9999.

    >>> format_http_date(784111777.9)
    'Sun, 06 Nov 1994 08:49:37 GMT'
    """
    return _format(int(seconds // 1))


@lru_cache(maxsize=1024)
def _format(second: int) -> str:
    if not 0 <= second <= _LATEST:
        raise ValueError(f"No HTTP date can be made of {second!r}: give seconds since 1970, until the year 9999.")
    at = time.gmtime(second)
    return (
        f"{_DAYS[at.tm_wday]}, {at.tm_mday:02} {_MONTHS[at.tm_mon - 1]} {at.tm_year}"
        f" {at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} GMT"
    )


def parse_http_date(text: str) -> int | None:
    """The Unix time of an HTTP date in any of its three forms, or None if it is not one.

    A year of two digits that seems to be more than fifty years ahead is one of the past. The name of the day is not
    compared with the date.

    >>> parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), parse_http_date("Sun Nov  6 08:49:37 1994")
    (784111777, 784111777)
    >>> parse_http_date("yesterday") is None
    True
    """
    for form in _FORMS:
        match = re.fullmatch(form, text, re.IGNORECASE | re.ASCII)  # compiled when a first date comes
        if match is not None:
            return _seconds(match)
    return None


def _seconds(match: re.Match[str]) -> int | None:
    from datetime import UTC, datetime  # few requests have a date

    year = int(match["year"])
    if len(match["year"]) == 2:
        year = _full_year(year)
    month = _MONTHS.index(match["month"].title()) + 1
    day, hour, minute, second = (int(match[name]) for name in ("day", "hour", "minute", "second"))
    leap = second == 60  # which Unix time does not count
    try:
        moment = datetime(year, month, day, hour, minute, second - leap, tzinfo=UTC)
    except ValueError:
        return None
    return int(moment.timestamp()) + leap


def _full_year(last_digits: int) -> int:
    this_year = time.gmtime().tm_year
    year = this_year - this_year % 100 + last_digits
    return year - 100 if year > this_year + 50 else year
