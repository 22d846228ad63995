from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_routing import CONVERTOR_TYPES, Convertor, Route, compile_path, register_url_convertor, replace_params
from asgi_types import ENCODED_SLASH


class StepConvertor(Convertor[int]):
    """One of a user's own, with a constructor."""

    regex = "[0-9]+"

    def __init__(self, step: int = 1, **more: object) -> None:
        self.step, self.more = step, more

    def convert(self, value: str) -> int:
        return int(value) * self.step

    def to_string(self, value: int) -> str:
        return str(value // self.step)


@pytest.fixture
def _step() -> Iterator[None]:
    register_url_convertor("step", StepConvertor())
    yield
    del CONVERTOR_TYPES["step"]


@pytest.mark.parametrize(
    ("pattern", "expression", "path_format", "kinds"),
    [
        ("/", r"^/\Z", "/", {}),
        ("/a.b", r"^/a\.b\Z", "/a.b", {}),
        ("/{x}", r"^/(?P<x>[^/]+)\Z", "/{x}", {"x": "str"}),
        ("/{x:str}/", r"^/(?P<x>[^/]+)/\Z", "/{x}/", {"x": "str"}),
        ("/{a:int}.{b:path}", r"^/(?P<a>[0-9]+)\.(?P<b>.*)\Z", "/{a}.{b}", {"a": "int", "b": "path"}),
        ("/{_A1}{b}", r"^/(?P<_A1>[^/]+)(?P<b>[^/]+)\Z", "/{_A1}{b}", {"_A1": "str", "b": "str"}),
        ("/{not-a-param}", r"^/\{not\-a\-param\}\Z", "/{not-a-param}", {}),
        ("/{1}{}{a:}", r"^/\{1\}\{\}\{a:\}\Z", "/{1}{}{a:}", {}),
        ("/{{x}}", r"^/\{(?P<x>[^/]+)\}\Z", "/{{x}}", {"x": "str"}),
        ("/{a:{b:int}}", r"^/\{a:(?P<b>[0-9]+)\}\Z", "/{a:{b}}", {"b": "int"}),
    ],
)
def test_what_a_pattern_is_compiled_to(pattern: str, expression: str, path_format: str, kinds: dict[str, str]) -> None:
    convertors = {name: CONVERTOR_TYPES[kind] for name, kind in kinds.items()}
    assert compile_path(pattern) == (re.compile(expression), path_format, convertors)
    assert list(compile_path(pattern)[2]) == list(kinds)


def test_a_final_newline_is_a_part_of_the_path() -> None:
    assert compile_path("/a")[0].match("/a\n") is None
    assert compile_path("/{x}")[0].match("/a\n")["x"] == "a\n"
    assert compile_path("/{x:int}")[0].match("/1\n") is None


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("/{b}/{b:int}", "Duplicated param name b at path /{b}/{b:int}"),
        ("/{b}{a}/{b}/{a}{b}", "Duplicated param names a, b at path /{b}{a}/{b}/{a}{b}"),
    ],
)
def test_a_parameter_stands_once(pattern: str, message: str) -> None:
    with pytest.raises(ValueError) as raised:
        compile_path(pattern)
    assert str(raised.value) == message


def test_an_unknown_convertor_is_an_assertion_error() -> None:
    with pytest.raises(AssertionError, match=r"^Unknown path convertor 'nope'$"):
        compile_path("/{x}/{y:nope}")


@pytest.mark.parametrize(
    ("pattern", "expression", "path_format"),
    [
        ("/{x:int(1, 12)}", r"^/(?P<x>[0-9]+)\Z", "/{x}"),
        ("/{x:int()}", r"^/(?P<x>[0-9]+)\Z", "/{x}"),
        ("/{x:int(max\n=\n-1, min=-2)}", r"^/(?P<x>[0-9]+)\Z", "/{x}"),
        ("/{x:enum(a, a-b)}".replace("a-b", '"a-b"'), r"^/(?P<x>a\-b|a)\Z", "/{x}"),
        ("/{x:enum(')')}/{y:enum('a(', b)}-", r"^/(?P<x>\))/(?P<y>a\(|b)\-\Z", "/{x}/{y}-"),
        ("/{x:regex([A-Z]{2}(a|b))}{y}", r"^/(?P<x>[^/]+)(?P<y>[^/]+)\Z", "/{x}{y}"),
        ("/{x:date}/{y:segment}", r"^/(?P<x>[0-9]{4}-[0-9]{2}-[0-9]{2})/(?P<y>[^/]+)\Z", "/{x}/{y}"),
        ("/{a:{b:int(1)}}(", r"^/\{a:(?P<b>[0-9]+)\}\(\Z", "/{a:{b}}("),
        ("/{a:{b}int(", r"^/\{a:(?P<b>[^/]+)int\(\Z", "/{a:{b}int("),
        ("/{a(1)}", r"^/\{a\(1\)\}\Z", "/{a(1)}"),
    ],
)
def test_what_a_pattern_with_arguments_is_compiled_to(pattern: str, expression: str, path_format: str) -> None:
    assert compile_path(pattern)[:2] == (re.compile(expression), path_format)


@pytest.mark.usefixtures("_step")
def test_a_convertor_of_your_own_takes_arguments() -> None:
    expression, path_format, convertors = compile_path("/{x:step(7)}-{y:step}-{z:step(step=-3, a=None, b=red, c='d')}")
    assert (expression.match("/1-2-3") is not None, path_format) == (True, "/{x}-{y}-{z}")
    assert [each.convert("2") for each in convertors.values()] == [14, 2, -6]
    assert convertors["z"].more == {"a": None, "b": "red", "c": "d"}
    assert convertors["y"] is CONVERTOR_TYPES["step"]
    assert replace_params(path_format, convertors, {"x": 14, "y": 5, "z": -6}) == ("/2-5-2", {})


CANNOT_READ = "write numbers, words and key=value pairs, with commas between; quote any other text"


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("{x:int(1;2)}", f"cannot read '1;2': {CANNOT_READ}"),
        ("{x:int(1)(2)}", f"cannot read '1)(2': {CANNOT_READ}"),
        ("{x:int(1)+(2)}", f"cannot read '1)+(2': {CANNOT_READ}"),
        ("{x:int(1 # 2)}", f"cannot read '1 # 2': {CANNOT_READ}"),
        ("{x:int(1+1)}", f"cannot read '1+1': {CANNOT_READ}"),
        ("{x:int(-a)}", f"cannot read '-a': {CANNOT_READ}"),
        ("{x:int(*a)}", f"cannot read '*a': {CANNOT_READ}"),
        ("{x:int(**a)}", f"cannot read '**a': {CANNOT_READ}"),
        ("{x:int(f())}", f"cannot read 'f()': {CANNOT_READ}"),
        ("{x:enum(a-b)}", f"cannot read 'a-b': {CANNOT_READ}"),
        ("{x:int(5} {y:int(5)}", f"cannot read '5}} {{y:int(5': {CANNOT_READ}"),
        ("{x:int(2, 1)}", "nothing is at least 2 and at most 1: swap the bounds, or widen them"),
        (
            "{x:int(red)}",
            "a bound must be a whole number, not 'red'; it takes (min=None, max=None)",
        ),
        ("{x:uuid(4)}", "UUIDConvertor() takes no arguments; it takes ()"),
        ("{x:enum(a, a)}", "'a' stands twice: each alternative needs a text of its own"),
        ("{x:enum}", "matches nothing yet: give it arguments, as in {x:enum(red, green)}"),
        ("{x:enum()}", "matches nothing yet: give it arguments, as in {x:enum(red, green)}"),
        ("{x:regex}", "matches nothing yet: give it arguments, as in {x:regex([a-z]+)}"),
        ("{x:regex()}", "matches nothing yet: give it arguments, as in {x:regex([a-z]+)}"),
        (
            "{x:regex([)}",
            "'[' is not a regular expression: unterminated character set at position 0",
        ),
    ],
)
def test_arguments_that_a_convertor_does_not_take(parameter: str, message: str) -> None:
    with pytest.raises(ValueError) as raised:
        compile_path(f"/a/{parameter}/b")
    separator = " " if message.startswith("matches") else ": "
    assert str(raised.value) == f"{parameter} at path /a/{parameter}/b{separator}{message}"


def test_a_convertor_without_an_expression_says_so() -> None:
    register_url_convertor("bare", StepConvertor())
    CONVERTOR_TYPES["bare"].regex = ""
    try:
        with pytest.raises(ValueError, match=r"matches nothing yet: give it arguments, as in \{x:bare\(\.\.\.\)\}$"):
            compile_path("/{x:bare}")
    finally:
        del CONVERTOR_TYPES["bare"]


@pytest.mark.parametrize(
    "pattern", ["/{x:int(5}/a", "/{x:int(5)/a", "/{x:int(5) }", "/{y:int(1)}{x:int(", "{x:int(5}.a"]
)
def test_arguments_must_be_closed(pattern: str) -> None:
    with pytest.raises(ValueError) as raised:
        compile_path(pattern)
    assert str(raised.value) == f"The arguments after {{x:int( do not end at path {pattern}: close them with )}}"


@pytest.mark.parametrize(
    ("pattern", "expression"),
    [
        ("", r"^\Z"),
        ("example.org", r"^example\.org\Z"),
        ("api.example.org:8000", r"^api\.example\.org\Z"),
        ("{x}.example.org:8000", r"^(?P<x>[^/]+)\.example\.org\Z"),
        ("{x:int}", r"^(?P<x>[0-9]+)\Z"),
        ("{x}:80", r"^(?P<x>[^/]+)\Z"),
        ("{x}:{y:int}", r"^(?P<x>[^/]+):(?P<y>[0-9]+)\Z"),
        ("{x:enum(a, b)}.org:", r"^(?P<x>a|b)\.org\Z"),
        ("[::1]", r"^\[::1\]\Z"),
        ("[::1]:80", r"^\[::1\]\Z"),
    ],
)
def test_what_a_host_pattern_is_compiled_to(pattern: str, expression: str) -> None:
    compiled, host_format, convertors = compile_path(pattern)
    assert compiled == re.compile(expression, re.IGNORECASE)
    assert host_format == re.sub(r"(?<=[xy]):[a-z()]+[^}]*", "", pattern)
    assert list(convertors) == re.findall("(?<={)[xy]", pattern)


@pytest.mark.parametrize(
    ("parameter", "segment"),
    [
        *(("{x:" + kind + "}", "{x}") for kind in ("str", "int", "float", "uuid", "date", "segment")),
        *(
            ("{x:" + kind + "}", "{x}")
            for kind in ("int(1)", "float(max=2.5)", "str(2)", "enum(a, b)", "regex([a-z]+)")
        ),
        ("{x:path}", "{x:path}"),
        ("a-{x:enum(a, b)}{y:path}", "a-{x}{y:path}"),
    ],
)
def test_what_an_index_may_rely_on(parameter: str, segment: str) -> None:
    assert Route(f"/a/{parameter}", object()).index_pattern() == f"/a/{segment}"


def test_an_expression_that_was_changed_is_not_relied_on() -> None:
    kinds = {"date": "[0-9/]+", "enum(a, b)": "a/b|a", "regex([a-z])": "[a-z/]+", "int(1)": "[0-9]+/?"}
    for kind, regex in kinds.items():
        before, after = Route(f"/{{x:{kind}}}", object()), Route(f"/{{x:{kind}}}", object())
        before.param_convertors = {"x": changed_copy(before.param_convertors["x"], regex)}
        assert before.index_pattern() is None
        after.param_convertors = before.param_convertors
        after.path_regex = re.compile(f"^/(?P<x>{regex})\\Z")
        assert after.index_pattern() == "/{x:path}"


def changed_copy(convertor: Convertor[object], regex: str) -> Convertor[object]:
    copied = copy(convertor)
    copied.regex = regex
    return copied


def test_a_slash_that_is_data_is_written_encoded() -> None:
    _, path_format, convertors = compile_path("/tags/{tag:segment}/{rest:path}")
    filled = replace_params(path_format, convertors, {"tag": "CI/CD?", "rest": f"a/b{ENCODED_SLASH}c"})
    assert filled == ("/tags/CI%2FCD%3F/a/b%2Fc", {})


def test_parameters_are_filled_in_and_the_others_are_left() -> None:
    _, path_format, convertors = compile_path("/{user}/posts/{id:int}")
    params = {"id": 7, "user": "ann", "page": 2}
    assert replace_params(path_format, convertors, params) == ("/ann/posts/7", {"page": 2})
    assert params == {"id": 7, "user": "ann", "page": 2}
    assert replace_params(path_format, convertors, {"id": 7}) == ("/{user}/posts/7", {})
    assert replace_params(path_format, convertors, {}) == ("/{user}/posts/{id}", {})


def test_a_value_is_never_taken_for_a_parameter() -> None:
    _, path_format, convertors = compile_path("/{a}/{b}")
    assert replace_params(path_format, convertors, {"a": "{b}", "b": "{a}"}) == ("/{b}/{a}", {})


@given(st.text(st.sampled_from("ab./{:-+*\n"), max_size=8), st.text(max_size=8))
def test_a_pattern_without_parameters_matches_itself_only(pattern: str, path: str) -> None:
    pattern = f"/{pattern}"
    expression, path_format, convertors = compile_path(pattern)
    assert (path_format, convertors) == (pattern, {})
    assert expression.match(pattern) is not None
    assert (expression.match(path) is not None) is (path == pattern)


@given(
    st.text(st.sampled_from("ab.-+*{"), min_size=1), st.text(min_size=1).filter(lambda text: "/" not in text), st.text()
)
def test_what_is_filled_in_is_read_again(literal: str, value: str, rest: str) -> None:
    expression, path_format, convertors = compile_path(f"/{literal}/{{value}}/{literal}/{{rest:path}}")
    rest = rest.replace("\n", "")  # which ".*" does not match
    path, left = replace_params(path_format, convertors, {"value": value, "rest": rest, "more": 1})
    assert left == {"more": 1}
    assert expression.match(unquote(path)).groupdict() == {"value": value, "rest": rest}
