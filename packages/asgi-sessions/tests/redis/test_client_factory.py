import sys

import pytest

from asgi_sessions._redis.client_factory import client_factory
from asgi_sessions.redis import RedisSessionStore


def options_of(url):
    return client_factory(url, 0.25)().connection_pool


@pytest.mark.parametrize("url", ["", "localhost:6379", "http://localhost", "memcached://localhost"])
def test_other_schemes(url):
    with pytest.raises(ValueError, match="The URL of Redis begins with redis://, rediss:// or unix://, not with"):
        RedisSessionStore(url)


def test_error_has_nothing_of_the_password():
    with pytest.raises(ValueError, match="The port of the URL of Redis is no number") as caught:
        client_factory("redis://ann:pa/ss@localhost", 0.25)
    assert "pa/" not in str(caught.value) + repr(caught.value.__cause__)
    assert caught.value.__suppress_context__


def test_plain():
    pool = options_of("redis://ann:p%40ss@example.org:7000/3")
    options = pool.connection_kwargs
    assert (pool.location.host, pool.location.port) == ("example.org", 7000)
    assert (options["username"], options["password"], options["db"]) == ("ann", "p@ss", 3)
    assert (options["connect_timeout"], options["client_name"]) == (0.25, "asgi_sessions")
    assert options.get("ssl_context") is None


def test_unix_socket():
    assert options_of("unix:///run/redis.sock").location.path == "/run/redis.sock"


def test_certificates_are_checked():
    from ssl import CERT_NONE, CERT_REQUIRED

    make_client = client_factory("rediss://example.org", 0.25)
    first, second = [make_client().connection_pool.connection_kwargs["ssl_context"] for _ in range(2)]
    assert first is second
    assert (first.verify_mode, first.check_hostname) == (CERT_REQUIRED, True)
    unchecked = options_of("rediss://example.org?ssl_cert_reqs=none").connection_kwargs["ssl_context"]
    assert (unchecked.verify_mode, unchecked.check_hostname) == (CERT_NONE, False)


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "coredis", None)
    with pytest.raises(ImportError, match=r"which is not installed: pip install asgi-sessions\[redis\]"):
        RedisSessionStore("redis://localhost")
