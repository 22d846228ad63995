from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest

from asgi_routing import URLPath
from asgi_types import URL


def test_it_is_a_string_that_remembers_protocol_and_host() -> None:
    path = URLPath("/chat", protocol="websocket", host="example.org")
    assert path == "/chat"
    assert isinstance(path, str)
    assert (path.protocol, path.host) == ("websocket", "example.org")
    assert (URLPath("/a").protocol, URLPath("/a").host) == ("", "")


@pytest.mark.parametrize(
    ("path", "base_url", "url"),
    [
        (URLPath("/a"), "https://example.org/", "https://example.org/a"),
        (URLPath("/a"), "ws://example.org", "ws://example.org/a"),
        (URLPath("/a", protocol="http"), "https://example.org/", "https://example.org/a"),
        (URLPath("/a", protocol="http"), "wss://example.org/", "https://example.org/a"),
        (URLPath("/a", protocol="http"), "ws://example.org/", "http://example.org/a"),
        (URLPath("/a", protocol="websocket"), "https://example.org/", "wss://example.org/a"),
        (URLPath("/a", protocol="websocket"), "http://example.org/", "ws://example.org/a"),
        (URLPath("/a", protocol="websocket", host="chat.org"), "http://example.org:8000/", "ws://chat.org/a"),
        (URLPath("/a"), "http://example.org/root/", "http://example.org/root/a"),
        (URLPath("/a"), "http://example.org/root?q=1#f", "http://example.org/root/a"),
        (URLPath(""), "http://example.org/root/", "http://example.org/root"),
    ],
)
def test_the_absolute_url(path: URLPath, base_url: str, url: str) -> None:
    assert str(path.make_absolute_url(base_url)) == url
    assert path.make_absolute_url(URL(base_url)) == url


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("//evil.example/a", "/%2Fevil.example/a"),
        ("///evil.example", "/%2F/evil.example"),
        ("/\\evil.example", "/%5Cevil.example"),
        ("\\\\evil.example", "%5C%5Cevil.example"),
        ("/a//b", "/a//b"),
    ],
)
def test_a_path_never_begins_another_host(path: str, safe: str) -> None:
    assert URLPath(path) == safe


def test_an_unknown_protocol_is_an_assertion_error() -> None:
    with pytest.raises(AssertionError, match=r"^Unknown protocol 'ftp'$"):
        URLPath("/", protocol="ftp")


@pytest.mark.parametrize(
    "path", ["/\t/evil.example", "/\n/evil.example", "\t//evil.example", "/\x00\\evil.example", "/\r\n/x"]
)
def test_a_control_character_does_not_begin_another_host(path: str) -> None:
    url = URLPath(path)
    assert url.isprintable()
    assert urlsplit(urljoin("http://host.example/here", url))[:2] == ("http", "host.example")
