"""Which part of a docstring is a schema."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_routing.schemas import BaseSchemaGenerator


def parse(docstring):
    def endpoint(): ...

    endpoint.__doc__ = docstring
    return BaseSchemaGenerator().parse_docstring(endpoint)


@pytest.mark.parametrize(
    "docstring",
    [
        "responses:\n  200: {description: Fine}",
        "\n    responses:\n      200:\n        description: Fine\n    ",
        "responses: {200: {description: Fine}}",
        "---\n    responses: {200: {description: Fine}}",
        "About it.\n\n    And more: of it.\n    ---\n    responses:\n      200: {description: Fine}\n    ",
        "A dash --- in text.\n    ---   \n    responses: {200: {description: Fine}}\n    ",
        "A title\n    ---\n    Some: text\n    ---\n    responses: {200: {description: Fine}}\n    ",
    ],
)
def test_a_schema(docstring):
    assert parse(docstring) == {"responses": {200: {"description": "Fine"}}}


@pytest.mark.parametrize(
    "docstring",
    [
        None,
        "",
        "Gives all users.",
        "Note: this is slow.",
        "summary: it is a schema\nNote: but this is not",
        "Just: text, with: colons, which is no YAML",
        "1: one",
        "- a\n- list",
        "About it.\n\nsummary: not marked",
        "A table --- with summary: in it.",
        "Parameters\n----------\nconnection : HTTPConnection\n    The connection.",
        "---",
        "About it.\n---\n",
        "A rule\n---\nand text",
        "About it.\n---\n- a\n- list",
    ],
)
def test_no_schema(docstring):
    assert parse(docstring) == {}


def test_the_first_key_may_be_on_the_first_line():
    assert parse("summary: Users\n\n    tags:\n      - users\n    ") == {"summary": "Users", "tags": ["users"]}


@pytest.mark.parametrize("field", ["summary", "operationId", "x-internal"])
def test_the_fields_of_an_operation_need_no_mark(field):
    assert parse(f"{field}: some") == {field: "some"}


def test_below_the_mark_any_mapping_is_a_schema():
    assert parse("---\nNote: any\n1: one") == {"Note": "any", 1: "one"}


@pytest.mark.parametrize("text", ["a: b: c", "a: [", "a: \t- 1\n\t- 2", "%", "a: *nobody", "a: \x00"])
def test_what_is_marked_and_no_yaml_is_an_error_that_names_the_endpoint(text):
    name = r"parse\.<locals>\.endpoint"
    with pytest.raises(ValueError, match=rf"^In \S*test_docstring, what .* in the docstring of {name} is no YAML: "):
        parse(f"About it.\n---\n{text}")


def test_the_error_says_what_is_wrong():
    with pytest.raises(ValueError, match="mapping values are not allowed here"):
        parse("---\nsummary: Users: all")


def test_an_endpoint_without_a_name_is_shown():
    class Endpoint:
        """---
        a: b: c
        """

    with pytest.raises(ValueError, match=r"docstring of <.*Endpoint object at .*> is no YAML"):
        BaseSchemaGenerator().parse_docstring(Endpoint())


def test_a_method_has_the_docstring_of_its_function():
    class Users:
        def get(self, request):
            """summary: All users"""

    assert BaseSchemaGenerator().parse_docstring(Users().get) == {"summary": "All users"}


@given(st.text())
def test_text_without_a_mark_is_never_an_error(text):
    assert isinstance(parse(text.replace("-", "")), dict)
