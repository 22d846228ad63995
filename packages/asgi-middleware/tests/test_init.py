"""The package as a whole: its names, each loaded when it is asked for."""

import subprocess
import sys

import pytest
from lazy_root import LazyRootTests, printed

import asgi_middleware
import asgi_types.request_body_limit


class TestNames(LazyRootTests):
    package = asgi_middleware
    not_ours = frozenset({"TYPE_CHECKING", "opentelemetry", "prometheus", "redis", "wsgi"})  # most are modules


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
