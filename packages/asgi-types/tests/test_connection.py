"""The view of a scope: a mapping, its properties, its URLs, and that no input of a client makes it raise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asgi_types import URL, Address, Headers, HTTPConnection, MutableHeaders, QueryParams, Response, State, parse_host

PROPERTIES = ("url", "base_url", "headers", "query_params", "path_params", "cookies", "client", "state")


def connection(drive: Any, path: str = "/", **scope: Any) -> HTTPConnection:
    return HTTPConnection(drive.scope(path, **scope))


# The mapping


def test_it_is_a_mapping_over_the_scope(drive: Any) -> None:
    scope = drive.scope("/a")
    view: Any = HTTPConnection(scope)
    assert view.scope is scope
    assert view["path"] == "/a"
    assert view.get("path") == "/a"
    assert view.get("missing") is None
    assert view.get("missing", 5) == 5
    assert "path" in view
    assert "missing" not in view
    assert list(view) == list(view.keys()) == list(scope)
    assert list(view.values()) == list(scope.values())
    assert list(view.items()) == list(scope.items())
    assert len(view) == len(scope)
    assert {**view} == dict(view) == scope
    with pytest.raises(KeyError, match=r"^'missing'$"):
        view["missing"]


def test_it_counts_as_a_mapping_and_so_do_its_subclasses(drive: Any) -> None:
    class Child(HTTPConnection):
        pass

    assert issubclass(Child, Mapping)
    view = Child(drive.scope())
    assert isinstance(view, Mapping)
    match view:
        case {"type": kind, "method": "GET"}:
            assert kind == "http"
        case _:
            pytest.fail("a mapping pattern does not match it")


def test_it_shows_what_is_written_to_the_scope(drive: Any) -> None:
    scope = drive.scope()
    view = HTTPConnection(scope)
    scope["path_params"] = {"id": 5}
    assert view.path_params == {"id": 5}
    assert view["path_params"] == {"id": 5}


def test_two_views_of_one_scope_are_not_equal_and_both_can_be_keys(drive: Any) -> None:
    scope = drive.scope()
    first, second = HTTPConnection(scope), HTTPConnection(scope)
    assert first == first
    assert first != second
    assert first != scope
    assert len({first, second, first}) == 2


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_it_takes_connections(kind: str) -> None:
    assert HTTPConnection({"type": kind}, None, None)["type"] == kind


@pytest.mark.parametrize("kind", ["lifespan", "HTTP", ""])
def test_it_takes_no_other_scope(kind: str) -> None:
    with pytest.raises(AssertionError, match=f"^Not a connection's scope: '{kind}'.$"):
        HTTPConnection({"type": kind})


def test_it_can_be_given_the_type_of_its_state() -> None:
    class Typed(HTTPConnection[State]):
        pass

    assert Typed({"type": "http"}).state._state == {}


# URLs


def test_url_and_base_url_of_a_plain_request(drive: Any) -> None:
    view = connection(drive, "/a b?page=2", headers={"host": "example.org:8000"}, root_path="/app")
    assert view.url == URL("http://example.org:8000/a b?page=2")
    assert view.base_url == URL("http://example.org:8000/app/")
    assert view.url is view.url
    assert view.base_url is view.base_url


@pytest.mark.parametrize(
    ("scope", "base_url"),
    [
        ({}, "http://testserver/"),
        ({"root_path": "/r"}, "http://testserver/r/"),
        ({"root_path": "/r/"}, "http://testserver/r/"),
        ({"root_path": "/r/mount", "app_root_path": "/r"}, "http://testserver/r/"),
        ({"root_path": "/mount", "app_root_path": ""}, "http://testserver/"),
        ({"root_path": "no-slash"}, "http://testserver/no-slash/"),
        ({"root_path": "@example.org"}, "http://testserver/@example.org/"),
        ({"root_path": "//example.org"}, "http://testserver/%2Fexample.org/"),
        ({"root_path": "/a?b#c\\d"}, "http://testserver/a%3Fb%23c%5Cd/"),
        ({"scheme": "https", "server": ("example.org", 443)}, "https://example.org/"),
        ({"server": None}, "/"),
        ({"server": ("/run/app.sock", None)}, "/"),
    ],
)
def test_base_url_is_the_root_with_a_slash_and_no_query(drive: Any, scope: Any, base_url: str) -> None:
    assert str(connection(drive, "/x?q=1", **scope).base_url) == base_url


def test_base_url_of_a_scope_without_a_root_path() -> None:
    assert str(HTTPConnection({"type": "http", "headers": [], "path": "/x"}).base_url) == "/"


@pytest.mark.parametrize("path", ["@example.org", "*", ":80", "http://example.org/", "//example.org/"])
def test_a_strange_request_target_does_not_change_the_host(drive: Any, path: str) -> None:
    url = connection(drive, path, headers={"host": "localhost:8000"}).url
    assert (url.hostname, url.port, url.username) == ("localhost", 8000, None)
    assert url.path.replace("%2F", "/").lstrip("/") == path.lstrip("/")


# Headers, query, cookies


def test_headers_are_kept_and_shared_with_the_scope(drive: Any) -> None:
    scope = drive.scope(headers=((b"a", b"1"), (b"a", b"2")))
    scope["headers"] = iter(scope["headers"])
    view = HTTPConnection(scope)
    assert type(view.headers) is Headers
    assert view.headers is view.headers
    assert view.headers.getlist("A") == ["1", "2"]
    MutableHeaders(raw=scope["headers"]).append("b", "3")
    assert view.headers["b"] == "3"


def test_query_params_are_kept(drive: Any) -> None:
    view = connection(drive, "/?tag=a&tag=b%20c&empty=")
    assert type(view.query_params) is QueryParams
    assert view.query_params is view.query_params
    assert view.query_params.multi_items() == [("tag", "a"), ("tag", "b c"), ("empty", "")]


@pytest.mark.parametrize("query", [{}, {"query_string": None}, {"query_string": b""}])
def test_a_scope_need_not_have_a_query_string(query: Any) -> None:
    assert HTTPConnection({"type": "websocket", **query}).query_params.multi_items() == []


def test_cookies_of_all_headers_are_merged_and_the_last_of_one_name_wins(drive: Any) -> None:
    headers = [(b"cookie", b'a=b; c="d e"; flag; =nameless'), (b"x", b"a=no"), (b"cookie", b"a=z; g=")]
    view = connection(drive, headers=headers)
    assert view.cookies == {"a": "z", "c": "d e", "": "nameless", "g": ""}
    assert view.cookies is view.cookies


def test_without_a_cookie_header_there_are_no_cookies(drive: Any) -> None:
    view = connection(drive)
    assert view.cookies == {}
    assert view.cookies is view.cookies


# The rest of the scope


def test_path_params_are_what_the_router_put_there(drive: Any) -> None:
    assert connection(drive).path_params == {}
    params = {"id": 5}
    assert connection(drive, path_params=params).path_params is params


@pytest.mark.parametrize("client", [("127.0.0.1", 50000), ["127.0.0.1", 50000]])
def test_client_is_an_address(drive: Any, client: Any) -> None:
    found = connection(drive, client=client).client
    assert type(found) is Address
    assert found == Address("127.0.0.1", 50000)


def test_client_is_none_where_the_server_does_not_know_it(drive: Any) -> None:
    assert connection(drive, client=None).client is None
    assert HTTPConnection({"type": "http"}).client is None


def test_app_user_auth_and_session_come_from_the_scope(drive: Any) -> None:
    app, user, auth, session = object(), object(), object(), {"a": 1}
    view = connection(drive, app=app, user=user, auth=auth, session=session)
    assert view.app is app
    assert view.user is user
    assert view.auth is auth
    assert view.session is session


def test_without_an_application_there_is_no_app(drive: Any) -> None:
    with pytest.raises(KeyError, match=r"^'app'$"):
        _ = connection(drive).app


@pytest.mark.parametrize(
    ("name", "middleware"),
    [("session", "SessionMiddleware"), ("auth", "AuthenticationMiddleware"), ("user", "AuthenticationMiddleware")],
)
def test_what_middleware_must_provide_says_so(drive: Any, name: str, middleware: str) -> None:
    with pytest.raises(AssertionError, match=f"^{middleware} must be installed to access request.{name}$"):
        getattr(connection(drive), name)


def test_a_session_that_wants_to_know_is_told_each_time_it_is_looked_at(drive: Any) -> None:
    class Session(dict[str, Any]):
        looks = 0

        def mark_accessed(self) -> None:
            self.looks += 1

    session = Session(a=1)
    view = connection(drive, session=session)
    assert session.looks == 0
    assert view.session is session
    assert view.session["a"] == 1
    assert session.looks == 2


def test_state_is_the_scopes_and_shared_by_its_views(drive: Any) -> None:
    lifespan_state = {"pool": "a pool"}
    scope = drive.scope(state=lifespan_state)
    view = HTTPConnection(scope)
    assert view.state.pool == "a pool"
    assert view.state is view.state
    view.state.user = "me"
    assert HTTPConnection(scope).state.user == "me"
    assert lifespan_state == {"pool": "a pool", "user": "me"}


def test_state_is_made_where_there_is_none() -> None:
    scope: dict[str, Any] = {"type": "http"}
    HTTPConnection(scope).state.a = 1
    assert scope["state"] == {"a": 1}


# url_for


class Provider:
    """What a router or an application is to url_for."""

    class Path(str):
        def make_absolute_url(self, base_url: URL) -> URL:
            return URL(f"{str(base_url).rstrip('/')}{self}")

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def url_path_for(self, name: str, /, **path_params: Any) -> Path:
        parts = [self.prefix, name, *(f"{key}={value}" for key, value in path_params.items())]
        return self.Path("".join(f"/{part}" for part in parts))


def test_url_for_asks_the_router_and_makes_the_path_absolute(drive: Any) -> None:
    view = connection(drive, "/x", root_path="/root", router=Provider("router"), app=Provider("app"))
    assert view.url_for("user", id=5, name="me") == URL("http://testserver/root/router/user/id=5/name=me")


def test_url_for_asks_the_application_where_there_is_no_router(drive: Any) -> None:
    assert connection(drive, app=Provider("app")).url_for("user") == URL("http://testserver/app/user")


def test_url_for_needs_one_of_them(drive: Any) -> None:
    message = r"^The `url_for` method can only be used inside a Starlette application or with a router\.$"
    with pytest.raises(RuntimeError, match=message):
        connection(drive).url_for("user")


# Bad input is never an error


async def everything(scope: Any, receive: Any, send: Any) -> None:
    """An application that looks at all a client can influence."""
    view = HTTPConnection(scope)
    shown = [str(getattr(view, name)) for name in PROPERTIES]
    shown += [view.url.path, view.url.query, str(view.url.hostname), str(view.url.port), repr(view.url)]
    shown += [f"{key}={value}" for key, value in (*view.headers.items(), *view.query_params.multi_items())]
    shown += [f"{name}={value}" for name, value in view.cookies.items()]
    await Response("\n".join(shown).encode("utf-8", "replace"))(scope, receive, send)


BAD_HOSTS = (
    *(b"", b" ", b"@evil", b"a b", b"[", b"[::1", b"[::zz]", b"]", b"a:b:c", b"a:99999", b"a:-1", b"a/b", b"a?b"),
    *(b"a#b", b"\xff\xfe", b"\0", b"a" * 300, b"a:" + b"9" * 5000, b"%zz", b"user:pw@host", b"a\\b"),
    "\u2100".encode(),
)
BAD_COOKIES = (
    *(b";;;;", b"=", b"==;=;", b'"', b'a="', b'a="\\', b'a="\\400"', b'a="\\777"', b"a=" + b'"' * 9999, b"\xff=\xff"),
    *(b"\0=\0", b"a", b";" * 20_000, b"a=b;" * 20_000, b'a="' + b"\\" * 20_000 + b'"', b"$Version=1; a=b"),
)
BAD_QUERIES = (
    *(b"%", b"%zz", b"%f", b"%ff%fe", b"%00", b"\xff\xfe", b"&&&=&=", b"=", b"a=%E2%28%A1", b"#", b"?", b"a\nb"),
    *(b"a=" + b"%" * 20_000, b"a&" * 20_000, b"%ed%a0%80", b"//[", b"[", b"]", b";"),
)
BAD_PATHS = (
    *("", "*", "@evil", "//evil", "///", "/\0", "/\r\n", "/\ufffd", "/\udcff", "/%", "/%zz", "http://[", "://", "?"),
    *("/" * 20_000, "/\u2100", "/?#[]@", "/../..", "/" + "a" * 20_000, "#", "[::1", "//[", "\\\\evil"),
)


@pytest.mark.parametrize(
    "bad",
    [
        *({"headers": [(b"host", host)]} for host in BAD_HOSTS),
        {"headers": [(b"host", b"a"), (b"host", b"b")]},
        *({"headers": [(b"cookie", cookie)]} for cookie in BAD_COOKIES),
        {"headers": [(b"cookie", b"a=1")] * 5000},
        *({"query_string": query} for query in BAD_QUERIES),
        *({"path": path} for path in BAD_PATHS),
        *({"path": path, "server": None} for path in BAD_PATHS),
        *({"root_path": path} for path in BAD_PATHS),
        {"raw_path": b"/\xff%zz"},
        {"headers": [(b"", b""), (b"\xff", b"\xff\0"), (b"a b", b"\r\n")]},
        {"headers": [(b"x", b"y" * 1_000_000)]},
        {"headers": [(b"x-%d" % number, b"y") for number in range(5000)]},
        {"headers": [], "server": ("::1", 80)},
    ],
)
async def test_an_application_that_looks_at_everything_still_answers(drive: Any, bad: dict[str, Any]) -> None:
    scope = {**drive.scope(), **bad}
    answer = await drive.events(everything, scope, [])
    assert answer.status == 200


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_a_malformed_host_is_ignored(drive: Any, host: bytes) -> None:
    view = connection(drive, "/a/b", headers=[(b"host", host)])
    assert (view.url.hostname, view.url.path) == ("testserver", "/a/b")
    assert str(view.base_url) == "http://testserver/"


some_bytes = st.binary(max_size=40)
some_text = st.text(alphabet=st.characters() | st.sampled_from("/@:?#[]\\%\udcff"), max_size=40)


@given(
    path=some_text,
    root_path=some_text,
    query=some_bytes,
    headers=st.lists(st.tuples(st.sampled_from([b"host", b"cookie", b"x"]) | some_bytes, some_bytes), max_size=5),
    server=st.sampled_from([None, ("testserver", 80), ("::1", 8000), ("/run/app.sock", None)]),
)
@example(path="/", root_path="", query=b"", headers=[(b"host", b"%0A")], server=None)
def test_no_scope_of_a_server_makes_a_property_raise(
    path: str, root_path: str, query: bytes, headers: Any, server: Any
) -> None:
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": path, "root_path": root_path}
    view = HTTPConnection({**scope, "query_string": query, "headers": headers, "server": server})
    for name in PROPERTIES:
        getattr(view, name)
    hosts = [parse_host(host) for host in view.headers.getlist("host")]
    expected = {found[0].strip("[]").lower() for found in hosts if found} | {"testserver", "::1"}
    for url in (view.url, view.base_url):
        # urlsplit() makes a host lower case, except for what comes after a percent sign, as if it were a zone.
        assert url.hostname is None or url.hostname.lower() in expected
        assert url.username is None
        assert url.path == "" or url.path.startswith("/")
