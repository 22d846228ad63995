"""The package as a whole: its names, each loaded when it is asked for."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import asgi_types.json_codec
import asgi_websockets

PACKAGE = Path(__file__).parent.parent

NOT_OURS = {"Any", "TYPE_CHECKING", "redis", "testing"}  # the last two are modules of their own


def printed(code):
    """What a program prints in an interpreter of its own."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def loaded_by(statement):
    """The modules that a statement loads."""
    return printed(f"import sys; before = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))")


def ours(modules):
    return [name for name in modules if name.startswith("asgi_")]


def test_all_is_sorted_and_what_is_there():
    public = [name for name in dir(asgi_websockets) if not name.startswith("_") and name not in NOT_OURS]
    assert list(asgi_websockets.__all__) == sorted(public)


def test_dir_has_all_names_before_any_is_loaded():
    names = printed("import asgi_websockets; print(*dir(asgi_websockets))")
    assert names == sorted(names)
    assert set(names) >= {*asgi_websockets.__all__, "__doc__", "__getattr__"}


@pytest.mark.parametrize("name", asgi_websockets.__all__)
def test_every_name_is_there(name):
    value = getattr(asgi_websockets, name)
    assert vars(asgi_websockets)[name] is value
    assert asgi_websockets.__getattr__(name) is value


def test_all_of_them_can_be_imported_at_once():
    names = printed("from asgi_websockets import *; print(*[name for name in dir() if not name.startswith('_')])")
    assert names == sorted(asgi_websockets.__all__)


@pytest.mark.parametrize("name", ["websockets", "_home", "__path", ""])
def test_another_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"^module 'asgi_websockets' has no attribute '{name}'$"):
        getattr(asgi_websockets, name)
    assert not hasattr(asgi_websockets, name)


def test_another_name_cannot_be_imported():
    with pytest.raises(ImportError, match="cannot import name 'Socket' from 'asgi_websockets'"):
        from asgi_websockets import Socket  # noqa: F401


def test_type_checkers_see_each_name_where_it_is_loaded_from():
    tree = ast.parse(Path(asgi_websockets.__file__).read_text("utf-8"))
    [block] = [node for node in tree.body if isinstance(node, ast.If)]
    assert {alias.name: "." * node.level + node.module for node in block.body for alias in node.names} == (
        asgi_websockets._HOMES
    )
    assert all(alias.name == alias.asname for node in block.body for alias in node.names)
    assert set(asgi_websockets._HOMES) == set(asgi_websockets.__all__)


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
