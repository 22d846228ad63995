"""The package as a whole: its names, each loaded when it is asked for."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import asgi_sessions

NOT_OURS = {"TYPE_CHECKING", "encrypted", "redis"}  # the last two are modules of their own


def printed(code):
    """What a program prints in an interpreter of its own."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_all_is_sorted_and_what_is_there():
    public = [name for name in dir(asgi_sessions) if not name.startswith("_") and name not in NOT_OURS]
    assert list(asgi_sessions.__all__) == sorted(public)


@pytest.mark.parametrize("name", asgi_sessions.__all__)
def test_every_name_is_there(name):
    value = getattr(asgi_sessions, name)
    assert vars(asgi_sessions)[name] is value


def test_all_of_them_can_be_imported_at_once():
    names = printed("from asgi_sessions import *; print(*[name for name in dir() if not name.startswith('_')])")
    assert names == sorted(asgi_sessions.__all__)


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"^module 'asgi_sessions' has no attribute 'Sessions'$"):
        asgi_sessions.Sessions  # noqa: B018


def test_type_checkers_see_each_name_where_it_is_loaded_from():
    tree = ast.parse(Path(asgi_sessions.__file__).read_text("utf-8"))
    [block] = [node for node in tree.body if isinstance(node, ast.If)]
    assert {alias.name: "." * node.level + node.module for node in block.body for alias in node.names} == (
        asgi_sessions._HOMES
    )
    assert all(alias.name == alias.asname for node in block.body for alias in node.names)
    assert set(asgi_sessions._HOMES) == set(asgi_sessions.__all__)


HEAVY = "{'itsdangerous', 'anyio', 'asyncio', 'trio', 'coredis', 'cryptography', 'sqlite3', 'ssl', 'secrets'}"


@pytest.mark.parametrize(
    "name", ["Session", "SessionMiddleware", "StoredSessionMiddleware", "TypedSession", "get_session"]
)
def test_what_a_name_does_not_load(name):
    code = f"import sys, asgi_sessions; asgi_sessions.{name}; print(*sorted({HEAVY} & set(sys.modules)))"
    assert printed(code) == (["itsdangerous"] if name == "SessionMiddleware" else [])


def test_the_package_itself_loads_nothing():
    code = f"import sys, asgi_sessions; print(*sorted(({HEAVY} | {{'json'}}) & set(sys.modules)))"
    assert printed(code) == []


def test_signed_sessions_need_no_typing_of_entries():
    code = (
        "import sys, asgi_sessions; asgi_sessions.SessionMiddleware; print('asgi_sessions._json_type' in sys.modules)"
    )
    assert printed(code) == ["False"]
