"""The page of an application of one page, which answers the addresses that only its own router knows."""

import pytest

from asgi_http import HTTPException, StaticFiles
from asgi_types import GUARD

CHROMIUM = {
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "sec-fetch-mode": "navigate",
}
VARY = "Accept, Sec-Fetch-Mode"


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "assets/app.js"):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.fixture
def app(directory):
    return StaticFiles(directory=directory, html=True, fallback="index.html")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path", ["/users/42", "/users/", "/users/zoe@example.org", "/docs/v1.2", "/about.html", "/assets", "/assets/"]
)
def test_a_page_that_is_no_file_is_the_fallback(ask, app, path, method):
    answer = ask(app, path, method, headers=CHROMIUM)
    assert (answer.status, answer.text) == (200, "index.html" if method == "GET" else "")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("no-cache", VARY)


@pytest.mark.parametrize("path", ["/missing.js", "/assets/missing.3f2a1b9c.css", "/favicon.ico", "/app.js.map"])
def test_an_asset_stays_missing(ask, app, path):
    answer = ask(app, path, headers=CHROMIUM)
    assert (answer.status, answer.text) == (404, "Not Found")
    assert "vary" not in answer.headers


@pytest.mark.parametrize(
    "headers", [{}, {"accept": "*/*"}, {"accept": "application/json"}, {**CHROMIUM, "sec-fetch-mode": "cors"}]
)
def test_who_opens_no_page_is_told_that_it_is_missing(ask, app, headers):
    answer = ask(app, "/users/42", headers=headers)
    assert (answer.status, answer.text) == (404, "Not Found")
    assert answer.headers["vary"] == VARY


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_are_not_allowed(ask, app, method):
    assert ask(app, "/users/42", method, headers=CHROMIUM).status == 405


@pytest.mark.parametrize("path", ["/../etc/passwd", "//evil.org", "/users/../42", "/./", "//", "/index.html/"])
def test_a_path_that_leads_nowhere_is_a_page_like_others(ask, app, path):
    answer = ask(app, path, headers=CHROMIUM)
    assert (answer.status, answer.text, answer.headers["cache-control"]) == (200, "index.html", "no-cache")
    assert ask(app, path).status == 404


@pytest.mark.parametrize("path", ["/assets/app.js/", "/../app.js", "/assets//app.js"])
def test_one_that_would_be_a_script_is_none(ask, app, path):
    assert ask(app, path, headers=CHROMIUM).status == 404


def test_files_come_first(ask, app):
    assert ask(app, "/assets/app.js", headers=CHROMIUM).text == "assets/app.js"
    answer = ask(app, "/", headers=CHROMIUM)
    assert answer.text == "index.html"
    assert not {"vary", "cache-control"}.intersection(answer.headers)


def test_it_needs_no_other_pages(ask, directory):
    app = StaticFiles(directory=directory, fallback="index.html")
    assert ask(app, "/", headers=CHROMIUM).text == "index.html"
    assert ask(app, "/").status == 404


def test_it_may_be_any_file(ask, directory):
    (directory / "app").mkdir()
    (directory / "app/shell.html").write_text("shell")
    app = StaticFiles(directory=directory, fallback="app/shell.html")
    assert ask(app, "/users/42", headers=CHROMIUM).text == "shell"


def test_below_a_mount(ask, app):
    assert ask(app, "/app/users/42", headers=CHROMIUM, root_path="/app").text == "index.html"


def test_conditional_requests(ask, app):
    etag = ask(app, "/users/42", headers=CHROMIUM).headers["etag"]
    answer = ask(app, "/users/43", headers={**CHROMIUM, "if-none-match": etag})
    assert (answer.status, answer.headers["vary"], answer.headers["cache-control"]) == (304, VARY, "no-cache")


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("public, max-age=31536000", "no-cache"),
        ("private, max-age=60", "private, no-cache"),
        ("private, no-store", "private, no-store"),
    ],
)
def test_it_is_asked_for_again_whatever_was_said(ask, directory, said, sent):
    app = StaticFiles(directory=directory, fallback="index.html", cache_control=said)
    assert ask(app, "/users/42", headers=CHROMIUM).headers["cache-control"] == sent
    assert ask(app, "/index.html", headers=CHROMIUM).headers["cache-control"] == said


def test_a_function_may_leave_it_at_the_default(ask, directory):
    app = StaticFiles(directory=directory, fallback="index.html", cache_control=lambda path: None)
    assert ask(app, "/users/42", headers=CHROMIUM).headers["cache-control"] == "no-cache"


def test_it_may_be_compressed(ask, directory):
    (directory / "index.html.gz").write_bytes(b"compressed")
    app = StaticFiles(directory=directory, fallback="index.html", precompressed=["gzip"])
    answer = ask(app, "/users/42", headers={**CHROMIUM, "accept-encoding": "gzip"})
    assert (answer.body, answer.headers["content-encoding"]) == (b"compressed", "gzip")
    assert answer.headers["vary"] == f"Accept-Encoding, {VARY}"


def test_the_page_of_misses_is_for_the_others(ask, app, directory):
    (directory / "404.html").write_text("gone")
    answer = ask(app, "/users/42")
    assert (answer.status, answer.text, answer.headers["vary"]) == (404, "gone", VARY)
    answer = ask(app, "/missing.js", headers=CHROMIUM)
    assert (answer.status, answer.text) == (404, "gone")
    assert "vary" not in answer.headers


def test_a_miss_is_raised_where_somebody_answers_it(ask, app):
    with pytest.raises(HTTPException) as raised:
        ask(app, "/users/42", **{GUARD: lambda *args: None})
    assert (raised.value.status_code, raised.value.headers) == (404, {"Vary": VARY})


@pytest.mark.parametrize("fallback", ["", ".", "../index.html", "/index.html", "a//b", "a\\b"])
def test_it_must_be_below_the_directory(directory, fallback):
    with pytest.raises(ValueError, match="Invalid fallback"):
        StaticFiles(directory=directory, fallback=fallback)


@pytest.mark.parametrize("fallback", ["missing.html", "assets"])
def test_it_must_be_there_at_the_first_request(ask, directory, fallback):
    app = StaticFiles(directory=directory, fallback=fallback)
    with pytest.raises(RuntimeError, match=rf"^StaticFiles fallback '{fallback}' does not exist\.$"):
        ask(app, "/assets/app.js")


def test_later_it_may_go_away(ask, app, directory):
    ask(app, "/")
    (directory / "index.html").unlink()
    assert ask(app, "/users/42", headers=CHROMIUM).status == 404
