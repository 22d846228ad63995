"""A schema as a response."""

from __future__ import annotations

import pytest

from asgi_routing.schemas import OpenAPIResponse


async def test_it_is_yaml_with_sorted_keys(drive):
    schema = {"openapi": "3.1.0", "info": {"title": "Shöp"}, "paths": {"/": {"get": {"responses": {200: {}}}}}}
    answer = await drive.request(OpenAPIResponse(schema, headers={"cache-control": "no-store"}))
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/vnd.oai.openapi"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text == (
        'info:\n  title: "Sh\\xF6p"\nopenapi: 3.1.0\npaths:\n  /:\n    get:\n      responses:\n        200: {}\n'
    )


def test_a_tuple_is_a_list():
    assert OpenAPIResponse({"tags": ("a", "b")}).body == b"tags:\n- a\n- b\n"


@pytest.mark.parametrize("content", [None, "openapi: 3.1.0", []])
def test_it_must_be_a_dictionary(content):
    with pytest.raises(AssertionError, match="should be a dictionary"):
        OpenAPIResponse(content)
