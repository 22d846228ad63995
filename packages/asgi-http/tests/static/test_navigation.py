import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http._static.navigation import is_navigation, may_be_page
from asgi_types import Headers

CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    "path",
    [
        *["", "users", "users/42", "users/zoe@example.org", "docs/v1.2", "docs/v1.2/intro", "file.", "about.html"],
        *["assets.js/42", "john.doe", "zoe@example.com.py", "js", "a/.well-known"],
    ],
)
def test_paths_of_pages(path):
    assert may_be_page(path)


@pytest.mark.parametrize(
    "path", ["app.js", "assets/app.3f2a1b9c.js", "app.JS", "favicon.ico", "a/b.c/logo.png", "app.js.map", ".map"]
)
def test_paths_of_assets(path):
    assert not may_be_page(path)


@pytest.mark.parametrize(
    "accept",
    [
        *[CHROMIUM, "text/html", "TEXT/HTML", "text/html;q=0.1", "*/*, text/html", "text/html;level=1;q=0.5"],
        *[" text/html ; q=1 ", "text/html;charset=utf-8", "text/html;q=0, text/html"],
    ],
)
def test_who_names_html_opens_a_page(accept):
    assert is_navigation(Headers({"accept": accept}))


@pytest.mark.parametrize(
    "accept",
    [
        *["", "*/*", "text/*", "application/json", "text/html;q=0", "text/html; Q=0.000", "text/html;q=2"],
        *["text/htmlx", "text/css,*/*;q=0.1", "application/xhtml+xml", "x-text/html", "text/html;q=1;q=0"],
    ],
)
def test_who_does_not_name_html_opens_none(accept):
    assert not is_navigation(Headers({"accept": accept}))


def test_without_accept_it_is_no_page():
    assert not is_navigation(Headers())


def test_accept_may_come_in_several_fields():
    assert is_navigation(Headers(raw=[(b"accept", b"image/png"), (b"accept", b"text/html")]))


@pytest.mark.parametrize(("mode", "is_page"), [("navigate", True), ("cors", False), ("no-cors", False), ("", False)])
def test_the_browser_says_itself_what_it_does(mode, is_page):
    assert is_navigation(Headers({"accept": CHROMIUM, "sec-fetch-mode": mode})) is is_page


def test_what_the_browser_says_is_not_enough():
    assert not is_navigation(Headers({"accept": "*/*", "sec-fetch-mode": "navigate"}))


@given(st.text(st.characters(max_codepoint=255)), st.text())
def test_any_header_and_path_are_read(accept, path):
    assert is_navigation(Headers(raw=[(b"accept", accept.encode("latin-1"))])) in (True, False)
    assert may_be_page(path) in (True, False)


@pytest.mark.parametrize("part", ["text/html;q=0,", ",", ";", " ", "text/html", ";q=0.0"])
def test_time_is_linear(assert_linear, part):
    assert_linear(is_navigation, lambda n: Headers(raw=[(b"accept", part.encode() * n)]), 10_000)
