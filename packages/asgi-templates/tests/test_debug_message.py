"""What test clients are told of a response's template, where the scope asks for it."""

from __future__ import annotations

import jinja2
import pytest

from asgi_templates import StreamingTemplateResponse, TemplateResponse

HELLO = jinja2.Environment(autoescape=True).from_string("Hello, {{ name }}!")


@pytest.mark.parametrize("response_class", [TemplateResponse, StreamingTemplateResponse])
async def test_debug_extension_gets_template_and_context(drive, response_class):
    context = {"name": "Ann"}
    answer = await drive.request(response_class(HELLO, context), extensions={"http.response.debug": {}})
    assert [message["type"] for message in answer.messages[:3]] == [
        "http.response.debug",
        "http.response.start",
        "http.response.body",
    ]
    assert answer.text == "Hello, Ann!"
    info = answer.messages[0]["info"]
    assert info.keys() == {"template", "context"}
    assert info["template"] is HELLO
    assert info["context"] is context


@pytest.mark.parametrize("extensions", [{}, None, {"http.response.pathsend": {}}])
async def test_nothing_extra_without_the_extension(drive, extensions):
    answer = await drive.request(TemplateResponse(HELLO, {"name": "Ann"}), extensions=extensions)
    assert [message["type"] for message in answer.messages] == ["http.response.start", "http.response.body"]


async def test_scope_without_extensions(drive):
    scope = drive.scope()
    del scope["extensions"]
    answer = await drive.events(TemplateResponse(HELLO, {"name": "Ann"}), scope, [])
    assert len(answer.messages) == 2
