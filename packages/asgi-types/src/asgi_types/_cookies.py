"""Reading the ``Cookie`` header.

The rules are those of RFC 6265 section 5.4 turned round, with what browsers do where it is silent: pairs are split at
``;`` and at the first ``=``, spaces and tabs around both parts are dropped, and nothing is ever an error. A cookie
without a name, which browsers have by ``Set-Cookie: =x`` and send as ``x``, has the empty name and no other: whatever
its value looks like, it cannot stand in for another cookie. Every step is one pass over the text.
"""

import re

_ESCAPED = re.compile(r"\\(?:([0-3][0-7]{2})|(.))", re.DOTALL)


def parse_cookies(cookie_string: str) -> dict[str, str]:
    r"""Cookies of a ``Cookie`` header by name; of those of one name, the last.

    A value in double quotes loses them, and its backslash escapes are resolved, as the standard library writes them.
    What has no name is found under the empty one.

    >>> parse_cookies('theme=dark; token="a\\"b"; nameless')
    {'theme': 'dark', 'token': 'a"b', '': 'nameless'}
    """
    cookies: dict[str, str] = {}
    for pair in cookie_string.split(";"):
        name, separator, value = pair.partition("=")
        if not separator:
            name, value = "", name
        name, value = name.strip(" \t"), value.strip(" \t")
        if name or value:
            cookies[name] = _unquote(value)
    return cookies


def _unquote(value: str) -> str:
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    value = value[1:-1]
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)) if match[1] else match[2], value)
