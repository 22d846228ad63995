"""What counts as a template, and as one that can do more."""

from __future__ import annotations

import jinja2
import pytest

from asgi_templates import AsyncTemplate, BlockNotFound, BlockTemplate, StreamingTemplate, Template
from asgi_templates._engine import is_async_template


class Plain:
    def render(self, context):
        return "text"


class Awaited:
    async def render_async(self, context):
        return "text"

    async def generate_async(self, context):
        yield "text"


@pytest.mark.parametrize(
    ("template", "protocols"),
    [
        (Plain(), {Template}),
        (Awaited(), {AsyncTemplate}),
        (jinja2.Template(""), {Template, StreamingTemplate, AsyncTemplate}),
        (object(), set()),
    ],
)
def test_abilities(template, protocols):
    every = {Template, StreamingTemplate, AsyncTemplate, BlockTemplate}
    assert {protocol for protocol in every if isinstance(template, protocol)} == protocols


@pytest.mark.parametrize(
    ("template", "is_async"),
    [
        (Plain(), False),
        (Awaited(), True),
        (jinja2.Template(""), False),
        (jinja2.Template("", enable_async=True), True),
    ],
)
def test_jinja2_says_whether_its_methods_work(template, is_async):
    assert is_async_template(template) is is_async


def test_block_not_found():
    error = BlockNotFound("page.html", "row", {"b", "a"})
    assert isinstance(error, LookupError)
    assert str(error) == "The template 'page.html' has no block 'row'. It has: a, b."
    assert (error.template, error.block, error.blocks) == ("page.html", "row", {"b", "a"})
    assert str(BlockNotFound(None, "row")) == "The template None has no block 'row'. It has none."
