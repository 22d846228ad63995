"""The package as a whole: its names, each loaded when it is asked for."""

import pytest
from lazy_root import LazyRootTests, printed

import asgi_sessions


class TestNames(LazyRootTests):
    package = asgi_sessions
    not_ours = frozenset({"TYPE_CHECKING", "encrypted", "redis"})  # the last two are modules of their own


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
