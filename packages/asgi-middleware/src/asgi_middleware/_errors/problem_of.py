"""Any exception as a problem: those that stand for an answer by what they say, and all others as a silent 500."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from .problem import MEMBERS, Problem

_VALIDATION_ERRORS = frozenset({"RequestValidationError", "WebSocketRequestValidationError"})
_TEXTS = MEMBERS - {"status"}


def problem_of(exc: Exception) -> Problem:
    """The problem that ``exc`` is.

    Exceptions of other libraries are known by their names: a class ``HTTPException`` with ``status_code`` and
    ``detail``, as those of Starlette and FastAPI, and FastAPI's ``RequestValidationError`` with its ``errors()``. What
    merely has such attributes, as the error of a client library may, says nothing of this request.

    >>> problem_of(LookupError("in the vault")).document()
    {'type': 'about:blank', 'title': 'Internal Server Error', 'status': 500}
    """
    if isinstance(exc, Problem):
        return exc
    foreign: Any = exc
    names = {cls.__name__ for cls in type(exc).__mro__}
    status: Any = getattr(exc, "status_code", None)
    if "HTTPException" in names and isinstance(status, int) and hasattr(exc, "detail"):
        headers: Any = getattr(exc, "headers", None)
        return _of_detail(
            status, foreign.detail, cast("Mapping[str, str]", headers) if isinstance(headers, Mapping) else None
        )
    if not _VALIDATION_ERRORS.isdisjoint(names):
        return Problem(422, "The request does not have the form that is expected.", errors=foreign.errors())
    return Problem(500)


def _of_detail(status: int, detail: Any, headers: Mapping[str, str] | None) -> Problem:
    """What a detail says that may be any value, as FastAPI's may: a mapping has members, and a list has errors."""
    if isinstance(detail, Mapping):
        given = _by_text(cast("Any", detail))
        texts = {name: given.pop(name) for name in _TEXTS if isinstance(given.get(name), str)}
        return _with_members(Problem(status, headers=headers, **texts), given)
    if isinstance(detail, (list, tuple)):
        return Problem(status, headers=headers, errors=detail)
    problem = Problem(status, headers=headers)
    text = "" if detail is None else str(detail)
    return Problem(status, text, headers) if text and text != problem.title else problem


def _by_text(mapping: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in mapping.items()}


def _with_members(problem: Problem, members: dict[str, Any]) -> Problem:
    # Names of another's choice are members as they are, but for those that mean something else.
    problem.extensions = {name: value for name, value in members.items() if name not in MEMBERS}
    return problem
