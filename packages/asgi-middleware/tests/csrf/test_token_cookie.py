"""The cookie: its name and attributes, over HTTP and HTTPS."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("scheme", "options", "name", "attributes"),
    [
        ("http", {}, "csrf", "HttpOnly; Path=/; SameSite=lax"),
        ("https", {}, "__Host-csrf", "HttpOnly; Path=/; SameSite=lax; Secure"),
        ("https", {"cookie_secure": False}, "csrf", "HttpOnly; Path=/; SameSite=lax"),
        ("http", {"cookie_secure": True}, "__Host-csrf", "HttpOnly; Path=/; SameSite=lax; Secure"),
        ("http", {"cookie_name": "t"}, "t", "HttpOnly; Path=/; SameSite=lax"),
        ("https", {"cookie_name": "t"}, "t", "HttpOnly; Path=/; SameSite=lax; Secure"),
        ("http", {"cookie_name": "__Host-t"}, "__Host-t", "HttpOnly; Path=/; SameSite=lax; Secure"),
        ("http", {"cookie_name": "__Secure-t"}, "__Secure-t", "HttpOnly; Path=/; SameSite=lax; Secure"),
        ("https", {"cookie_samesite": "strict"}, "__Host-csrf", "HttpOnly; Path=/; SameSite=strict; Secure"),
        ("https", {"cookie_samesite": "none"}, "__Host-csrf", "HttpOnly; Path=/; SameSite=none; Secure"),
    ],
)
async def test_name_and_attributes(client, protected, scheme, options, name, attributes):
    browser = client(protected(**options), scheme=scheme)
    page = await browser.get()
    set_cookie = page.headers["set-cookie"]
    assert set_cookie.partition("=")[0] == name
    assert set_cookie.partition("; ")[2] == attributes
    assert (await browser.post()).status == 200


async def test_over_https_no_cookie_of_plain_http_is_read(client, protected):
    """One without the prefix may have been set by another host of the domain, or by who is between."""
    browser = client(protected())
    await browser.get()
    browser.scheme = "https"
    assert (await browser.post()).status == 403


async def test_cookies_may_come_in_several_headers(client, protected):
    browser = client(protected(), headers=[(b"cookie", b"a=b"), (b"cookie", b"c=d; e=f")])
    await browser.get()
    assert (await browser.post()).status == 200


@pytest.mark.parametrize(
    "options", [{"cookie_name": "a b"}, {"cookie_name": "a;b"}, {"cookie_name": "é"}, {"cookie_name": "a\r\n"}], ids=str
)
def test_what_is_no_name_is_refused_at_once(protected, options):
    with pytest.raises(ValueError, match="Invalid cookie name"):
        protected(**options)


def test_other_values_of_samesite_are_refused_at_once(protected):
    with pytest.raises(AssertionError, match="samesite must be"):
        protected(cookie_samesite="some")
