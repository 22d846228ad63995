"""Which value of a list counts where several proxies append to it."""

from __future__ import annotations

import pytest

ADDRESSES = {"X-Forwarded-For": "192.0.2.1, 10.0.0.3, 10.0.0.2"}  # three proxies: 10.0.0.3, 10.0.0.2 and our peer
INSIDE = ["127.0.0.1", "10.0.0.0/8"]


@pytest.mark.parametrize(
    ("protos", "scheme"),
    [
        ("https", "https"),  # one for all
        ("https, http, http", "https"),
        ("http, https, https", "http"),
        ("http, https, http, http", "https"),  # the first is the client's own
        ("https, http", "https"),  # the outermost of those that wrote one
        ("ftp, https, https", "old"),  # the outermost is not to be read, and no other stands for it
    ],
)
async def test_the_outermost_believed_proxy_counts(protos, scheme, told):
    headers = {**ADDRESSES, "X-Forwarded-Proto": protos}
    assert (await told(headers, scope={"scheme": "old"}, trusted=INSIDE))["scheme"] == scheme


@pytest.mark.parametrize(
    ("hops", "scheme", "host"), [(1, "http", "c.example"), (2, "https", "b.example:2"), (3, "http", "a.example:3")]
)
async def test_hops_choose_the_same_place_in_each_list(hops, scheme, host, told):
    headers = {
        **ADDRESSES,
        "X-Forwarded-Proto": "http, https, http",
        "X-Forwarded-Host": "a.example, b.example, c.example",
        "X-Forwarded-Port": "3, 2, 80",
    }
    scope = await told(headers, fields=["for", "proto", "host", "port"], hops=hops)
    assert (scope["scheme"], dict(scope["headers"])[b"host"].decode()) == (scheme, host)


async def test_without_addresses_the_last_value_counts(told):
    assert (await told({"X-Forwarded-Proto": "https, http"}))["scheme"] == "http"
    assert (await told({"X-Forwarded-Proto": "http, https"}))["scheme"] == "https"


@pytest.mark.parametrize(("hops", "root_path"), [(1, "/c"), (2, "/b/c"), (3, "/a/b/c")])
async def test_prefixes_add_up(hops, root_path, told):
    headers = [*ADDRESSES.items(), ("X-Forwarded-Prefix", "/evil, /a"), ("X-Forwarded-Prefix", "/b, /c")]
    assert (await told(headers, fields=["prefix"], hops=hops))["root_path"] == root_path


@pytest.mark.parametrize(
    ("hops", "client", "scheme", "host"),
    [(1, "10.0.0.2", "http", "c.example"), (2, "10.0.0.3", "https", "b.example"), (3, "192.0.2.1", "old", None)],
)
async def test_of_forwarded_one_element_counts(hops, client, scheme, host, told):
    elements = [
        "for=6.6.6.6;proto=https;host=evil.example",
        "for=192.0.2.1",
        "for=10.0.0.3;proto=https;host=b.example",
        "for=10.0.0.2;proto=http;host=c.example",
    ]
    headers = {"Forwarded": ", ".join(elements)}
    fields = ["for", "proto", "host"]
    scope = await told(headers, scope={"scheme": "old"}, header="forwarded", fields=fields, hops=hops)
    assert (scope["client"], scope["scheme"]) == ((client, 0), scheme)
    assert dict(scope["headers"]).get(b"host", b"").decode() == (host or "")
