import subprocess
import sys
import types

import asgi_middleware


def test_all_is_what_there_is():
    names = {
        name
        for name, value in vars(asgi_middleware).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert set(asgi_middleware.__all__) == names
    assert list(asgi_middleware.__all__) == sorted(asgi_middleware.__all__)


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
