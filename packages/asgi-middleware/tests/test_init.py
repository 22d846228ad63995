"""The package as a whole: its names, each loaded when it is asked for."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import asgi_middleware
import asgi_types.request_body_limit

NOT_OURS = {"Any", "TYPE_CHECKING", "opentelemetry", "prometheus", "redis", "wsgi"}  # modules of their own, but for two


def printed(code):
    """What a program prints in an interpreter of its own."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_all_is_sorted_and_what_is_there():
    public = [name for name in dir(asgi_middleware) if not name.startswith("_") and name not in NOT_OURS]
    assert list(asgi_middleware.__all__) == sorted(public)


def test_dir_has_all_names_before_any_is_loaded():
    names = printed("import asgi_middleware; print(*dir(asgi_middleware))")
    assert names == sorted(names)
    assert set(names) >= {*asgi_middleware.__all__, "__doc__", "__getattr__"}


@pytest.mark.parametrize("name", asgi_middleware.__all__)
def test_every_name_is_there(name):
    value = getattr(asgi_middleware, name)
    assert vars(asgi_middleware)[name] is value
    assert asgi_middleware.__getattr__(name) is value


def test_all_of_them_can_be_imported_at_once():
    names = printed("from asgi_middleware import *; print(*[name for name in dir() if not name.startswith('_')])")
    assert names == sorted(asgi_middleware.__all__)


@pytest.mark.parametrize("name", ["middleware", "_home", "__path", ""])
def test_another_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"^module 'asgi_middleware' has no attribute '{name}'$"):
        getattr(asgi_middleware, name)
    assert not hasattr(asgi_middleware, name)


def test_type_checkers_see_each_name_where_it_is_loaded_from():
    tree = ast.parse(Path(asgi_middleware.__file__).read_text("utf-8"))
    [block] = [node for node in tree.body if isinstance(node, ast.If)]
    assert {alias.name: "." * node.level + node.module for node in block.body for alias in node.names} == (
        asgi_middleware._HOMES
    )
    assert all(alias.name == alias.asname for node in block.body for alias in node.names)
    assert set(asgi_middleware._HOMES) == set(asgi_middleware.__all__)


def test_the_cores_middleware_is_the_cores():
    assert asgi_middleware.RequestBodyLimitMiddleware is asgi_types.request_body_limit.RequestBodyLimitMiddleware


@pytest.mark.parametrize("name", [name for name in asgi_middleware.__all__ if name.endswith("Middleware")])
def test_a_middleware_loads_no_library_before_it_is_made(name):
    heavy = {"anyio", "asyncio", "trio", "brotli", "backports", "coredis", "opentelemetry", "prometheus_client", "ssl"}
    code = f"import sys, asgi_middleware; asgi_middleware.{name}; print(*sorted({heavy} & set(sys.modules)))"
    assert printed(code) == []


def test_import_loads_nothing_heavy():
    heavy = {"anyio", "asyncio", "trio", "traceback", "inspect"}
    code = f"import sys, asgi_middleware; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_answering_by_an_async_handler_loads_no_event_loop_layer():
    code = """
import sys
from asgi_middleware import ExceptionMiddleware, ServerErrorMiddleware
from asgi_types import HTTPException

async def app(scope, receive, send):
    raise HTTPException(404)

async def send(message):
    print(message["type"])

run = ServerErrorMiddleware(ExceptionMiddleware(app))({"type": "http", "method": "GET"}, None, send)
try:
    run.send(None)
except StopIteration:
    print("anyio" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "http.response.start\nhttp.response.body\nFalse\n"
