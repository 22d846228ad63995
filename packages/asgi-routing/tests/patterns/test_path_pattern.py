from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_routing import CONVERTOR_TYPES, compile_path, replace_params


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
