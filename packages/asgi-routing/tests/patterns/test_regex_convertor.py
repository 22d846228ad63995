from __future__ import annotations

import pytest

from asgi_routing import Route
from asgi_routing._patterns.regex_convertor import RegexConvertor
from asgi_types import ENCODED_SLASH


async def endpoint(connection: object) -> None: ...


def read(pattern: str, path: str) -> object:
    scope = {"type": "http", "method": "GET", "path": path}
    return Route(pattern, endpoint).matches(scope)[1].get("path_params", "no match")


@pytest.mark.parametrize(
    ("pattern", "path", "params"),
    [
        ("/{x:regex([A-Z]{2}[0-9]+)}", "/AB42", {"x": "AB42"}),
        ("/{x:regex([A-Z]{2}[0-9]+)}", "/AB42x", "no match"),
        ("/{x:regex([A-Z]{2}[0-9]+)}", "/xAB42", "no match"),
        ("/{x:regex(a|ab)}", "/ab", {"x": "ab"}),
        ("/{x:regex((?i)a{2})}", "/aA", {"x": "aA"}),
        ("/{x:regex(.*)}", "/a/b", "no match"),
        ("/{x:regex(.*)}", "/", "no match"),
        ("/{x:regex(a, b)}", "/a, b", {"x": "a, b"}),
        ("/{x:regex([a-z]+)}.{y}", "/a.b", {"x": "a", "y": "b"}),
        ("/{x:regex([a-z]+)}.{y}", "/a.b.c", "no match"),  # it is divided as for {x}.{y}, and "a.b" does not match
        ("/{x:regex([a-z.]+)}.{y}", "/a.b.c", {"x": "a.b", "y": "c"}),
    ],
)
def test_what_is_read(pattern: str, path: str, params: object) -> None:
    assert read(pattern, path) == params


def test_what_is_written() -> None:
    convertor = RegexConvertor("[A-Z/]*")
    assert convertor.to_string("AB") == "AB"
    for value, message in [
        ("", "Must not be empty"),
        ("A/B", "May not contain path separators"),
        (f"A{ENCODED_SLASH}B", "May not contain path separators"),
        ("ab", r"Must match \[A-Z/\]\*"),
    ]:
        with pytest.raises(AssertionError, match=f"^{message}$"):
            convertor.to_string(value)


def test_what_is_no_expression() -> None:
    with pytest.raises(ValueError, match=r"^'\(' is not a regular expression: missing \)"):
        RegexConvertor("(")
