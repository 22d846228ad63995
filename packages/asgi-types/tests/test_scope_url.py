"""From a connection's scope to its URL."""

from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asgi_types import ENCODED_SLASH, URL, HTTPConnection, scope_host, scope_host_name, slash_redirect


def scope(path="/", *hosts, **more):
    return {
        "type": "http",
        "scheme": "http",
        "server": ("testserver", 80),
        "path": path,
        "query_string": b"",
        "headers": [(b"host", host) for host in hosts],
        **more,
    }


@pytest.mark.parametrize(
    ("given_scope", "url"),
    [
        (scope("/some/path", query_string=b"a=1&b"), "http://testserver/some/path?a=1&b"),
        (scope("/", b"example.org"), "http://example.org/"),
        (scope("/", b"Example.ORG:8000"), "http://Example.ORG:8000/"),
        (scope("/", b"[::1]:8000"), "http://[::1]:8000/"),
        (scope("", b"example.org", query_string=b"a"), "http://example.org?a"),
        (scope("/", server=("example.org", 8000)), "http://example.org:8000/"),
        (scope("/", server=["example.org", 8000]), "http://example.org:8000/"),
        (scope("/", server=("::1", 80)), "http://[::1]/"),
        (scope("/", server=("::1", 8000)), "http://[::1]:8000/"),
        (scope("/", server=("[::1]", 8000)), "http://[::1]:8000/"),
        (scope("/a", server=None, query_string=b"b"), "/a?b"),
        (scope("/a", server=("/run/app.sock", None)), "/a"),
        ({"type": "http", "path": "/a"}, "/a"),
        ({"type": "http", "path": "/a", "headers": [(b"host", b"h")]}, "http://h/a"),
    ],
)
def test_url(given_scope, url):
    assert str(URL(scope=given_scope)) == url


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443), ("ws", 80), ("wss", 443)])
def test_the_servers_port_is_left_out_if_it_is_the_schemes_default(scheme, port):
    assert str(URL(scope=scope(scheme=scheme, server=("h", port)))) == f"{scheme}://h/"
    assert str(URL(scope=scope(scheme=scheme, server=("h", 523 - port)))) == f"{scheme}://h:{523 - port}/"


def test_a_scheme_without_a_default_port():
    assert str(URL(scope=scope(scheme="gopher", server=("h", 70)))) == "gopher://h:70/"


def test_the_port_of_the_host_header_stays_as_it_was_sent():
    assert str(URL(scope=scope("/", b"example.org:80"))) == "http://example.org:80/"
    assert str(URL(scope=scope("/", b"example.org:000080"))) == "http://example.org:000080/"
    assert str(URL(scope=scope("/", b"example.org:"))) == "http://example.org/"


def test_the_type_may_be_missing():
    assert str(URL(scope={"path": "/a", "query_string": b"b", "headers": [(b"host", b"h")]})) == "http://h/a?b"


def test_a_query_of_raw_bytes_is_utf_8():
    assert URL(scope=scope(query_string=b"q=\xc3\xa9")).query == "q=é"


def test_a_query_that_is_not_utf_8_does_not_raise():
    assert URL(scope=scope(query_string=b"q=\xff")).query == "q=\ufffd"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a?b", "/a%3Fb"),
        ("/a#b", "/a%23b"),
        ("/a\\b", "/a%5Cb"),
        ("/a\tb\r\n\0\x1f\x7f", "/a%09b%0D%0A%00%1F%7F"),
        ("/é b%20", "/é b%20"),
        ("//example.org/a", "/%2Fexample.org/a"),
        ("///a", "/%2F/a"),
        ("/\\example.org", "/%5Cexample.org"),
        ("/\t/example.org", "/%09/example.org"),
        ("*", "/*"),
        ("a/b", "/a/b"),
        ("@example.org/", "/@example.org/"),
        (":8000@example.org/", "/:8000@example.org/"),
        ("http://example.org/a", "/http://example.org/a"),
        ("javascript:alert(1)", "/javascript:alert(1)"),
        (" /a", "/ /a"),
        ("/a//b", "/a//b"),
        ("/", "/"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("where", [{}, {"server": None}, {"headers": [(b"host", b"example.com:81")]}])
def test_the_path_neither_ends_early_nor_becomes_an_authority(path, expected, where):
    url = URL(scope=scope(path, query_string=b"q", **({"headers": []} | where)))
    assert url.path == expected
    assert (url.query, url.fragment, url.username) == ("q", "", None)
    assert url.netloc == ("example.com:81" if "headers" in where else "" if "server" in where else "testserver")


@pytest.mark.parametrize(
    "host",
    [
        *(b"example.org/admin", b"example.org/admin?", b"example.org/admin#", b"example.org\\admin", b"/admin", b"?"),
        *(b"user@example.org", b"example.org:80:80", b"example.org:99999", b"example.org:x", b"", b" ", b"\xff", b"%"),
        *(b"example.org\r\nx: y", b"a b", b"a\0", b"[::1", b"::1", b"[V1.fe]"),
    ],
)
def test_cve_2026_48710_a_malformed_host_is_ignored(host):
    """Starlette took it into the URL, so that checks on `request.url.path` could be passed."""
    assert str(URL(scope=scope("/public", host))) == "http://testserver/public"
    assert str(URL(scope=scope("/public", host, server=None))) == "/public"
    assert HTTPConnection(scope("/public", host)).url.path == "/public"
    assert str(HTTPConnection(scope("/public", host, root_path="")).base_url) == "http://testserver/"


@pytest.mark.parametrize("host", [b"[", b"[]", b"[::1", b"[g::]", b"[::1]]", b"[1:2]:80", b"[1.2.3.4]"])
def test_cve_2022_33124_invalid_ipv6_in_the_host_does_not_raise(host):
    """In aiohttp an invalid IPv6 address raised."""
    assert URL(scope=scope("/", host)).hostname == "testserver"
    assert URL(scope=scope("/", host, server=None)).hostname is None


@pytest.mark.parametrize("hosts", [(b"a", b"b"), (b"a", b"a"), (b"a", b"")])
def test_several_hosts_are_as_good_as_none(hosts):
    assert str(URL(scope=scope("/", *hosts))) == "http://testserver/"


hosts = st.lists(
    st.binary() | st.text(alphabet="aF01:.[]%@/?#\\").map(str.encode) | st.sampled_from([b"h", b"[::1]:8", b"h:80"]),
    max_size=2,
)
servers = st.sampled_from([None, ("testserver", 80), ("::1", 8000), ("fe80::1%eth0", 80), ("/run/app.sock", None)])
paths = st.text() | st.text(alphabet="/\\?#@:[]%.a1\t\n\0 ")
schemes = st.sampled_from(["http", "https", "ws", "wss"])


@given(paths, hosts, servers, schemes, st.binary())
@example("//example.org", [], None, "http", b"")
@example("@example.org", [b"h"], None, "http", b"")
@example("a:b", [], None, "http", b"")
def test_any_path_comes_back_whatever_the_host(path, hosts, server, scheme, query):
    url = URL(scope=scope(path, *hosts, server=server, scheme=scheme, query_string=query))
    bare = URL(scope=scope(path, server=None))
    assert url.path == bare.path
    assert (bare.scheme, bare.netloc) == ("", "")
    assert (url.username, url.password) == (None, None)
    assert url.scheme == (scheme if url.netloc else "")
    assert url.port is None or 0 <= url.port <= 65535
    rooted = path if path.startswith("/") or not path else f"/{path}"
    if "%" not in path:  # a per cent sign of the path cannot be told from one of ours
        assert unquote(url.path) == rooted
    if not set(path) & set(map(chr, (*range(32), 127, *b"?#\\"))) and not path.startswith("//"):
        assert url.path == rooted


@given(paths)
def test_a_path_alone_has_neither_query_nor_fragment(path):
    url = URL(scope=scope(path, b"example.org"))
    assert (url.netloc, url.query, url.fragment) == ("example.org", "", "")
    assert url == f"http://example.org{url.path}"
    assert url.replace(scheme="https") == f"https://example.org{url.path}"


@pytest.mark.parametrize("part", ["/", "//", "%", "?", "#", "\\", ":", "@", "[", "\0", "é"])
def test_building_takes_linear_time(assert_linear, part):
    assert_linear(lambda path: URL(scope=scope(path, b"h")).path, lambda n: part * n, 20_000)
    assert_linear(lambda host: URL(scope=scope("/", host)).path, lambda n: part.encode() * n, 20_000)


def test_the_scheme_may_be_missing():
    """Both protocols have a default for it (ASGI HTTP specification)."""
    headers = [(b"host", b"h")]
    assert str(URL(scope={"type": "http", "path": "/", "headers": headers})) == "http://h/"
    assert str(URL(scope={"type": "websocket", "path": "/", "headers": headers})) == "ws://h/"


@pytest.mark.parametrize(
    ("hosts", "found"),
    [
        ([b"example.org"], ("example.org", None)),
        ([b"[::1]:8000"], ("[::1]", 8000)),
        ([], None),
        ([b"a.example", b"a.example"], None),
        ([b"a.example/admin"], None),
        ([b""], None),
    ],
)
def test_the_host_of_a_scope(hosts, found):
    assert scope_host(scope("/", *hosts)) == found
    assert scope_host_name(scope("/", *hosts)) == (found and found[0])


def test_the_port_of_a_host_that_is_asked_for_alone_may_be_any_number():
    assert scope_host_name(scope("/", b"example.org:100000")) == "example.org"
    assert scope_host_name(scope("/", b"example.org:http")) is None


# Redirects


@pytest.mark.parametrize(
    ("path", "surplus", "query", "target"),
    [
        ("", 0, b"", "./"),
        ("/a b", 0, b"", "./a%20b/"),
        ("/x/caf\u00e9", 0, b"page=2&tag[]=a%20b", "./caf%C3%A9/?page=2&tag[]=a%20b"),
        ("/x/caf\u00e9/", 1, b"page=2", "../caf%C3%A9?page=2"),
        ("/a?b#c", 0, b"", "./a%3Fb%23c/"),
        ("/http:evil.example", 0, b"", "./http:evil.example/"),
        (f"/x/a{ENCODED_SLASH}b", 0, b"", "./a%2Fb/"),
        (f"/x/{ENCODED_SLASH}{ENCODED_SLASH}b/", 1, b"", "../%2F%2Fb"),
        ("/a/b//", 2, b"", "/a/b"),
        ("/a/b/", 0, b"", "/a/b//"),
        ("/a//b", 0, b"", "/a//b/"),
        ("//evil.example", 0, b"", "/%2Fevil.example/"),
        ("//evil.example/", 1, b"", "/%2Fevil.example"),
        ("///evil.example", 0, b"", "/%2F/evil.example/"),
        ("/\\\\evil.example", 0, b"", "./%5C%5Cevil.example/"),
        ("/\r\nset-cookie: a=b", 0, b"x=\r\n", "./%0D%0Aset-cookie:%20a=b/?x=%0D%0A"),
        ("/\udce9", 0, b"", "./%3F/"),
    ],
)
def test_where_a_slash_redirect_leads(path, surplus, query, target):
    assert slash_redirect(path, surplus, query) == target


@given(st.text().map(lambda text: f"/{text}"), st.integers(0, 3), st.binary())
@example("//evil.example", 0, b"")
@example("//evil.example", 1, b"")
def test_a_slash_redirect_never_leaves_the_host(path, surplus, query):
    target = slash_redirect(path + "/" * surplus, surplus, query)
    assert target.isascii()
    assert target.isprintable()
    for here in (f"http://host.example{quote(path)}", "http://host.example//evil.example/"):
        assert urlsplit(urljoin(here, target))[:2] == ("http", "host.example")


@pytest.mark.parametrize("path", ["/a", "/a/b", "/a b/caf\u00e9", "/a:b/c:d", "/a//b"])
def test_a_slash_redirect_leads_to_the_same_path_with_and_without_a_slash(path):
    here = f"http://host.example{quote(path)}"
    assert unquote(urljoin(here, slash_redirect(path))) == f"http://host.example{path}/"
    for slashes in ("/", "//"):
        target = slash_redirect(path + slashes, len(slashes))
        assert unquote(urljoin(here + slashes, target)) == f"http://host.example{path}"
