"""Clients from URLs."""

import ssl
import sys

import pytest
from coredis.retry import NoRetryPolicy

from asgi_websockets._redis.clients import clients_of


def _options(url):
    client = clients_of(url, 3)()
    assert isinstance(client.retry_policy, NoRetryPolicy)
    pool = client.connection_pool
    return pool.location, pool.connection_kwargs


def test_a_plain_url():
    location, options = _options("redis://example.org:1234/5")
    assert (location.host, location.port, options["db"]) == ("example.org", 1234, 5)
    assert options["connect_timeout"] == 3
    assert options["client_name"] == "asgi_websockets"
    assert "ssl_context" not in options


def test_a_password_with_any_character():
    _, options = _options("redis://me:p%40ss%2Fw%25rd@localhost?client_name=chat")
    assert (options["username"], options["password"]) == ("me", "p@ss/w%rd")
    assert options["client_name"] == "chat"


def test_a_socket():
    location, _ = _options("unix:///run/redis%20one.sock?db=2")
    assert location.path == "/run/redis one.sock"


def test_tls_checks_who_is_there():
    _, options = _options("rediss://localhost")
    assert options["ssl_context"].check_hostname
    assert options["ssl_context"].verify_mode == ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    ("query", "mode"), [("ssl_cert_reqs=none", ssl.CERT_NONE), ("ssl_check_hostname=false", ssl.CERT_OPTIONAL)]
)
def test_tls_that_is_told_not_to(query, mode):
    _, options = _options(f"rediss://localhost?{query}")
    assert not options["ssl_context"].check_hostname
    assert options["ssl_context"].verify_mode == mode


def test_certificates_are_read_once(monkeypatch):
    make_client = clients_of("rediss://localhost", 3)
    monkeypatch.setattr(ssl, "create_default_context", None)
    one, two = make_client(), make_client()
    assert one is not two
    assert one.connection_pool is not two.connection_pool
    contexts = [client.connection_pool.connection_kwargs["ssl_context"] for client in (one, two)]
    assert contexts[0] is contexts[1]


@pytest.mark.parametrize("url", ["http://localhost", "localhost:6379", ""])
def test_another_kind_of_url(url):
    with pytest.raises(ValueError, match="begins with redis://"):
        clients_of(url, 3)


def test_without_coredis_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "coredis", None)
    with pytest.raises(ImportError, match=r"pip install asgi-websockets\[redis\]"):
        clients_of("redis://localhost", 3)


def test_error_has_nothing_of_the_password():
    with pytest.raises(ValueError, match="The port of the URL of Redis is no number") as caught:
        clients_of("redis://ann:pa/ss@localhost", 0.25)
    assert "pa/" not in str(caught.value) + repr(caught.value.__cause__)
    assert caught.value.__suppress_context__
