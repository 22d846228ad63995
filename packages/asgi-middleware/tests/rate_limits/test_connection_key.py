from functools import partial
from types import SimpleNamespace

import pytest

from asgi_middleware import client_key, user_key
from asgi_types import HTTPConnection


def connection(host, **scope):
    return HTTPConnection({"type": "http", "client": None if host is None else (host, 50000), **scope})


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),  # each is another client, behind a translator
        ("64:ff9b:0:0:0:1::", "64:ff9b::/64"),
        ("testclient", "testclient"),
        ("", "unix"),
        (None, "unix"),
    ],
)
def test_client_key(host, key):
    assert client_key(connection(host)) == key


@pytest.mark.parametrize(
    ("prefix", "key"), [(56, "2001:db8:1:ff00::/56"), (128, "2001:db8:1:fffe::1/128"), (0, "::/0")]
)
def test_prefix(prefix, key):
    assert partial(client_key, ipv6_prefix=prefix)(connection("2001:db8:1:fffe::1")) == key


def test_no_client_in_the_scope():
    assert client_key(HTTPConnection({"type": "websocket"})) == "unix"


class Anonymous:
    is_authenticated = False
    display_name = ""


class Named:
    is_authenticated = True
    display_name = "ann"

    @property
    def identity(self):
        raise NotImplementedError


@pytest.mark.parametrize(
    ("user", "key"),
    [
        (
            SimpleNamespace(is_authenticated=True, identity="ann@example.org", display_name="Ann"),
            "user ann@example.org",
        ),
        (SimpleNamespace(is_authenticated=True, identity=7, display_name="Ann"), "user 7"),
        (SimpleNamespace(is_authenticated=True, display_name="Ann"), "user Ann"),
        (Named(), "user ann"),
        (Anonymous(), "192.0.2.1"),
    ],
)
def test_user_key(user, key):
    assert user_key(connection("192.0.2.1", user=user)) == key


def test_user_key_needs_authentication():
    with pytest.raises(AssertionError, match="AuthenticationMiddleware must be installed"):
        user_key(connection("192.0.2.1"))


def test_linear(assert_linear):
    assert_linear(lambda host: client_key(connection(host)), lambda n: "1:" * n, 20_000)
