"""Who is believed, and what becomes of it in the scope."""

from __future__ import annotations

import pytest

from asgi_middleware import HTTPSRedirectMiddleware, ProxyHeadersMiddleware
from asgi_types import URL, Address, HTTPConnection, Response, get_route_path

FOR = "x-forwarded-for"
PROTO = "x-forwarded-proto"
HOST = "x-forwarded-host"
PORT = "x-forwarded-port"
PREFIX = "x-forwarded-prefix"
ALL = ("for", "proto", "host", "port", "prefix")


def names(scope):
    return [name.decode() for name, _ in scope["headers"]]


async def test_the_simple_case(told):
    scope = await told({FOR: "192.0.2.43", PROTO: "https"})
    assert (scope["client"], scope["scheme"]) == (("192.0.2.43", 0), "https")
    assert isinstance(scope["client"], Address)
    assert names(scope) == ["x-forwarded-for", "x-forwarded-proto"]


async def test_forwarded(told):
    headers = {"Forwarded": 'for="192.0.2.43:1234";proto=https;host=example.com'}
    scope = await told(headers, header="forwarded", fields=["for", "proto", "host"])
    assert (scope["client"], str(URL(scope=scope))) == (("192.0.2.43", 1234), "https://example.com/")


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_is_trusted_by_default(peer, told):
    assert (await told({FOR: "192.0.2.43"}, scope={"client": (peer, 1)}))["client"] == ("192.0.2.43", 0)


@pytest.mark.parametrize("client", [("10.0.0.1", 1), ("testclient", 1), ("127.0.0.2", 1), ("", 1), None])
async def test_another_peer_is_not(client, told, drive):
    scope = await told({FOR: "192.0.2.43", PROTO: "https"}, scope={"client": client})
    assert scope == drive.scope(client=client)


async def test_a_unix_socket_is_trusted_by_name(told):
    scope = await told({FOR: "192.0.2.43"}, scope={"client": None}, trusted="unix")
    assert scope["client"] == ("192.0.2.43", 0)


async def test_a_scheme_from_whom_is_not_trusted_is_not_believed(told, drive):
    """CVE-2019-12781: who connects directly could say that it was by HTTPS, and the redirect to it was left out."""
    answer = Response("Let in.")
    app = ProxyHeadersMiddleware(HTTPSRedirectMiddleware(answer), trusted=["10.0.0.0/8"])
    headers = {"host": "example.com", PROTO: "https"}
    refused = await drive.request(app, headers=headers, client=("192.0.2.43", 1))
    assert (refused.status, refused.headers["location"]) == (307, "https://example.com/")
    assert (await drive.request(app, headers=headers, client=("10.0.0.1", 1))).text == "Let in."


@pytest.mark.parametrize(
    ("proto", "http", "websocket"),
    [
        ("https", "https", "wss"),
        ("HTTPS", "https", "wss"),
        ("wss", "https", "wss"),
        ("http", "http", "ws"),
        ("ws", "http", "ws"),
        (" https ", "https", "wss"),
        ("ftp", "old", "old"),
        ("https:", "old", "old"),
        ("", "old", "old"),
        (",", "old", "old"),
    ],
)
async def test_schemes(proto, http, websocket, told, drive):
    assert (await told({PROTO: proto}, scope={"scheme": "old"}))["scheme"] == http
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["scheme"])
        await receive()

    scope = {**drive.websocket_scope(headers={PROTO: proto}, client=("::1", 1)), "scheme": "old"}
    await drive.events(ProxyHeadersMiddleware(app), scope, [{"type": "websocket.connect"}])
    assert seen == [websocket]


@pytest.mark.parametrize(
    ("forwarded_for", "client"),
    [
        ("192.0.2.43:8080", ("192.0.2.43", 8080)),
        ("2001:DB8::1", ("2001:db8::1", 0)),
        ("[2001:db8::1]", ("2001:db8::1", 0)),
        ("[2001:db8::1]:443", ("2001:db8::1", 443)),
        ("::ffff:192.0.2.43", ("192.0.2.43", 0)),
        ("::", ("::", 0)),
        ("unknown", ("unknown", 0)),
        ("_hidden", ("_hidden", 0)),
    ],
)
async def test_ways_to_write_a_client(forwarded_for, client, told):
    assert (await told({FOR: forwarded_for}))["client"] == client


@pytest.mark.parametrize(
    "forwarded_for",
    [
        *(
            "localhost",
            "<script>",
            "1.2.3",
            "1.2.3.4:",
            "1.2.3.4:99999",
            "[1.2.3.4]",
            "1:2",
            "::1%1",
            "[::1",
            "1.2.3.4 x",
        ),
        *("1:2:3:4:5:6:7:8:9", ":::", "x" * 300, f"{'0' * 300}::1", "\x80", "2001:db8::1:443:1:2:3:4:5"),
    ],
)
async def test_a_malformed_client_is_unknown_and_not_the_proxy(forwarded_for, told):
    """The proxy's own address may open doors: a client must not get it by what it sends."""
    scope = await told({FOR: forwarded_for, PROTO: "https"})
    assert (scope["client"], scope["scheme"]) == (("unknown", 0), "https")
    broken = {"Forwarded": f"for={forwarded_for}x;proto=https"}
    scope = await told(broken, header="forwarded")
    assert (scope["client"], scope["scheme"]) == (("unknown", 0), "http")


@pytest.mark.parametrize("headers", [{FOR: ""}, {FOR: " , "}, {PROTO: "https"}])
async def test_without_a_client_it_stays_the_peer(headers, told):
    assert (await told(headers))["client"] == ("127.0.0.1", 50000)


@pytest.mark.parametrize(
    ("forwarded", "client", "scheme"),
    [("", 50000, "http"), (";", 50000, "http"), ("proto=https", 50000, "https"), ("by=_us;proto=ftp", 50000, "http")],
)
async def test_a_forwarded_without_a_client(forwarded, client, scheme, told):
    scope = await told({"Forwarded": forwarded}, header="forwarded")
    assert (scope["client"], scope["scheme"]) == (("127.0.0.1", client), scheme)


HEADERS = {FOR: "192.0.2.43", PROTO: "https", HOST: "a.example", PORT: "8443", PREFIX: "/a", "forwarded": "for=1.2.3.4"}


@pytest.mark.parametrize("fields", [("for",), ("proto",), ("host",), ("port",), ("prefix",), "for", "prefix", ()])
async def test_each_field_is_believed_alone(fields, told, drive):
    before = drive.scope("/b", headers={"host": "b.example", **HEADERS}, client=("127.0.0.1", 50000))
    scope = await told({"Host": "b.example", **HEADERS}, scope={"path": "/b", "raw_path": b"/b"}, fields=fields)
    changed = {key for key, value in scope.items() if value != before[key]} - {"headers"}
    keys = {"for": {"client"}, "proto": {"scheme"}, "prefix": {"path", "raw_path", "root_path"}}
    chosen = [fields] if isinstance(fields, str) else fields
    assert changed == set().union(*(keys.get(field, set()) for field in chosen))
    host = {"host": b"a.example", "port": b"b.example:8443"}.get("".join(chosen), b"b.example")
    assert [value for name, value in scope["headers"] if name == b"host"] == [host]


async def test_what_is_not_believed_is_taken_out(told):
    headers = {"Accept": "*/*", **HEADERS, "X-Real-IP": "1.2.3.4"}
    assert names(await told(headers, scope={"client": ("1.2.3.4", 1)})) == ["accept", "x-real-ip"]
    assert names(await told(headers)) == ["accept", "x-forwarded-for", "x-forwarded-proto", "x-real-ip"]
    assert names(await told(headers, header="forwarded")) == ["accept", "forwarded", "x-real-ip"]
    believed = [FOR, HOST, "x-real-ip"]
    assert names(await told(headers, fields=["host"])) == ["host", "accept", *believed]


async def test_nothing_is_taken_out_unless_wanted(told):
    headers = {"Accept": "*/*", **HEADERS}
    kept = [name.lower() for name in headers]
    assert names(await told(headers, strip=False)) == kept
    scope = await told(headers, scope={"client": ("1.2.3.4", 1)}, strip=False)
    assert (names(scope), scope["client"], scope["scheme"]) == (kept, ("1.2.3.4", 1), "http")


async def test_only_one_family_is_read(told):
    assert (await told({"Forwarded": "for=1.2.3.4;proto=https"}))["client"] == ("127.0.0.1", 50000)
    scope = await told({FOR: "1.2.3.4", PROTO: "https"}, header="forwarded")
    assert (scope["client"], scope["scheme"]) == (("127.0.0.1", 50000), "http")


@pytest.mark.parametrize(
    ("headers", "host"),
    [
        ({HOST: "a.example"}, "a.example"),
        ({HOST: "a.example:8443"}, "a.example:8443"),
        ({HOST: "[::1]:8443"}, "[::1]:8443"),
        ({HOST: "a.example", PORT: "8443"}, "a.example:8443"),
        ({HOST: "a.example", PORT: "80"}, "a.example"),
        ({HOST: "a.example", PORT: "443"}, "a.example:443"),
        ({HOST: "a.example", PORT: "443", PROTO: "https"}, "a.example"),
        ({HOST: "a.example", PORT: "80", PROTO: "https"}, "a.example:80"),
        ({HOST: "a.example:1", PORT: "2"}, "a.example:1"),
        ({HOST: "a.example:", PORT: "2"}, "a.example:2"),
        ({HOST: "a.example", PORT: "0080"}, "a.example"),
        ({HOST: "a.example", PORT: "2:3"}, "a.example"),
        ({HOST: "[::1]", PORT: "8443"}, "[::1]:8443"),
        ({PORT: "8443"}, "b.example:8443"),
        ({PORT: "80"}, "b.example"),
        ({PORT: "65536"}, "b.example"),
        ({PORT: "-1"}, "b.example"),
        ({PORT: "8443/"}, "b.example"),
        ({HOST: "a.example/evil"}, "b.example"),
        ({HOST: "user@a.example"}, "b.example"),
        ({HOST: "a b"}, "b.example"),
        ({HOST: "a.example:99999"}, "b.example"),
        ({HOST: "\xe9.example"}, "b.example"),
        ({HOST: ""}, "b.example"),
        ({HOST: "a.example/evil", PORT: "8443"}, "b.example:8443"),
    ],
)
async def test_the_host_and_its_port(headers, host, told):
    scope = await told({"Host": "b.example", **headers}, fields=ALL)
    assert [value.decode() for name, value in scope["headers"] if name == b"host"] == [host]


async def test_a_host_takes_the_place_of_all_there_are(told):
    two = [("Host", "b.example"), ("Host", "c.example")]
    assert names(await told([*two, (HOST, "a.example")], fields=["host"])) == ["host", "x-forwarded-host"]
    scope = await told([*two, (PORT, "8443")], fields=["port"])
    assert [value for name, value in scope["headers"] if name == b"host"] == [b"b.example", b"c.example"]
    assert names(await told({PORT: "8443"}, fields=["port"])) == ["x-forwarded-port"]


async def test_the_port_of_a_websocket(told, drive):
    seen = []

    async def app(scope, receive, send):
        seen.append(str(URL(scope=scope)))
        await receive()

    headers = {HOST: "a.example", PORT: "443", PROTO: "https"}
    scope = drive.websocket_scope(headers=headers, client=("::1", 1))
    await drive.events(ProxyHeadersMiddleware(app, fields=ALL), scope, [{"type": "websocket.connect"}])
    assert seen == ["wss://a.example/"]


async def test_redirects_and_links_lead_through_the_proxy(told):
    headers = {"Host": "internal:8000", FOR: "192.0.2.43", PROTO: "https", HOST: "a.example", PREFIX: "/shop"}
    scope = await told(headers, scope={"path": "/items", "raw_path": b"/items"}, fields=ALL)
    connection = HTTPConnection(scope)
    assert str(connection.url) == "https://a.example/shop/items"
    assert str(connection.base_url) == "https://a.example/shop/"
    assert get_route_path(scope) == "/items"


async def test_without_any_of_the_headers_the_scope_is_handed_on_as_it_is(drive):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    for scope in (drive.scope(headers={"accept": "*/*"}), {"type": "lifespan"}, {"type": "other", "headers": HEADERS}):
        await ProxyHeadersMiddleware(app)(scope, None, None)
        assert seen.pop() is scope


@pytest.mark.parametrize("client", ["127.0.0.1", "6.6.6.6"])
@pytest.mark.parametrize("is_websocket", [False, True])
async def test_what_is_written_further_in_is_seen_further_out(client, is_websocket, drive):
    async def app(scope, receive, send):
        scope["route"], scope["user"] = "a route", "somebody"

    make = drive.websocket_scope if is_websocket else drive.scope
    scope = make(headers=HEADERS, client=(client, 1))
    await ProxyHeadersMiddleware(app, fields=ALL)(scope, None, None)
    assert (scope["route"], scope["user"]) == ("a route", "somebody")


async def test_what_was_told_holds_when_the_application_has_returned(told):
    """Servers log the client then, and tasks that outlive the call look at it."""
    scope = await told({FOR: "192.0.2.43", PROTO: "https", PREFIX: "/shop"}, fields=["for", "proto", "prefix"])
    assert (scope["client"], scope["scheme"], scope["root_path"]) == (("192.0.2.43", 0), "https", "/shop")


async def test_headers_may_be_any_iterable(drive):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    for options in ({}, {"fields": ALL, "strip": False}):
        scope = drive.scope(client=("::1", 1), headers=((b"x-forwarded-for", b"192.0.2.43"),))
        scope["headers"] = tuple(scope["headers"])
        del scope["scheme"]
        await ProxyHeadersMiddleware(app, **options)(scope, None, None)
    assert [each["client"] for each in seen] == [("192.0.2.43", 0)] * 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"header": "x-real-ip"}, "header is 'x-forwarded' or 'forwarded', not 'x-real-ip'."),
        (
            {"fields": ["for", "ip"]},
            "'x-forwarded' has no field 'ip': fields are of for, proto, host, port, prefix.",
        ),
        (
            {"header": "forwarded", "fields": "prefix"},
            "'forwarded' has no field 'prefix': fields are of for, proto, host.",
        ),
        ({"hops": 0}, "hops counts the proxies in front of the application, from 1 on, so it is not 0."),
        ({"trusted": "*"}, "With trusted='*' clients are believed whatever they make up"),
        ({"trusted": ["10.0.0.1", "*"]}, "name the networks of the proxies, or give hops"),
        ({"trusted": ["10.0.0.1/8"]}, "Not a network: 10.0.0.1/8 has host bits set."),
        ({"trusted": ["proxy.internal"]}, "Not a network"),
    ],
)
def test_misuse(options, message):
    with pytest.raises(ValueError) as caught:
        ProxyHeadersMiddleware(None, **options)
    assert message in str(caught.value)


def test_the_application_is_public():
    assert ProxyHeadersMiddleware("app").app == "app"
