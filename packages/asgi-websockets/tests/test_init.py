"""The package as a whole: its names, each loaded when it is asked for."""

import tomllib
from pathlib import Path

from lazy_root import LazyRootTests, loaded_by, printed

import asgi_types.json_codec
import asgi_websockets

PACKAGE = Path(__file__).parent.parent


class TestNames(LazyRootTests):
    package = asgi_websockets
    not_ours = frozenset({"TYPE_CHECKING", "redis", "testing"})  # the last two are modules of their own


def ours(modules):
    return [name for name in modules if name.startswith("asgi_")]


def test_the_cores_names_are_the_cores():
    assert asgi_websockets.WebSocketException is asgi_types.WebSocketException
    assert asgi_websockets.JSONCodec is asgi_types.json_codec.JSONCodec


def test_it_depends_on_the_core_and_anyio_and_is_typed():
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["dependencies"] == ["asgi-types>=0.1.0,<0.2", "anyio>=4.11,<5"]
    assert (Path(asgi_websockets.__file__).parent / "py.typed").read_bytes() == b""


def test_importing_it_loads_no_other_module_of_ours_but_the_core():
    assert ours(loaded_by("import asgi_types\nbefore = set(sys.modules)\nimport asgi_websockets")) == [
        "asgi_websockets"
    ]


def test_a_plain_echo_loads_neither_rooms_nor_limits_that_nobody_set():
    loaded = ours(loaded_by("from asgi_websockets import WebSocket, websocket_session"))
    assert not [name for name in loaded if "_rooms" in name or "_redis" in name or "_testing" in name]
    assert not {"asgi_websockets._beside", "asgi_websockets._policy_middleware"} & set(loaded)


def test_all_names_load_neither_anyio_nor_an_event_loop():
    heavy = {"anyio", "asyncio", "trio", "coredis", "inspect", "logging", "asgi_websockets.redis"}
    assert heavy & set(loaded_by("from asgi_websockets import *")) == set()


def test_an_echo_is_served_without_anyio():
    code = """
import sys
from asgi_websockets import websocket_session

async def echo(websocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)

events = iter([{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "Hello"},
               {"type": "websocket.disconnect", "code": 1000}])

async def receive():
    return next(events)

async def send(message):
    print(message.get("text"))

try:
    websocket_session(echo)({"type": "websocket", "path": "/", "headers": []}, receive, send).send(None)
except StopIteration:
    print("anyio" in sys.modules)
"""
    assert printed(code) == ["None", "Hello", "False"]
