from dataclasses import dataclass, field
from typing import NamedTuple

import pytest

from asgi_types import Headers, HTTPConnection


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


@dataclass
class Account:
    name: str
    password: str
    hidden: str = field(default="not shown", repr=False)


class Login(NamedTuple):
    user: str
    token: str


DEEP = {"a": [{"b": ({"password": "hunter2"},)}]}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"password": "hunter2"}, "{'password': '********'}"),
        ({b"password": b"hunter2"}, "{b'password': '********'}"),
        (DEEP, "{'a': [{'b': ({'password': '********'},)}]}"),
        ([("authorization", "hunter2"), ("host", "a")], "[('authorization', '********'), ('host', 'a')]"),
        ([[b"cookie", b"hunter2"]], "[[b'cookie', '********']]"),
        (("passwords", 2, "three"), "('passwords', 2, 'three')"),
        (["x", "--password", "hunter2", "y"], "['x', '--password', '********', 'y']"),
        ({("auth", "password"): "hunter2"}, "{('auth', '********'): '********'}"),
        (Account("bob", "hunter2"), "Account(name='bob', password='********')"),
        (Login("bob", "hunter2"), "Login(user='bob', token='********')"),
        ({"credentials": {"user": "bob", "key": "hunter2"}}, "{'credentials': '********'}"),
        ({"password": None, "token": "", "secret": True}, "{'password': None, 'token': '', 'secret': True}"),
        ({"session": [], "auth": {}, "private": ()}, "{'session': [], 'auth': {}, 'private': ()}"),
        ({"pin": 1234}, "{'pin': '********'}"),
        ({1: 2, None: 3}, "{1: 2, None: 3}"),
        (Headers({"Authorization": "hunter2", "host": "a"}), "Headers({'authorization': '********', 'host': 'a'})"),
    ],
)
async def test_secrets_inside_of_values(variable, value, shown):
    assert await variable(value) == shown


async def test_code_is_no_secret(variable):
    import secrets

    def token():
        pass

    assert "function" in await variable(token, "get_token")
    assert "Account" in await variable(Account, "session_class")
    assert await variable(secrets, "secret_module") == repr(secrets)


async def test_views_of_a_request_are_not_looked_into(variable):
    shown = await variable(HTTPConnection({"type": "http", "headers": []}))
    assert shown.startswith("<asgi_types._connection.HTTPConnection object at ")


async def test_what_holds_itself_ends(variable):
    value = []
    value.append(value)
    assert await variable(value) == "[[[[[…]]]]]"
