"""How far back along a list the middleware goes: over trusted addresses, and over a number of hops."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_middleware import ProxyHeadersMiddleware

INSIDE = ["127.0.0.1", "10.0.0.0/8"]


@pytest.mark.parametrize(
    ("addresses", "options", "client"),
    [
        (["192.0.2.1"], {"trusted": INSIDE}, "192.0.2.1"),
        (["6.6.6.6", "192.0.2.1"], {"trusted": INSIDE}, "192.0.2.1"),
        (["6.6.6.6", "192.0.2.1", "10.0.0.2"], {"trusted": INSIDE}, "192.0.2.1"),
        (["6.6.6.6", "10.6.6.6", "192.0.2.1", "10.0.0.3", "10.0.0.2"], {"trusted": INSIDE}, "192.0.2.1"),
        (["10.0.0.3", "10.0.0.2"], {"trusted": INSIDE}, "10.0.0.3"),  # a client inside
        (["10.0.0.3", "unknown", "10.0.0.2"], {"trusted": INSIDE}, "unknown"),
        (["10.0.0.3", "_hidden", "10.0.0.2"], {"trusted": INSIDE}, "_hidden"),
        (["6.6.6.6", "192.0.2.1"], {"hops": 1}, "192.0.2.1"),
        (["6.6.6.6", "192.0.2.1", "8.8.8.8"], {"hops": 2}, "192.0.2.1"),
        (["192.0.2.1"], {"hops": 2}, "192.0.2.1"),
        (["6.6.6.6", "unknown", "8.8.8.8"], {"hops": 2}, "unknown"),
        (["192.0.2.1", "unknown"], {"hops": 2}, "192.0.2.1"),
        (["192.0.2.1", "10.0.0.3", "10.0.0.2"], {"trusted": INSIDE, "hops": 2}, "10.0.0.3"),
        (["192.0.2.1", "10.0.0.3", "10.0.0.2"], {"trusted": INSIDE, "hops": 3}, "192.0.2.1"),
        (["192.0.2.1", "8.8.8.8"], {"trusted": INSIDE, "hops": 2}, "8.8.8.8"),
        (["192.0.2.1", "8.8.8.8"], {"trusted": "*", "hops": 2}, "192.0.2.1"),
    ],
)
async def test_the_client_of_a_list(addresses, options, client, told):
    one_line = {"X-Forwarded-For": ", ".join(addresses)}
    a_line_each = [("X-Forwarded-For", address) for address in addresses]
    elements = [("Forwarded", f"for={address}") for address in addresses]
    assert (await told(one_line, **options))["client"] == (client, 0)
    assert (await told(a_line_each, **options))["client"] == (client, 0)
    assert (await told(elements, header="forwarded", **options))["client"] == (client, 0)


async def test_any_peer_is_believed_with_hops_alone(told):
    headers = {"X-Forwarded-For": "192.0.2.1"}
    for peer in (("8.8.8.8", 1), None):
        assert (await told(headers, scope={"client": peer}, hops=1))["client"] == ("192.0.2.1", 0)
    assert (await told(headers, scope={"client": ("8.8.8.8", 1)}, hops=1, trusted=INSIDE))["client"] == ("8.8.8.8", 1)


async def test_an_element_without_a_client_ends_the_chain(told):
    headers = {"Forwarded": "for=192.0.2.1, proto=https, for=10.0.0.2;proto=http"}
    scope = await told(headers, header="forwarded", trusted=INSIDE)
    assert (scope["client"], scope["scheme"]) == (("10.0.0.2", 0), "https")


@pytest.mark.parametrize("broken", ["for=1.2.3.4:80", "for", 'for="', "for=1.2.3.4;for=10.0.0.1", "=", 'x="\\'])
async def test_a_malformed_element_of_a_trusted_proxy_ends_the_chain(broken, told):
    headers = {"Forwarded": f"for=192.0.2.1;proto=https, {broken}, for=10.0.0.2;proto=https"}
    scope = await told(headers, header="forwarded", trusted=INSIDE)
    assert (scope["client"], scope["scheme"]) == (("unknown", 0), "http")


async def test_nothing_before_a_quote_that_is_left_open_is_told_apart(told):
    headers = {"Forwarded": 'for=192.0.2.1, x="a, for=10.0.0.2'}
    assert (await told(headers, header="forwarded", hops=3))["client"] == ("unknown", 0)


CLIENTS_OWN = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=60) | st.text(
    st.sampled_from('for=1.2;,"\\ []:'), max_size=40
)


@settings(max_examples=300)
@given(CLIENTS_OWN, st.sampled_from(["for=192.0.2.1", 'for="192.0.2.1:0";x="\\",\\\\"', "FOR=192.0.2.1;a=b"]))
def test_nothing_that_a_client_sends_hides_what_a_proxy_appends(before, written):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["client"])

    for header, appended in (("forwarded", written), ("x-forwarded-for", "192.0.2.1")):
        middleware = ProxyHeadersMiddleware(app, header=header.removesuffix("-for"), hops=1)
        name = header.encode()
        for headers in (
            [(name, f"{before}, {appended}".encode("latin-1"))],
            [(name, before.encode("latin-1")), (name, appended.encode())],
        ):
            scope = {"type": "http", "scheme": "http", "client": ("10.0.0.1", 1), "headers": headers}
            with pytest.raises(StopIteration):  # it never waits
                middleware(scope, None, None).send(None)
    assert seen == [("192.0.2.1", 0)] * 4


PIECES = [b"10.0.0.1,", b",", b"x", b"::1,", b" ", b"for=10.0.0.1,", b'"', b"/a", b"%41", b"/"]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("header", ["x-forwarded", "forwarded"])
def test_time_is_linear(assert_linear, header, piece):
    async def app(scope, receive, send):
        pass

    fields = ("for", "proto", "host", "port", "prefix") if header == "x-forwarded" else ("for", "proto", "host")
    middleware = ProxyHeadersMiddleware(app, trusted=INSIDE, header=header, fields=fields)
    names = [b"forwarded", *(f"x-forwarded-{field}".encode() for field in fields)]

    def run(value):
        headers = [(name, value) for name in names]
        scope = {"type": "http", "scheme": "http", "path": "/", "client": ("10.0.0.1", 1), "headers": headers}
        with pytest.raises(StopIteration):
            middleware(scope, None, None).send(None)

    assert_linear(run, lambda n: piece * n, 100)
    assert_linear(run, lambda n: b"/" + piece * n, 100)
