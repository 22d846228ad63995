"""URLs as immutable values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import URL

FULL = "https://user:pass@Example.org:8443/a/b?c=1&c=2#d"


def test_parts():
    url = URL(FULL)
    assert url.scheme == "https"
    assert url.netloc == "user:pass@Example.org:8443"
    assert url.path == "/a/b"
    assert url.query == "c=1&c=2"
    assert url.fragment == "d"
    assert url.username == "user"
    assert url.password == "pass"
    assert url.hostname == "example.org"
    assert url.port == 8443
    assert url.components == ("https", "user:pass@Example.org:8443", "/a/b", "c=1&c=2", "d")
    assert url.components is url.components


def test_parts_that_are_not_there():
    url = URL()
    assert url.components == ("", "", "", "", "")
    assert (url.username, url.password, url.hostname, url.port) == (None, None, None, None)


@pytest.mark.parametrize(
    ("url", "secure"), [("https://h", True), ("wss://h", True), ("http://h", False), ("ws://h", False), ("/p", False)]
)
def test_is_secure(url, secure):
    assert URL(url).is_secure is secure


@pytest.mark.parametrize("text", [FULL, "", "/p", "HTTP://H:80/?", "http://[", "  x\t"])
def test_str_is_the_url_as_it_was_given(text):
    assert str(URL(text)) == text


@pytest.mark.parametrize(
    ("components", "url"),
    [
        ({"scheme": "http", "netloc": "h:1", "path": "/p", "query": "q", "fragment": "f"}, "http://h:1/p?q#f"),
        ({"scheme": "https", "hostname": "h", "port": 1, "username": "u", "password": "p"}, "https://u:p@h:1"),
        ({"scheme": "https", "hostname": "::1"}, "https://[::1]"),
        ({"path": "/p"}, "/p"),
        ({"query": "a=1"}, "?a=1"),
    ],
)
def test_from_components(components, url):
    assert str(URL(**components)) == url


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"url": "/", "scope": {"path": "/"}}, 'Cannot set both "url" and "scope"'),
        ({"scope": {"path": "/"}, "path": "/"}, r'Cannot set both "scope" and "\*\*components"'),
        ({"url": "/", "path": "/"}, r'Cannot set both "url" and "\*\*components"'),
    ],
)
def test_two_sources_are_an_assertion_error(arguments, message):
    with pytest.raises(AssertionError, match=message):
        URL(**arguments)


def test_an_unknown_component_is_refused():
    with pytest.raises((TypeError, ValueError), match="host"):
        URL(host="h")


@pytest.mark.parametrize(
    ("change", "url"),
    [
        ({}, "https://u:p@h:81/a?q=1#f"),
        ({"scheme": "http"}, "http://u:p@h:81/a?q=1#f"),
        ({"netloc": "n:1"}, "https://n:1/a?q=1#f"),
        ({"path": "/n"}, "https://u:p@h:81/n?q=1#f"),
        ({"query": "n"}, "https://u:p@h:81/a?n#f"),
        ({"query": ""}, "https://u:p@h:81/a#f"),
        ({"fragment": "n"}, "https://u:p@h:81/a?q=1#n"),
        ({"username": "n"}, "https://n:p@h:81/a?q=1#f"),
        ({"password": "n"}, "https://u:n@h:81/a?q=1#f"),
        ({"password": ""}, "https://u:@h:81/a?q=1#f"),
        ({"username": ""}, "https://:p@h:81/a?q=1#f"),
        ({"hostname": ""}, "https://u:p@:81/a?q=1#f"),
        ({"hostname": "n.org"}, "https://u:p@n.org:81/a?q=1#f"),
        ({"hostname": "::2"}, "https://u:p@[::2]:81/a?q=1#f"),
        ({"hostname": "[::2]"}, "https://u:p@[::2]:81/a?q=1#f"),
        ({"hostname": "fe80::1%eth0"}, "https://u:p@[fe80::1%eth0]:81/a?q=1#f"),
        ({"port": 82}, "https://u:p@h:82/a?q=1#f"),
        ({"port": 0}, "https://u:p@h:0/a?q=1#f"),
        ({"port": None}, "https://u:p@h/a?q=1#f"),
        ({"password": None}, "https://u@h:81/a?q=1#f"),
        ({"username": None}, "https://h:81/a?q=1#f"),
        ({"username": None, "password": None}, "https://h:81/a?q=1#f"),
        ({"hostname": None, "port": 82}, "https://u:p@h:82/a?q=1#f"),
        ({"scheme": "http", "hostname": "n", "port": None, "path": "/n"}, "http://u:p@n/n?q=1#f"),
        ({"port": None, "hostname": "n:8000"}, "https://u:p@n:8000/a?q=1#f"),
    ],
)
def test_replace(change, url):
    original = URL("https://u:p@h:81/a?q=1#f")
    assert str(original.replace(**change)) == url
    assert str(original) == "https://u:p@h:81/a?q=1#f"


@pytest.mark.parametrize(
    ("original", "change", "url"),
    [
        ("http://h/", {"port": 1}, "http://h:1/"),
        ("http://h/", {"username": "u"}, "http://u@h/"),
        ("http://h/", {"username": "u", "password": "p"}, "http://u:p@h/"),
        ("http://h/", {"password": "p"}, "http://h/"),
        ("http://h:/", {"username": "u"}, "http://u@h/"),
        ("http://[::1]/", {"port": 1}, "http://[::1]:1/"),
        ("http://[::1]:1/", {"port": None}, "http://[::1]/"),
        ("http://[::1]:1/", {"hostname": "h"}, "http://h:1/"),
        ("http://[::1]:1/", {"username": "u"}, "http://u@[::1]:1/"),
        ("http://:p@h/", {"port": 1}, "http://:p@h:1/"),
        ("http://a@b@h/", {"port": 1}, "http://a@b@h:1/"),
        ("http://h:99999/", {"port": 1}, "http://h:1/"),
        ("http://h:99999/", {"username": "u"}, "http://u@h:99999/"),
        ("/p", {"hostname": "h", "scheme": "http"}, "http://h/p"),
    ],
)
def test_replace_inside_the_netloc(original, change, url):
    assert str(URL(original).replace(**change)) == url


class OtherURL(URL):
    pass


def test_copies_are_of_the_same_class():
    assert type(OtherURL("/p").replace(query="q")) is OtherURL
    assert type(OtherURL("/p").include_query_params(a=1)) is OtherURL
    assert repr(OtherURL("/p")) == "OtherURL('/p')"


def test_include_query_params():
    url = URL("https://h/p?a=1&a=2&b=&c=3#f")
    assert str(url.include_query_params(a=4, d="e f")) == "https://h/p?b=&c=3&a=4&d=e+f#f"
    assert str(url.include_query_params()) == str(url)
    assert str(URL("/p").include_query_params(a="é")) == "/p?a=%C3%A9"


def test_replace_query_params():
    url = URL("https://h/p?a=1#f")
    assert str(url.replace_query_params(b=2, c="d&e")) == "https://h/p?b=2&c=d%26e#f"
    assert str(url.replace_query_params()) == "https://h/p#f"


def test_remove_query_params():
    url = URL("https://h/p?a=1&b=&a=2&c=3")
    assert str(url.remove_query_params("a")) == "https://h/p?b=&c=3"
    assert str(url.remove_query_params(["a", "c"])) == "https://h/p?b="
    assert str(url.remove_query_params(("a", "b", "c"))) == "https://h/p"
    assert str(url.remove_query_params("abc")) == str(url)
    assert str(url.remove_query_params([])) == str(url)


def test_equality_is_that_of_the_text():
    assert URL(FULL) == URL(FULL)
    assert URL(FULL) == FULL
    assert URL(FULL) == FULL
    assert URL("http://h") != URL("http://h/")
    assert URL("http://h") != "http://H"
    assert URL("1") == 1


def test_hash_is_that_of_the_text():
    assert hash(URL(FULL)) == hash(FULL)
    assert len({URL(FULL), URL(FULL), FULL}) == 1


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://h/p", "URL('https://h/p')"),
        ("https://user@h/", "URL('https://user@h/')"),
        ("https://user:secret@h:1/p?q#f", "URL('https://user:********@h:1/p?q#f')"),
        ("redis://:secret@h", "URL('redis://:********@h')"),
        ("https://user:secret@h:99999/", "URL('https://user:********@h:99999/')"),
        ("https://user:a:b@c@h/", "URL('https://user:********@h/')"),
    ],
)
def test_repr_hides_the_password(url, shown):
    assert repr(URL(url)) == shown


@pytest.mark.parametrize("text", ["http://[", "http://[::1", "http://]", "http://[1:2]/", "//[g::]/"])
def test_cve_2022_33124_invalid_ipv6_is_a_value_error_when_it_is_read(text):
    """In aiohttp an invalid IPv6 address raised where nobody expected it: making a URL never does."""
    url = URL(text)
    assert str(url) == text
    with pytest.raises(ValueError, match=r"IPv6|does not appear to be|address"):
        _ = url.components


words = st.from_regex(r"[a-z0-9.-]{1,9}", fullmatch=True)
queries = st.dictionaries(st.from_regex(r"[a-z]{1,3}", fullmatch=True), st.text(), max_size=3)


@given(words, words | st.none(), words | st.none(), st.integers(0, 65535) | st.none(), st.text(alphabet="/ab%"))
def test_what_is_replaced_is_read_back(hostname, username, password, port, path):
    url = URL("http://old:old@old:1/old?q#f").replace(
        hostname=hostname, username=username, password=password, port=port, path=f"/{path}", scheme="https"
    )
    assert (url.hostname, url.port, url.username) == (hostname, port, username)
    assert url.password == (None if username is None else password)
    assert (url.scheme, url.path, url.query, url.fragment) == ("https", f"/{path}", "q", "f")


@given(queries, queries)
def test_query_parameters_are_read_back(first, second):
    url = URL("https://h/p").replace_query_params(**first)
    both = url.include_query_params(**second)
    assert both.remove_query_params(list(second)) == url.remove_query_params(list(second))
    assert both.remove_query_params([*first, *second]) == "https://h/p"
    assert both.replace_query_params(**first) == url


@pytest.mark.parametrize("part", ["a", "/", ":", "@", "a:", "?", "#", "%", "&a=", "a=1&", ";"])
def test_reading_takes_linear_time(assert_linear, part):
    def read(text):
        url = URL(text)
        return url.username, url.hostname, url.path, repr(url), url.include_query_params(a=1)

    assert_linear(read, lambda n: "http://h/" + part * n, 10_000)
    assert_linear(read, lambda n: "http://h/?" + part * n, 10_000)


def test_the_repr_of_a_malformed_url_shows_nothing_of_it():
    assert repr(URL("http://user:secret@[::1")) == "URL('malformed')"
