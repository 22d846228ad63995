"""What a middleware by request and response does around ``call_next``, which runs in its own task here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from .differences import CALL_NEXT_CAUGHT, CALL_NEXT_IN_A_SCOPE, CALL_NEXT_IN_A_TASK, CALL_NEXT_RESET
from .finding import Finding

_TASKS: Final = {"create_task", "ensure_future", "gather", "wait_for", "shield", "wait", "start_soon", "start"}
_SCOPES: Final = {"fail_after", "fail_at", "move_on_after", "move_on_at", "CancelScope", "create_task_group"}
_BROAD: Final = {"Exception", "BaseException", ""}


def call_next_findings(tree: ast.Module) -> Iterator[Finding]:
    """What needs a look in each function that takes ``call_next``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef) and any(each.arg == "call_next" for each in node.args.args):
            yield from _in_function(node)


def _in_function(function: ast.AsyncFunctionDef) -> Iterator[Finding]:
    for node in ast.walk(function):
        match node:
            case ast.Call() if _name(node.func) in _TASKS and _calls(*node.args):
                yield Finding(node.lineno, CALL_NEXT_IN_A_TASK)
            case ast.With() | ast.AsyncWith() if _opens_scope(node) and _calls(*node.body):
                yield Finding(node.lineno, CALL_NEXT_IN_A_SCOPE)
            case ast.Try() if _calls(*node.body) and any(map(_is_broad, node.handlers)):
                yield Finding(node.lineno, CALL_NEXT_CAUGHT)
            case ast.Call(func=ast.Attribute(attr="reset"), args=[_]):
                yield Finding(node.lineno, CALL_NEXT_RESET)
            case _:
                pass


def _opens_scope(node: ast.With | ast.AsyncWith) -> bool:
    opened = [item.context_expr for item in node.items]
    return any(isinstance(each, ast.Call) and _name(each.func) in _SCOPES for each in opened)


def _is_broad(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or _name(kind) in _BROAD for kind in kinds)


def _calls(*nodes: ast.AST) -> bool:
    """Whether ``call_next`` is somewhere in there."""
    return any(isinstance(each, ast.Name) and each.id == "call_next" for node in nodes for each in ast.walk(node))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "?")
