"""Functions of templates that are about the request."""

from __future__ import annotations

import jinja2
import pytest

from asgi_templates import Jinja2Templates
from asgi_types import Headers, HTTPConnection


class Nonce:
    def __str__(self):
        return "n0nce"


class Tokens:
    field_name = "csrf<field>"

    def token(self, scope):
        return f"token of {scope['path']} & more"


SCOPE = {"type": "http", "path": "/a", "headers": [], "query_string": b""}
MIDDLEWARE = {"asgi_middleware.csp_nonce": Nonce(), "asgi_middleware.csrf": Tokens()}
FUNCTIONS = ["csp_nonce", "csrf_token", "csrf_input"]


def rendered(text, scope, **pages):
    loader = jinja2.DictLoader({"page.html": text, **{f"{name}.html": page for name, page in pages.items()}})
    templates = Jinja2Templates(env=jinja2.Environment(loader=loader, autoescape=True))
    return templates.TemplateResponse(HTTPConnection(scope), "page.html").body.decode()


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("csp_nonce()", "n0nce"),
        ("csrf_token()", "token of /a &amp; more"),
        (
            "csrf_input()",
            '<input type="hidden" name="csrf&lt;field&gt;" value="token of /a &amp; more">',
        ),
    ],
)
def test_what_the_middleware_has_put_into_the_scope(call, text):
    assert rendered("{{ " + call + " }}", {**SCOPE, **MIDDLEWARE}) == text


@pytest.mark.parametrize(
    ("call", "fix"),
    [
        ("csp_nonce", r"csp_nonce\(\) needs asgi_middleware.SecurityHeadersMiddleware"),
        ("csrf_token", r"csrf_token\(\) needs an asgi_middleware.CSRFMiddleware .*: CSRFMiddleware\(app, secret="),
        ("csrf_input", r"csrf_input\(\) needs an asgi_middleware.CSRFMiddleware .*: CSRFMiddleware\(app, secret="),
    ],
)
def test_without_the_middleware_it_is_an_error_that_tells_the_fix(call, fix):
    with pytest.raises(RuntimeError, match=fix):
        rendered("{{ " + call + "() }}", SCOPE)
    assert rendered("{% if false %}{{ " + call + "() }}{% endif %}", SCOPE) == ""


@pytest.mark.parametrize("call", [*FUNCTIONS, "url_for"])
def test_a_macro_of_another_template_needs_the_context(call):
    macro = "{% macro show() %}{{ " + call + "('a') }}{% endmacro %}"
    with pytest.raises(RuntimeError, match=rf"^{call}\(\) needs the request.*with context"):
        rendered(
            "{% import 'm.html' as m %}{{ m.show() }}",
            {**SCOPE, **MIDDLEWARE},
            m=macro.replace("'a'", "'a'" * (call == "url_for")),
        )


def test_a_macro_with_the_context():
    page = "{% import 'm.html' as m with context %}{{ m.show() }}"
    macro = "{% macro show() %}{{ csp_nonce() }}{% endmacro %}"
    assert rendered(page, {**SCOPE, **MIDDLEWARE}, m=macro) == "n0nce"


@pytest.mark.parametrize("call", [*FUNCTIONS, "url_for"])
def test_what_an_environment_has_is_kept(call):
    env = jinja2.Environment(loader=jinja2.DictLoader({"page.html": "{{ " + call + "() }}"}))
    env.globals[call] = lambda: "own"
    templates = Jinja2Templates(env=env)
    assert templates.TemplateResponse(HTTPConnection(SCOPE), "page.html").body == b"own"


@pytest.mark.parametrize("call", [*FUNCTIONS, "url_for"])
@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize("text", ["{{ %s }}", "{{ %s|default('') }}", "{%% if %s %%}{{ %s|e }}{%% endif %%}"])
def test_a_call_that_was_forgotten_is_an_error_and_prints_nothing(call, autoescape, text):
    pages = {"page.html": text.replace("%s", call).replace("%%", "%")}
    templates = Jinja2Templates(env=jinja2.Environment(loader=jinja2.DictLoader(pages), autoescape=autoescape))
    with pytest.raises(TypeError, match=rf"^{call} is a function: write {{{{ {call}\(\.\.\.\) }}}}\."):
        templates.TemplateResponse(HTTPConnection({**SCOPE, **MIDDLEWARE}), "page.html")
    assert templates.TemplateResponse(HTTPConnection(SCOPE), "page.html", {call: "own"}).body == b"own"


def test_they_can_be_shown_by_a_debugger():
    assert "RequestGlobal" in repr(Jinja2Templates(env=jinja2.Environment()).env.globals["csrf_token"])


def test_a_websocket_has_them_as_well():
    env = jinja2.Environment(loader=jinja2.DictLoader({"page.html": "{{ csp_nonce() }}"}))
    request = HTTPConnection({"type": "websocket", "path": "/", "headers": [], **MIDDLEWARE})
    assert Jinja2Templates(env=env).TemplateResponse(request, "page.html").body == b"n0nce"


def test_a_request_that_knows_no_routes_is_told_so():
    class Request:
        scope = SCOPE
        headers = Headers()

    templates = Jinja2Templates(env=jinja2.Environment(loader=jinja2.DictLoader({"page.html": "{{ url_for('a') }}"})))
    with pytest.raises(RuntimeError, match=r"url_for\(\) needs a request that knows the routes"):
        templates.TemplateResponse(Request(), "page.html")


def test_a_subclass_may_have_fewer_of_them():
    class Templates(Jinja2Templates):
        request_globals = ("url_for",)

    environment = jinja2.Environment()
    Templates(env=environment)
    assert set(environment.globals) & {"url_for", *FUNCTIONS} == {"url_for"}
