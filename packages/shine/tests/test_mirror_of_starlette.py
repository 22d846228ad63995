"""The public modules of Starlette 1.10 and ours side by side: names, kinds, signatures, attributes and base classes.

What differs is in one table, with its reason. An entry that is not needed any more fails as well. This runs where that
release is installed, and must run where ``SHINE_MIRROR`` is set, as the nox session ``mirror`` does.
"""

from __future__ import annotations

import ast
import inspect
import os
import pkgutil
import textwrap
import warnings
from collections.abc import Iterator
from enum import Enum
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

import pytest

RELEASE = "1.10.0"
MODULES = (
    *("applications", "authentication", "background", "concurrency", "config", "convertors", "datastructures"),
    *("endpoints", "exceptions", "formparsers", "middleware", "middleware.authentication", "middleware.base"),
    *("middleware.body_limit", "middleware.cors", "middleware.errors", "middleware.exceptions", "middleware.gzip"),
    *("middleware.httpsredirect", "middleware.opentelemetry", "middleware.sessions", "middleware.trustedhost"),
    *("middleware.wsgi", "requests", "responses", "routing", "schemas", "staticfiles", "status", "templating"),
    *("testclient", "types", "websockets"),
)

HOOKS = "the parser here has other steps: a subclass of it gives a sink, and stream_multipart has the parts"
WHOLE = "one object serves all requests here, so nothing of a single one is an attribute of it"
PAGE = "the debug page is made otherwise; generate_html and debug_response are what can be overridden"

DIFFERENCES = {
    "config.Environ": "the signature, which help() shows, has no environment in it",
    "formparsers.MultipartPart": HOOKS,
    "formparsers.FormParser.on_*": HOOKS,
    "formparsers.MultiPartParser.on_*": HOOKS,
    "middleware.body_limit.MAX_BODY_SIZE_SCOPE_KEY": "it is the key of the core, which all readers share",
    "middleware.body_limit.RequestBodyLimitResponder.*": WHOLE,
    "middleware.cors.CORSMiddleware.send": WHOLE,
    "middleware.cors.CORSMiddleware.simple_response": WHOLE,
    "middleware.cors.CORSMiddleware.allow_explicit_origin": "one function writes Vary and the origin",
    "middleware.cors.CORSMiddleware.preflight_*": "the headers are pairs of bytes that are made once, and private",
    "middleware.cors.CORSMiddleware.simple_headers": "the headers are pairs of bytes that are made once, and private",
    **{f"middleware.errors.{name}": PAGE for name in ("STYLES", "JS", "TEMPLATE", "FRAME_TEMPLATE", "LINE")},
    "middleware.errors.CENTER_LINE": PAGE,
    "middleware.errors.ServerErrorMiddleware.format_line": PAGE,
    "middleware.errors.ServerErrorMiddleware.generate_frame_html": PAGE,
    "middleware.gzip.IdentityResponder.*": WHOLE,
    "middleware.gzip.GZipResponder.*": WHOLE,
    "middleware.wsgi.WSGIResponder": "WSGIMiddleware streams both ways, by parts that make sense together only",
    "status.StarletteDeprecationWarning": "a module of constants has no other names; it is in shine.exceptions",
    "testclient.WebSocketTestSession.portal*": "how a session runs beside the test is private",
    "testclient.WebSocketTestSession.exit_stack": "how a session runs beside the test is private",
    "testclient.TestClient.stream_*": "how the lifespan runs beside the test is private",
}
"""Where ours is not Starlette's on purpose, and why. The key is a pattern as `fnmatch` has them, for all that it fits:
the module, the name in it, and of a class the member."""


def installed() -> str | None:
    try:
        return version("starlette")
    except PackageNotFoundError:
        return None


def is_required() -> bool:
    return "SHINE_MIRROR" in os.environ


needs_starlette = pytest.mark.skipif(
    installed() != RELEASE and not is_required(), reason=f"Starlette {RELEASE} is not what is installed here"
)


@cache
def their_module(name: str) -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those that are deprecated say so
        return import_module(f"starlette.{name}")


@cache
def our_module(name: str) -> ModuleType:
    return import_module(f"shine.{name}")


# The comparison finds what it is for


def wanted_one(a): ...


async def async_one(a): ...


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        (lambda a, b=1: None, lambda a, b=1: None, []),
        (lambda a, b=1: None, lambda a, b=1, *, c=2: None, []),
        (lambda a: None, lambda a=1: None, []),
        (lambda a, /: None, lambda other, /: None, []),
        (lambda *, a=1: None, lambda **more: None, []),
        (lambda a, b=1: None, lambda *args, **more: None, []),
        (
            lambda a, b=1: None,
            lambda b=1, a=None: None,
            ["takes no a as its argument 1", "takes no b as its argument 2"],
        ),
        (lambda a, b=1: None, lambda a, *, b=1: None, ["takes no b as its argument 2"]),
        (lambda a: None, lambda a, /: None, ["takes no a="]),
        (lambda a, b=1: None, lambda a, b=2: None, ["has another default of b"]),
        (lambda a, b=1: None, lambda a, b: None, ["has another default of b"]),
        (lambda *args: None, lambda: None, ["takes no *args"]),
        (lambda **more: None, lambda: None, ["takes no **more"]),
        (lambda: None, lambda a: None, ["wants a"]),
        (wanted_one, wanted_one, []),
        (wanted_one, async_one, ["is async"]),
        (async_one, wanted_one, ["is not async"]),
        (wanted_one, 1, ["cannot be called"]),
        (1, 2, ["has another value"]),
        (int, 2, ["is no class"]),
    ],
)
def test_what_counts_as_a_difference(theirs, ours, expected):
    assert [difference for _, difference in compare(theirs, ours)] == expected


# What is public


def assigned(tree: ast.Module) -> Iterator[str]:
    """The names that a module gives to values of its own, but for imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def public_names(name: str) -> dict[str, Any]:
    """What a user may import from a module of Starlette: its own, and what it has from other public modules."""
    module = their_module(name)
    made_here = set(assigned(ast.parse(inspect.getsource(module))))
    found = {}
    for key, value in vars(module).items():
        home = str(getattr(value, "__module__", None))
        is_theirs = home.partition(".")[0] == "starlette" and "._" not in home
        if key.startswith("_") or inspect.ismodule(value) or is_internal(value):
            continue
        if is_theirs or (key in made_here and not is_foreign(value)):
            found[key] = value
    return found


def is_internal(value: object) -> bool:
    """Whether it is for the module's own annotations."""
    return isinstance(value, ParamSpec) or (isinstance(value, TypeVar) and value.__name__ == "T")


def is_foreign(value: object) -> bool:
    """Whether it is a class or function of another library, which a module has by a name in a ``try``."""
    home = str(getattr(value, "__module__", "starlette")).partition(".")[0]
    return (inspect.isclass(value) or inspect.isfunction(value)) and home != "starlette"


# How two of them are compared. Each function gives what differs: the end of a key, and the difference.


Found = Iterator[tuple[str, str]]
VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def compare(theirs: object, ours: object) -> Found:
    if inspect.isclass(theirs):
        if not inspect.isclass(ours):
            yield "", "is no class"
            return
        yield from compare_classes(theirs, ours)
    elif inspect.isfunction(theirs):
        yield from compare_callables(theirs, ours)
    elif isinstance(theirs, int | str | bytes | tuple | frozenset | set) and theirs != ours:
        yield "", "has another value"
    elif isinstance(theirs, dict) and not set(theirs) <= set(ours):  # type: ignore[call-overload]
        yield "", "has not all keys"


def compare_classes(theirs: type, ours: type) -> Found:
    if issubclass(theirs, Enum):
        if members_of(theirs) != members_of(ours):
            yield "", "has other members"
        return
    if has_signature(theirs):
        yield from compare_callables(theirs, ours)
    for base in theirs.__mro__[1:]:
        expected = counterpart(base)
        if expected is not None and not issubclass(ours, expected):
            yield "", f"is no {base.__name__}"
    mro = [base for base in reversed(theirs.__mro__) if is_of_starlette(base)]
    members = {name: vars(base)[name] for base in mro for name in vars(base) if not name.startswith("_")}
    for name, member in members.items():
        yield from ((f".{name}", what) for _, what in compare_members(name, member, ours))
    for name in instance_attributes(theirs) - set(members) - instance_attributes(ours):
        if not hasattr(ours, name):
            yield f".{name}", "is no attribute"


def members_of(enum: Any) -> dict[str, Any]:
    return {member.name: member.value for member in enum}


def has_signature(cls: type) -> bool:
    """Whether a constructor is the class's own, or its base's in Starlette, and not one of Python's."""
    return any(is_of_starlette(base) and ("__init__" in vars(base) or "__new__" in vars(base)) for base in cls.__mro__)


def is_of_starlette(cls: type) -> bool:
    return cls.__module__.partition(".")[0] == "starlette"


def counterpart(base: type) -> type | None:
    """What a base class of Starlette's is here, or None for one that says nothing to users."""
    if not is_of_starlette(base):
        return None if base.__module__ == "typing" or base.__name__ == "Client" else base
    module = base.__module__.removeprefix("starlette.")
    return None if module.startswith("_") else getattr(our_module(module), base.__name__, None)


def compare_members(name: str, theirs: Any, our_class: type) -> Found:
    missing = object()
    ours = inspect.getattr_static(our_class, name, missing)
    if ours is missing:
        if not (name in instance_attributes(our_class) and not inspect.isfunction(theirs)):
            yield "", "is missing"
        return
    if isinstance(theirs, staticmethod | classmethod) or inspect.isfunction(theirs):
        yield from compare_callables(getattr(theirs, "__func__", theirs), getattr(our_class, name))


def compare_callables(theirs: Any, ours: Any) -> Found:
    if not callable(ours):
        yield "", "cannot be called"
        return
    if is_async(theirs) != is_async(ours) and not inspect.isclass(theirs):
        yield "", "is not async" if is_async(theirs) else "is async"
    for difference in compare_signatures(parameters(theirs), parameters(ours)):
        yield "", difference


def is_async(function: object) -> bool:
    """Whether what it returns is awaited, or iterated over so; some of ours hand on what another one returns."""
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return True
    returned = getattr(function, "__annotations__", {}).get("return", "")
    return str(returned).removeprefix("collections.abc.").startswith(("Awaitable[", "AsyncIterator["))


def parameters(function: Any) -> list[inspect.Parameter]:
    found = list(inspect.signature(function).parameters.values())
    return found[1:] if found and found[0].name == "self" else found


def compare_signatures(theirs: list[inspect.Parameter], ours: list[inspect.Parameter]) -> Iterator[str]:
    by_name = {parameter.name: parameter for parameter in ours if parameter.kind != parameter.POSITIONAL_ONLY}
    by_place = [parameter for parameter in ours if parameter.kind <= parameter.POSITIONAL_OR_KEYWORD]
    kinds = {parameter.kind for parameter in ours}
    for place, parameter in enumerate(theirs):
        name = parameter.name
        if parameter.kind in VARIADIC:
            if parameter.kind not in kinds:
                yield f"takes no {parameter}"
            continue
        by_place_too = parameter.kind != parameter.KEYWORD_ONLY and parameter.VAR_POSITIONAL not in kinds
        if by_place_too and not (place < len(by_place) and is_same_place(parameter, by_place[place])):
            yield f"takes no {name} as its argument {place + 1}"
        if parameter.kind == parameter.POSITIONAL_ONLY:
            continue
        if name in by_name:
            if not is_same_default(parameter.default, by_name[name].default):
                yield f"has another default of {name}"
        elif parameter.VAR_KEYWORD not in kinds:
            yield f"takes no {name}="
    yield from (f"wants {name}" for name in wanted(ours) - {parameter.name for parameter in theirs})


def is_same_place(theirs: inspect.Parameter, ours: inspect.Parameter) -> bool:
    """Whether an argument by place gets to the same parameter; its name is nothing where none can be given by it."""
    return theirs.name == ours.name or theirs.kind == theirs.POSITIONAL_ONLY


def wanted(ours: list[inspect.Parameter]) -> set[str]:
    """The names of the parameters that have to be given by name, or may be."""
    return {
        parameter.name
        for parameter in ours
        if parameter.default is parameter.empty and parameter.kind not in (*VARIADIC, parameter.POSITIONAL_ONLY)
    }


def is_same_default(theirs: Any, ours: Any) -> bool:
    """Whether ours stands for the same: a parameter that Starlette wants may have one."""
    if theirs is inspect.Parameter.empty:
        return True
    if inspect.isclass(theirs) or inspect.isfunction(theirs) or "object at" in repr(theirs):
        name = getattr(theirs, "__name__", type(theirs).__name__)
        return bool(name == getattr(ours, "__name__", type(ours).__name__))
    return bool(theirs == ours)


@cache
def instance_attributes(cls: type) -> frozenset[str]:
    """The public attributes that a class and its bases set on ``self``, or declare."""
    found: set[str] = set()
    for base in cls.__mro__:
        found.update(vars(base).get("__annotations__", ()))
        if base.__module__.partition(".")[0] in ("builtins", "typing", "enum", "abc", "collections"):
            continue
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError):
            continue
        stored = (
            node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        )
        found.update(node.attr for node in stored if isinstance(node.value, ast.Name) and node.value.id == "self")
    return frozenset(name for name in found if not name.startswith("_"))


def differences(name: str) -> dict[str, str]:
    """All that differs in a module, by its key in the table."""
    ours = our_module(name)
    found: dict[str, list[str]] = {}
    for key, value in public_names(name).items():
        is_own = str(getattr(value, "__module__", f"starlette.{name}")) == f"starlette.{name}"
        if not hasattr(ours, key):
            found[f"{name}.{key}"] = ["is missing"]
        elif is_own or not str(getattr(value, "__module__", "")).startswith("starlette"):
            for rest, difference in compare(value, getattr(ours, key)):
                found.setdefault(f"{name}.{key}{rest}", []).append(difference)
        else:
            home = str(value.__module__).removeprefix("starlette.")
            if getattr(ours, key) is not getattr(our_module(home), value.__name__):
                found[f"{name}.{key}"] = [f"is not that of {home}"]
    return {key: "; ".join(dict.fromkeys(what)) for key, what in found.items()}


@needs_starlette
def test_release():
    assert installed() == RELEASE


@needs_starlette
def test_modules():
    import starlette

    found = {module.name for module in pkgutil.walk_packages(starlette.__path__, "starlette.")}
    assert {name.removeprefix("starlette.") for name in found if "._" not in name} == set(MODULES)


@needs_starlette
@pytest.mark.parametrize("name", MODULES)
def test_what_differs_is_deliberate(name):
    found = differences(name)
    assert {key: what for key, what in found.items() if not any(fnmatchcase(key, known) for known in DIFFERENCES)} == {}


@needs_starlette
@pytest.mark.parametrize("known", DIFFERENCES)
def test_an_entry_of_the_table_is_needed(known):
    module = max((name for name in MODULES if known.startswith(f"{name}.")), key=len)
    assert any(fnmatchcase(key, known) for key in differences(module))
