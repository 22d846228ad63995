"""The response that renders a template."""

from __future__ import annotations

import jinja2
import pytest

from asgi_templates import TemplateResponse
from asgi_types import Response

HELLO = jinja2.Environment(autoescape=True).from_string("Hello, {{ name }}!")


async def test_renders_as_html(drive):
    answer = await drive.request(TemplateResponse(HELLO, {"name": "<Zoë>"}))
    assert answer.status == 200
    assert answer.text == "Hello, &lt;Zoë&gt;!"
    assert answer.headers.items() == [("content-length", "20"), ("content-type", "text/html; charset=utf-8")]


async def test_arguments(drive):
    ran = []

    async def background():
        ran.append(True)

    headers = {"X-Name": "value"}
    response = TemplateResponse(HELLO, {"name": "Ann"}, 201, headers, "text/plain", background)
    assert isinstance(response, Response)
    answer = await drive.request(response)
    assert (answer.status, answer.text) == (201, "Hello, Ann!")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-name"] == "value"
    assert ran == [True]


def test_keeps_what_it_was_rendered_from():
    context = {"name": "Ann"}
    response = TemplateResponse(HELLO, context)
    assert response.template is HELLO
    assert response.context is context


def test_rendering_errors_come_from_the_constructor():
    template = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string("{{ name }}")
    with pytest.raises(jinja2.UndefinedError, match="'name' is undefined"):
        TemplateResponse(template, {})


async def test_denies_a_websocket(drive):
    response = TemplateResponse(HELLO, {"name": "Ann"}, 403)
    answer = await drive.websocket(response, extensions={"http.response.debug": {}, "websocket.http.response": {}})
    assert [message["type"] for message in answer.messages] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert (answer.status, answer.text) == (403, "Hello, Ann!")


async def test_head_has_headers_only(drive):
    answer = await drive.request(TemplateResponse(HELLO, {"name": "Ann"}), method="HEAD")
    assert (answer.body, answer.headers["content-length"]) == (b"", "11")
