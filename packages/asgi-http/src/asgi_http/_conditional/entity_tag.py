"""Entity tags: RFC 9110 section 8.8.3, made for files and bytes, read from lists, and compared.

A tag is kept as the text of its header, quotes and ``W/`` included. A list is read in one pass; a member that is no tag
is passed over, since it can match none.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator

# The characters of a tag are those of section 8.8.3; a comma is one of them.
_TAG = re.compile(r'(?:W/)?"[!#-~\x80-\xff]*+"')
_OPAQUE = re.compile(r"[!#-~\x80-\xff]*+")
_NOT_OPAQUE = re.compile(r"[^!#-~\x80-\xff]+")
_SPACES = re.compile(r"[ \t]*+")
_SEPARATORS = re.compile(r"[ \t,]*+")

_SETTLED = 2.0
"""Seconds after which a file's time of change tells its content; within them, it may be written twice at one time."""


def file_etag(stat_result: os.stat_result, now: float | None = None, encoding: str | None = None) -> str:
    """The entity tag of a file: its time of change in nanoseconds, its size, and its content coding if it has one.

    It is weak while the file is younger than two seconds by the clock, and while its time lies ahead: file systems
    count in ticks, so a second write may leave both numbers as they are (section 8.8.1). It is strong after that, and
    rests on time and size alone: a tool that gives new content of the same size the old time, such as a build with one
    time for all its files, gives it the old tag too.

    >>> stat_result = os.stat_result((0,) * 6 + (1024, 0, 0, 0), {"st_mtime": 1.0, "st_mtime_ns": 1_000_000_000})
    >>> file_etag(stat_result, now=100.0), file_etag(stat_result, now=2.0)
    ('"3b9aca00-400"', 'W/"3b9aca00-400"')
    """
    if now is None:
        now = time.time()
    # Two codings of one file may have one time and one size, and must not have one tag (section 8.8.3.3).
    coding = f"-{_NOT_OPAQUE.sub('', encoding)}" if encoding else ""
    tag = f'"{stat_result.st_mtime_ns:x}-{stat_result.st_size:x}{coding}"'
    return tag if now - stat_result.st_mtime >= _SETTLED else f"W/{tag}"


def entity_tag(text: str) -> str:
    """``text`` as an entity tag: quoted, unless it is a whole tag already.

    Raises `ValueError` for what cannot stand in a tag: spaces, quotes, control characters, and what is not latin-1.

    >>> entity_tag("v1"), entity_tag('"v1"'), entity_tag('W/"v1"')
    ('"v1"', '"v1"', 'W/"v1"')
    """
    if _TAG.fullmatch(text) is not None:
        return text
    if _OPAQUE.fullmatch(text) is None:
        raise ValueError(
            f"Invalid entity tag {text!r}: spaces, quotes, control characters and what is not latin-1 are not allowed "
            "(RFC 9110 section 8.8.3)."
        )
    return f'"{text}"'


def parse_entity_tags(text: str) -> Iterator[str]:
    """The entity tags of a list as in ``If-Match``, one by one. ``*`` is not a tag: ask for it first.

    >>> list(parse_entity_tags('"a", W/"b,c", broken, "d"'))
    ['"a"', 'W/"b,c"', '"d"']
    """
    position = _end(_SEPARATORS, text, 0)
    while position < len(text):
        # The search for the closing quote ends at the next quote, if not before: nothing is searched twice.
        tag = _TAG.match(text, position)
        after = -1 if tag is None else _end(_SPACES, text, tag.end())
        if tag is not None and text[after : after + 1] in ("", ","):
            yield tag[0]
        else:
            after = text.find(",", position)
            if after < 0:
                return
        position = _end(_SEPARATORS, text, after)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    assert match is not None, "A pattern that may be empty always matches."
    return match.end()


def matches_strongly(etag: str, tags: str) -> bool:
    """Whether a list has this tag by the strong comparison of section 8.8.3.2, to which a weak tag equals none.

    >>> matches_strongly('"a"', '"a"'), matches_strongly('W/"a"', 'W/"a"')
    (True, False)
    """
    return not etag.startswith("W/") and etag in parse_entity_tags(tags)


def matches_weakly(etag: str, tags: str) -> bool:
    """Whether a list has this tag by the weak comparison of section 8.8.3.2, which does not look at ``W/``.

    >>> matches_weakly('W/"a"', '"b", "a"')
    True
    """
    opaque = etag.removeprefix("W/")
    return any(tag.removeprefix("W/") == opaque for tag in parse_entity_tags(tags))
