from __future__ import annotations

import ast

import pytest

from shine._cli.migration.imported_names import ImportedNames
from shine._cli.migration.uses import use_findings

IMPORTS = """\
from starlette.authentication import AuthCredentials
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware as Hosts
from starlette.websockets import WebSocketDisconnect
import starlette.routing
"""


def found(expression: str) -> list[str]:
    tree = ast.parse(IMPORTS + expression)
    findings = [*use_findings(tree, ImportedNames(tree))]
    assert all(finding.line == IMPORTS.count("\n") + 1 for finding in findings)
    return [finding.message for finding in findings]


REFUSED = {
    'Middleware(CORSMiddleware, allow_origins=["https://a.org/"])': "CORSMiddleware refuses this: Not an origin",
    'app.add_middleware(CORSMiddleware, allow_origins=["a.org"], max_age=age)': "CORSMiddleware refuses this: Not an",
    'Hosts(app, allowed_hosts=["a.org:8000"])': "TrustedHostMiddleware refuses this: ",
    'Middleware(SessionMiddleware, secret_key="")': "SessionMiddleware refuses this: ",
    'Middleware(SessionMiddleware, secret_key=KEY, same_site="loose")': "SessionMiddleware refuses this: ",
    "GZipMiddleware(app, compresslevel=99)": "GZipMiddleware refuses this: ",
    'templates.TemplateResponse("a.html", {"request": request})': "TemplateResponse takes the request first",
    'AuthCredentials("admin")': "AuthCredentials of a text is that one scope",
    'starlette.routing.Mount("/a", app=app, routes=[])': "Mount takes app or routes, and not both",
    'Route("/{id:int(1)}", f)': "a convertor in a path takes arguments",
    "sub.router.lifespan_context(sub)": "lifespans of mounted applications run by themselves",
    "app.add_exception_handler(WebSocketDisconnect, f)": "no handler is asked for WebSocketDisconnect",
    "Starlette(exception_handlers={404: f, WebSocketDisconnect: g})": "no handler is asked for WebSocketDisconnect",
}

FINE = [
    'Middleware(CORSMiddleware, allow_origins=["https://a.org"], allow_methods=["*"])',
    "Middleware(CORSMiddleware, allow_origins=ORIGINS, **more)",
    'Middleware(CORSMiddleware, **{"allow_origins": ["a.org"]})',
    "Middleware(SessionMiddleware, secret_key=config('KEY'))",
    "Middleware(GZipMiddleware, no_such_option=1)",
    "Middleware(CORSMiddleware, allow_origin_regex='(')",
    "Middleware(Hosts, allowed_hosts=[[]])",
    "Middleware()",
    "Middleware(Other, allow_origins=['a.org'])",
    "app.add_middleware(Other)",
    'templates.TemplateResponse(request, "a.html")',
    'AuthCredentials(["admin"])',
    'Mount("/a", app=app)',
    'Route("/{id:int}", f)',
    "Route(path, f)",
    "app.add_exception_handler(404, f)",
    "app.add_exception_handler()",
    "Starlette(exception_handlers=handlers)",
    "Starlette(exception_handlers={**handlers, 404: f})",
    "f()()",
    "setattr(app.router.lifespan_context, x, y)",
]


@pytest.mark.parametrize("expression", REFUSED)
def test_what_needs_a_look(expression):
    [message] = found(expression)
    assert message.startswith(REFUSED[expression])


@pytest.mark.parametrize("expression", FINE)
def test_what_is_fine(expression):
    assert found(expression) == []
