import uuid
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

import pytest

from asgi_middleware._errors import secret_search
from asgi_middleware._errors.masking import MASK, Secrets
from asgi_middleware._errors.secret_search import SecretSearch


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


# No literals under a secret name, since such are known from the source already.
KEY = "-".join(["key", "of", "client", "7"])


@dataclass
class Account:
    name: str
    password: str
    pin: str = field(default="none", repr=False)


class Login(NamedTuple):
    user: str
    token: str


class Client:
    def __init__(self, key=KEY):
        self.api_key = key
        self.host = "example"


class Slotted:
    __slots__ = ("_secret", "empty", "host")

    def __init__(self, secret):
        self._secret = secret
        self.host = "example"


class Shown:
    """Its own text may have whatever it holds."""

    def __init__(self, secret):
        self.inner = {"token": secret}

    def __repr__(self):
        return f"<shown {self.inner['token']}>"


class Key:
    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text


class Kind(Enum):
    SECOND = KEY


class LoginError(Exception):
    def __init__(self, password):
        super().__init__({"token": KEY})
        self.password = password


class Broken:
    @property
    def __dict__(self):
        raise RuntimeError


def hidden(name, value, text=KEY):
    secrets = Secrets()
    SecretSearch(secrets).learn(name, value)
    return secrets.hide(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", KEY),
        ("password", KEY.encode()),
        ("password", bytearray(KEY.encode())),
        ("password", memoryview(KEY.encode())),
        ("SECRET_KEYS", [KEY, "another"]),
        ("SECRET_KEYS", (KEY, "another")),
        ("SECRET_KEYS", ["another", KEY]),
        ("SECRET_KEYS", {KEY}),
        ("TOKENS", {KEY: "bob"}),
        ("token", Key(KEY)),
        ("value", {"password": KEY}),
        ("value", {b"password": KEY.encode()}),
        ("value", {("auth", "password"): KEY}),
        ("value", Account("bob", KEY)),
        ("value", Account("bob", "x", KEY)),
        ("value", Login("bob", KEY)),
        ("value", [("token", KEY)]),
        ("value", [[b"token", KEY.encode()]]),
        ("value", ["mysql", "-u", "x", "--password", KEY]),
        ("value", [b"--password", KEY.encode()]),
        ("value", {"credentials": {"key": [KEY]}}),
        ("value", {"credentials": ("user", KEY)}),
        ("value", {"credentials": (KEY, "user")}),
        ("value", Client()),
        ("value", [Client()]),
        ("value", Slotted(KEY)),
        ("value", Shown(KEY)),
        ("value", LoginError(KEY)),
        ("value", LoginError("x")),
        ("value", [Broken(), {"password": KEY}]),
        ("password", {Kind.SECOND: 1, "x": KEY}),
    ],
)
def test_what_has_a_secret_name_is_known(name, value):
    assert hidden(name, value) == MASK


@pytest.mark.parametrize("value", [12345678, 1234.5, uuid.UUID(int=2**100)])
def test_numbers_and_the_like_are_known_as_text(value):
    assert hidden("pin", value, f"it is {value}") == f"it is {MASK}"


def test_bytes_are_known_in_their_usual_encodings():
    from base64 import b64encode, urlsafe_b64encode

    key = bytes(range(200, 256))
    secrets = Secrets()
    SecretSearch(secrets).learn("secret", key)
    for text in (repr(key)[2:-1], key.hex(), b64encode(key).decode(), urlsafe_b64encode(key).decode()):
        assert secrets.hide(text).strip("=") == MASK


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("value", KEY),
        ("value", [KEY, "password"]),
        ("value", ["password", "x", KEY]),
        ("value", {"credentials": None, "a": KEY}),
        ("session", Client(key=None)),
        ("get_token", lambda: KEY),
        ("token", True),
        ("value", Slotted("x")),
        ("auth_error", ValueError(KEY)),
    ],
)
def test_what_has_none_is_not(name, value):
    shown = f"{KEY} example True"
    assert hidden(name, value, shown) == shown


def test_names_inside_of_secrets_are_shown():
    assert hidden("session", {"user_id": "b", "user2": "c"}, "user_id user2") == f"user_id {MASK}"


def test_an_object_that_was_seen_deep_inside_is_looked_into_again():
    inner = {"a": {"password": KEY}}
    deep = [[[[inner]]]]
    assert hidden("value", {"deep": deep}) == KEY
    secrets = Secrets()
    search = SecretSearch(secrets)
    search.learn("value", {"deep": deep})
    search.learn("value", inner)
    assert secrets.hide(KEY) == MASK


def test_what_was_not_secret_may_become_so():
    secrets, value = Secrets(), [KEY]
    search = SecretSearch(secrets)
    search.learn("value", value)
    search.learn("password", value)
    assert secrets.hide(KEY) == MASK


def test_nothing_is_looked_into_twice(monkeypatch):
    calls = []

    class Counted(dict):
        def items(self):
            calls.append(1)
            return super().items()

    value = Counted(a=1)
    search = SecretSearch(Secrets())
    for _ in range(3):
        search.learn("value", [value, value])
    assert len(calls) == 1


def test_the_search_is_bounded():
    looked = []

    class Counted(dict):
        def items(self):
            looked.append(1)
            return super().items()

    search = SecretSearch(Secrets())
    search.learn("value", [[Counted(n=number) for number in range(200)] for _ in range(20)])
    assert 500 < len(looked) < 1000
    value = []
    value.append(value)
    search.learn("value", value)


def test_slow_texts_are_not_made_for_ever(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(secret_search, "monotonic", lambda: now[0])
    calls = []

    class Slow:
        def __str__(self):
            calls.append(1)
            now[0] += 0.4
            return "tardy"

    SecretSearch(Secrets()).learn("tokens", [Slow() for _ in range(10)])
    assert len(calls) == 3


async def test_an_exception_is_looked_into_that_no_variable_has(report):
    def function():
        try:
            raise LoginError(KEY)
        except LoginError:
            raise ValueError(KEY)  # noqa: B904

    found = await report(function)
    assert [error["message"] for error in found["errors"]] == [MASK, f"{{'token': '{MASK}'}}"]
