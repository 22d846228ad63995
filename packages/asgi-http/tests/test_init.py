import subprocess
import sys
import types

import asgi_http
import asgi_types


def test_all_is_what_there_is():
    names = {
        name
        for name, value in vars(asgi_http).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert set(asgi_http.__all__) == names
    assert list(asgi_http.__all__) == sorted(asgi_http.__all__)


def test_the_core_s_names_are_the_core_s():
    assert asgi_http.Response is asgi_types.Response
    assert asgi_http.HTTPException is asgi_types.HTTPException
    assert asgi_http.ContentTooLarge is asgi_types.ContentTooLarge


def test_import_loads_nothing_heavy():
    heavy = {"anyio", "asyncio", "trio", "traceback", "inspect"}
    code = f"import sys, asgi_http; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_async_function_loads_no_event_loop_layer():
    code = """
import sys
from asgi_http import PlainTextResponse, request_response

async def hello(request):
    return PlainTextResponse("Hello")

async def send(message):
    print(message["type"])

try:
    request_response(hello)({"type": "http", "method": "GET"}, None, send).send(None)
except StopIteration:
    print("anyio" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "http.response.start\nhttp.response.body\nFalse\n"
