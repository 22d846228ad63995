"""Reading the ``Cookie`` header.

The rules are those of RFC 6265 section 5.4 turned round, with what browsers do where it is silent: pairs are split at
``;`` and at the first ``=``, spaces and tabs around both parts are dropped, and nothing is ever an error. A pair
without a name is ignored: browsers send one for ``Set-Cookie: =x``, and taking it for a named one would let it stand
in for another cookie. Every step is one pass over the text.
"""

import re

_ESCAPED = re.compile(r"\\(?:([0-3][0-7]{2})|(.))", re.DOTALL)


def parse_cookies(header: str) -> dict[str, str]:
    r"""Cookies of a ``Cookie`` header by name; of those of one name, the last.

    A value in double quotes loses them, and its backslash escapes are resolved, as the standard library writes them.

    >>> parse_cookies('theme=dark; token="a\\"b"; =nameless; flag')
    {'theme': 'dark', 'token': 'a"b'}
    """
    cookies: dict[str, str] = {}
    for pair in header.split(";"):
        name, separator, value = pair.partition("=")
        name = name.strip(" \t")
        if name and separator:
            cookies[name] = _unquote(value.strip(" \t"))
    return cookies


def _unquote(value: str) -> str:
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    value = value[1:-1]
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)) if match[1] else match[2], value)
