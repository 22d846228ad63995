"""Global functions of templates that are about the request: its URLs, its nonce and its CSRF token."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import jinja2
from markupsafe import Markup

from asgi_types import URL


def add_request_globals(environment: jinja2.Environment, chosen: Collection[str]) -> None:
    """Give the environment these functions, as far as it has none of that name."""
    names: dict[str, Any] = environment.globals
    for name in chosen:
        names.setdefault(name, GLOBALS[name])


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


def csp_nonce(context: Mapping[str, Any]) -> str:
    """The nonce of the response's scripts and styles, which `asgi_middleware.SecurityHeadersMiddleware` makes."""
    nonce = _request(context, "csp_nonce").scope.get("asgi_middleware.csp_nonce")
    if nonce is None:
        raise RuntimeError(
            "csp_nonce() needs asgi_middleware.SecurityHeadersMiddleware around the application, and "
            "ContentSecurityPolicy.NONCE among the sources of its policy."
        )
    return str(nonce)


def csrf_token(context: Mapping[str, Any]) -> str:
    """The token of the next unsafe request, which `asgi_middleware.CSRFMiddleware` makes."""
    return _csrf(context, "csrf_token")[1]


def csrf_input(context: Mapping[str, Any]) -> Markup:
    """The token as a hidden field of a form."""
    tokens, token = _csrf(context, "csrf_input")
    return Markup('<input type="hidden" name="{}" value="{}">').format(tokens.field_name, token)


class RequestGlobal:
    """A function as templates see it: where the call was forgotten, it says so, and is not printed."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @jinja2.pass_context
    def __call__(self, context: Mapping[str, Any], /, *args: Any, **kwargs: Any) -> Any:
        return self._function(context, *args, **kwargs)

    def __str__(self) -> str:
        name = self._function.__name__
        raise TypeError(f"{name} is a function: write {{{{ {name}(...) }}}}. A name of your own goes into the context.")


GLOBALS = {function.__name__: RequestGlobal(function) for function in (url_for, csp_nonce, csrf_token, csrf_input)}
REQUEST_GLOBALS: Final = tuple(GLOBALS)


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
