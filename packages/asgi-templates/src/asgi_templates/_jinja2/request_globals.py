"""Global functions of templates that are about the request: its URLs, its nonce and its CSRF token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2
from markupsafe import Markup

from asgi_types import URL


def add_request_globals(environment: jinja2.Environment) -> None:
    """Give the environment these functions, as far as it has none of that name."""
    names: dict[str, Any] = environment.globals
    for name, function in GLOBALS.items():
        names.setdefault(name, function)


@jinja2.pass_context
def url_for(context: Mapping[str, Any], name: str, /, **path_params: Any) -> URL:
    """The absolute URL of a route, which the request tells."""
    request = _request(context, "url_for")
    if not hasattr(request, "url_for"):
        raise RuntimeError(
            "url_for() needs a request that knows the routes, as those of Starlette, Litestar and shine do. With Quart "
            "give its environment, which has a url_for of its own: Jinja2Templates(env=app.jinja_env)."
        )
    url: URL = request.url_for(name, **path_params)
    return url


@jinja2.pass_context
def csp_nonce(context: Mapping[str, Any]) -> str:
    """The nonce of the response's scripts and styles, which `asgi_middleware.SecurityHeadersMiddleware` makes."""
    nonce = _request(context, "csp_nonce").scope.get("asgi_middleware.csp_nonce")
    if nonce is None:
        raise RuntimeError(
            "csp_nonce() needs asgi_middleware.SecurityHeadersMiddleware around the application, and "
            "ContentSecurityPolicy.NONCE among the sources of its policy."
        )
    return str(nonce)


@jinja2.pass_context
def csrf_token(context: Mapping[str, Any]) -> str:
    """The token of the next unsafe request, which `asgi_middleware.CSRFMiddleware` makes."""
    return _csrf(context, "csrf_token")[1]


@jinja2.pass_context
def csrf_input(context: Mapping[str, Any]) -> Markup:
    """The token as a hidden field of a form."""
    tokens, token = _csrf(context, "csrf_input")
    return Markup('<input type="hidden" name="{}" value="{}">').format(tokens.field_name, token)


GLOBALS = {"url_for": url_for, "csp_nonce": csp_nonce, "csrf_token": csrf_token, "csrf_input": csrf_input}


def _csrf(context: Mapping[str, Any], function: str) -> tuple[Any, str]:
    scope = _request(context, function).scope
    tokens: Any = scope.get("asgi_middleware.csrf")
    if tokens is None:
        raise RuntimeError(
            f"{function}() needs an asgi_middleware.CSRFMiddleware with a secret around the application: "
            'CSRFMiddleware(app, secret="...").'
        )
    return tokens, tokens.token(scope)


def _request(context: Mapping[str, Any], function: str) -> Any:
    try:
        return context["request"]
    except KeyError:
        raise RuntimeError(
            f"{function}() needs the request, which the template does not see here. In a macro of another template: "
            "{% import ... with context %}."
        ) from None
