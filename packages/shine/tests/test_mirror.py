"""The modules that hand on what the pieces have, under the same name; all but a few have Starlette's names."""

from __future__ import annotations

from importlib import import_module

import pytest

PIECES = (
    "asgi_types",
    "asgi_http",
    "asgi_routing",
    "asgi_routing.schemas",
    "asgi_websockets",
    "asgi_middleware",
    "asgi_middleware.opentelemetry",
    "asgi_middleware.prometheus",
    "asgi_middleware.wsgi",
    "asgi_forms",
    "asgi_forms.sinks",
    "asgi_templates",
    "asgi_sessions",
)

MODULES = (
    "authentication",
    "background",
    "concurrency",
    "convertors",
    "datastructures",
    "endpoints",
    "events",
    "exceptions",
    "formparsers",
    "forms",
    "middleware",
    "middleware.access_log",
    "middleware.authentication",
    "middleware.base",
    "middleware.body_limit",
    "middleware.client_networks",
    "middleware.compression",
    "middleware.conditional",
    "middleware.cors",
    "middleware.csrf",
    "middleware.gzip",
    "middleware.httpsredirect",
    "middleware.opentelemetry",
    "middleware.problem",
    "middleware.prometheus",
    "middleware.proxy",
    "middleware.rate_limit",
    "middleware.request_id",
    "middleware.security",
    "middleware.server_timing",
    "middleware.sessions",
    "middleware.timeout",
    "middleware.trustedhost",
    "middleware.wsgi",
    "requests",
    "responses",
    "schemas",
    "staticfiles",
    "templating",
    "types",
    "websockets",
)

OTHER_NAMES = {"MAX_BODY_SIZE_SCOPE_KEY": "MAX_BODY_SIZE", "cookie_parser": "parse_cookies"}
"""What the pieces call a thing that Starlette calls otherwise."""

COMPOSED = {
    "FormParser",
    *("BaseHTTPMiddleware", "HTTPEndpoint", "Request", "http_middleware"),
    *("Jinja2Templates", "TemplateResponse", "Templates"),
}
"""What is made here of the class of a piece, so that there is one class of requests, and a rendered page is HTML."""

OWN = {
    "concurrency": {"run_until_first_complete"},
    "datastructures": {"CommaSeparatedStrings", "Secret"},
    "exceptions": {"StarletteDeprecationWarning"},
    "formparsers": {"FormMessage"},
    "middleware.base": {"AsyncContentStream", "BodyStreamGenerator"},
    "middleware.body_limit": {"RequestBodyLimitResponder"},
    "middleware.gzip": {"GZipResponder", "IdentityResponder", "unattached_send"},
    "staticfiles": {"PathLike"},
    "types": {"HTTPExceptionHandler", "WebSocketExceptionHandler"},
}
"""What a module has that no piece has: only who comes from Starlette asks for it."""

FROM_PYTHON = {"SpooledTemporaryFile": "tempfile"}
"""What is found in a module of Starlette's, and replaced there by tests."""


@pytest.mark.parametrize("name", MODULES)
def test_names_are_those_of_the_pieces(name):
    module = import_module(f"shine.{name}")
    pieces = [import_module(piece) for piece in PIECES]
    for public in set(module.__all__) - OWN.get(name, set()):
        own = OTHER_NAMES.get(public, public)
        homes = [piece for piece in pieces if own in piece.__all__]
        assert homes, f"{public} is in no piece"
        if public in COMPOSED:
            assert issubclass(getattr(module, public), getattr(homes[0], own))
        else:
            assert all(getattr(module, public) is getattr(home, own) for home in homes)


@pytest.mark.parametrize("name", MODULES)
def test_names_that_a_module_of_starlette_has_by_its_imports(name):
    """Some take `Request` from ``middleware.base``, or `BackgroundTask` from ``responses``: it is the same class."""
    module = import_module(f"shine.{name}")
    borrowed = set(dir(module)) - set(vars(module))
    for key in borrowed:
        value = getattr(module, key)
        modules = [import_module(f"shine.{other}") for other in (*MODULES, "routing")]
        homes = [other for other in modules if key in other.__all__]
        homes += [import_module(FROM_PYTHON[key])] if key in FROM_PYTHON else []
        assert any(value is getattr(home, key) for home in homes)
    assert not borrowed & set(module.__all__)


def test_a_name_that_is_nowhere():
    from shine.middleware import base

    assert base.Request is import_module("shine.requests").Request
    with pytest.raises(AttributeError, match=r"^module 'shine\.middleware\.base' has no attribute 'Shiny'$"):
        _ = base.Shiny
