from dataclasses import dataclass, field
from typing import NamedTuple

import pytest

from asgi_types import Headers, HTTPConnection


@dataclass
class Account:
    name: str
    password: str
    hidden: str = field(default="not shown", repr=False)


# No literals under a secret name, since such are known from the source already.
KEY = "-".join(["key", "of", "client"])
INNER = "-".join(["hunter", "two"])


class Client:
    def __init__(self):
        self.api_key = KEY
        self.host = "example"


class Broken:
    @property
    def __dict__(self):
        raise RuntimeError


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
        (("password", "hunter2", "three"), "('password', 'hunter2', 'three')"),
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


@pytest.mark.parametrize(
    "make",
    [
        lambda secret: {"password": secret},
        lambda secret: {"password": secret.encode()},
        lambda secret: Account("bob", secret),
        lambda secret: Login("bob", secret),
        lambda secret: [("token", secret)],
        lambda secret: {"credentials": {"key": [secret]}},
        lambda secret: {"credentials": ("user", secret)},
    ],
)
async def test_what_is_inside_is_masked_everywhere(report, make):
    value = make(INNER)

    def function():
        local = value
        raise ValueError(INNER, local)

    assert INNER not in str(await report(function))


async def test_attributes_with_secret_names_are_masked_everywhere(report):
    def function():
        client = Client()
        raise ValueError(f"{client.host}: {KEY}")

    assert (await report(function))["errors"][0]["message"] == "example: ********"


async def test_other_attributes_are_no_secrets_whatever_the_object_is_called(report):
    def function():
        session = Client()
        raise ValueError(f"{session.host}: {KEY}")

    assert (await report(function))["errors"][0]["message"] == "example: ********"


async def test_what_fails_to_be_looked_into_is_passed_over(report):
    def function():
        broken, password = Broken(), INNER
        raise ValueError(password, [broken])

    assert INNER not in str(await report(function))


async def test_views_of_a_request_are_not_looked_into(variable):
    shown = await variable(HTTPConnection({"type": "http", "headers": []}))
    assert shown.startswith("<asgi_types._connection.HTTPConnection object at ")


async def test_what_holds_itself_ends(variable):
    value = []
    value.append(value)
    assert await variable(value) == "[[[[[…]]]]]"


async def test_the_search_is_bounded(report):
    def function():
        value = [[{"n": number} for number in range(1000)] for _ in range(1000)]
        raise ValueError(len(value))

    assert (await report(function))["errors"][0]["message"] == "1000"
