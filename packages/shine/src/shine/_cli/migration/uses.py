"""Calls that shine refuses or takes otherwise, as far as their arguments stand in the source."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Any, Final

from .counterpart import class_of
from .differences import LIFESPAN_BY_HAND, REFUSE_OPTIONS
from .finding import Finding
from .imported_names import ImportedNames

_WITH_ARGUMENTS: Final = re.compile(r"\{\w+:\w+\(")
_UNKNOWN_KEY: Final = "a key that stands somewhere else"
_DISCONNECT: Final = "starlette.websockets.WebSocketDisconnect"
_ROUTES: Final = {"Route", "WebSocketRoute", "Mount", "route", "add_route", "add_websocket_route", "mount"}


def use_findings(tree: ast.Module, names: ImportedNames) -> Iterator[Finding]:
    """The calls of a file that need a look, and what is to be known of each."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for message in (*_refused(node, name, names), *_taken_otherwise(node, name, names)):
            yield Finding(node.lineno, message)


def _refused(node: ast.Call, name: str, names: ImportedNames) -> Iterator[str]:
    """What a middleware says of its options, where they stand there: it is made with them, around nothing."""
    made = names.dotted(node.func)
    if name == "add_middleware" or made in ("starlette.middleware.Middleware", "starlette.middleware._Middleware"):
        made = names.dotted(node.args[0]) if node.args else ""
    if made not in REFUSE_OPTIONS:
        return
    options = dict(_literals(node))
    if made.endswith("SessionMiddleware"):
        options.setdefault("secret_key", _UNKNOWN_KEY)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            class_of(made)(_nothing, **options)
        except (ValueError, AssertionError) as refusal:
            yield f"{made.rpartition('.')[2]} refuses this: {refusal}"
        except Exception:  # an option that is no literal is missing, or is nothing that Starlette would take
            pass


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    """What the middleware is put around; nobody calls it."""


def _literals(node: ast.Call) -> Iterator[tuple[str, Any]]:
    for keyword in node.keywords:
        try:
            value = ast.literal_eval(keyword.value)
        except (ValueError, TypeError, SyntaxError, RecursionError):
            continue
        if keyword.arg is not None:
            yield keyword.arg, value


def _taken_otherwise(node: ast.Call, name: str, names: ImportedNames) -> Iterator[str]:
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    first = node.args[0] if node.args else None
    is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
    if name == "TemplateResponse" and is_text:
        yield "TemplateResponse takes the request first: TemplateResponse(request, name, context)"
    if names.dotted(node.func) == "starlette.authentication.AuthCredentials" and is_text:
        yield "AuthCredentials of a text is that one scope, and not its letters"
    if name == "lifespan_context":
        yield LIFESPAN_BY_HAND
    if name == "Mount" and {"app", "routes"} <= given.keys():
        yield "Mount takes app or routes, and not both"
    if name in _ROUTES and is_text and _WITH_ARGUMENTS.search(str(getattr(first, "value", ""))):
        yield "a convertor in a path takes arguments in parentheses: they are no text any more"
    if name == "add_exception_handler" and first is not None and names.dotted(first) == _DISCONNECT:
        yield _no_handler()
    handlers = given.get("exception_handlers")
    if isinstance(handlers, ast.Dict) and any(key and names.dotted(key) == _DISCONNECT for key in handlers.keys):
        yield _no_handler()


def _no_handler() -> str:
    return "no handler is asked for WebSocketDisconnect when the client has left: that ends the connection quietly"
