"""Pages as responses, by the names that applications of Starlette have for them."""

from __future__ import annotations

import jinja2
import pytest

import asgi_templates
from shine import Route, Shine
from shine.responses import HTMLResponse
from shine.templating import Jinja2Templates, TemplateResponse, Templates, _TemplateResponse, pass_context


@pass_context
def path(context):
    return context["request"].url.path


ENV = jinja2.Environment(loader=jinja2.DictLoader({"page.html": "<p>{{ path() }} {{ name }}"}), autoescape=True)
ENV.globals["path"] = path


@pytest.mark.parametrize("make", [lambda: Jinja2Templates(env=ENV), lambda: Templates(ENV)])
async def test_a_page_is_a_response_of_html(drive, make):
    templates = make()

    def page(request):
        response = templates.TemplateResponse(request, "page.html", {"name": "<Ann>"}, 201, {"x-a": "b"})
        assert type(response) is _TemplateResponse is TemplateResponse
        assert isinstance(response, HTMLResponse)
        assert isinstance(response, asgi_templates.TemplateResponse)
        assert response.template.name == "page.html"
        return response

    async def awaited(request):
        response = await templates.respond(request, "page.html", {"name": "Bob"}, media_type="text/plain")
        assert type(response) is TemplateResponse
        return response

    app = Shine(routes=[Route("/page", page), Route("/awaited", awaited)])
    answer = await drive.request(app, "/page")
    assert (answer.status, answer.text) == (201, "<p>/page &lt;Ann&gt;")
    assert (answer.headers["content-type"], answer.headers["x-a"]) == ("text/html; charset=utf-8", "b")
    answer = await drive.request(app, "/awaited")
    assert (answer.text, answer.headers["content-type"]) == ("<p>/awaited Bob", "text/plain; charset=utf-8")


def test_it_is_found_where_it_is_in_starlette():
    templates = Jinja2Templates(env=ENV)
    assert isinstance(templates, asgi_templates.Jinja2Templates)
    assert isinstance(templates, Templates)
    assert templates.env is ENV
    assert {"url_for", "csrf_token"} <= ENV.globals.keys()
