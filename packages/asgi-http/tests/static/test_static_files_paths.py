"""No path, however it is written, leads to a file outside of the directory: the advisories on static files."""

import errno
import os

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import StaticFiles


@pytest.fixture(scope="session")
def directory(tmp_path_factory):
    """``static`` beside ``static_secret`` and ``secret``, with links to each."""
    around = tmp_path_factory.mktemp("around")
    directory = around / "static"
    (directory / "css").mkdir(parents=True)
    (around / "static_secret").mkdir()
    for path in ("secret", "static_secret/file", "index.html", "404.html"):
        (around / path).write_text("secret")
    for path in ("app.js", "css/app.css", "..a", "nul.txt", "a:b", "404.html"):
        (directory / path).write_text(path)
    (directory / "link").symlink_to(around / "secret")
    (directory / "up").symlink_to("..")
    (directory / "beside").symlink_to("../static_secret")
    (directory / "inside").symlink_to("css/app.css")
    return directory


OUTSIDE = [
    "/../secret",
    "/css/../../secret",
    "/../static_secret/file",
    "/..",
    "/../",
    "//../secret",
    "/./../secret",
    "/css/..//../secret",
    "/..\\secret",
    "\\..\\secret",
    "/css\\..\\..\\secret",
    "/%2e%2e/secret",
    "/..%2fsecret",
    "/..\0/secret",
    "/../secret\0.js",
    "/...//secret",
    "/....//secret",
    "/\u2025/secret",
    "/\uff0e\uff0e/secret",
    "/C:/secret",
    "/C:secret",
    "//server/share/secret",
    "/\\\\server\\share\\secret",
    "/\\\\?\\C:\\secret",
    "/secret::$DATA",
    "/~/secret",
    "/file:///secret",
]


@pytest.mark.parametrize("options", [{}, {"html": True}, {"follow_symlink": True}, {"precompressed": ["gzip"]}])
@pytest.mark.parametrize("path", OUTSIDE)
def test_paths_to_the_outside_are_misses(ask, directory, path, options):
    answer = ask(StaticFiles(directory=directory, **options), path, headers={"accept-encoding": "gzip"})
    assert answer.status == 404
    assert b"secret" not in answer.body


def test_absolute_paths_are_misses(ask, directory):
    secret = directory.parent / "secret"
    app = StaticFiles(directory=directory)
    assert app.lookup_path(str(secret)) == ("", None)
    for path in (str(secret), f"/{secret}", f"//{secret}"):
        assert ask(app, path).status == 404


@pytest.mark.parametrize("path", ["/link", "/up/secret", "/beside/file", "/up", "/up/static"])
def test_links_to_the_outside_are_misses(ask, directory, path):
    assert ask(StaticFiles(directory=directory), path).status == 404
    assert ask(StaticFiles(directory=directory, html=True), path).text == "404.html"


@pytest.mark.parametrize("path", ["/link", "/up/secret", "/beside/file"])
def test_links_to_the_outside_may_be_followed(ask, directory, path):
    assert ask(StaticFiles(directory=directory, follow_symlink=True), path).text == "secret"


def test_links_inside_are_followed(ask, directory):
    assert ask(StaticFiles(directory=directory), "/inside").text == "css/app.css"


@pytest.mark.parametrize(
    "path", ["//app.js", "/css//app.css", "/./app.js", "/css/./app.css", "/css/../app.js", "/app.js/.", "/app.js//"]
)
def test_what_was_checked_before_is_what_is_served(ask, directory, path):
    """A second way of writing a path would pass who refuses, say, all that begins with ``/static/private/``."""
    assert ask(StaticFiles(directory=directory), path).status == 404


@pytest.mark.parametrize("path", ["/app.js/", "/css/app.css/", "/inside/"])
def test_a_file_with_a_slash_at_the_end_is_a_miss(ask, directory, path):
    """Its relative links would lead elsewhere, and caches would keep it twice."""
    assert ask(StaticFiles(directory=directory), path).status == 404
    assert ask(StaticFiles(directory=directory), f"/static{path}", root_path="/static").status == 404
    answer = ask(StaticFiles(directory=directory, html=True), path)
    assert (answer.status, answer.text) == (404, "404.html")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/../secret", ".//../secret"),
        ("/css/../app.js", ".//css/../app.js"),
        ("/./app.js", ".//./app.js"),
        ("/css/./", ".//css/."),
        ("/css//app.css", ".//css//app.css"),
        ("//", ".//"),
        ("/..", ".//.."),
        ("/.", ".//."),
    ],
)
def test_a_path_that_may_mean_another_one_leads_nowhere(ask, directory, path, found):
    app = StaticFiles(directory=directory, html=True)
    assert app.get_path({"path": path, "root_path": ""}) == found
    for prefix in ("", "./", "css/", "../static/"):
        assert app.lookup_path(prefix + found) == ("", None)
    answer = ask(app, path)
    assert (answer.status, answer.text) == (404, "404.html")


@pytest.mark.skipif(os.name == "nt", reason="These are special on Windows.")
@pytest.mark.parametrize("path", ["..a", "nul.txt", "a:b"])
def test_names_that_only_look_special_are_served(ask, directory, path):
    assert ask(StaticFiles(directory=directory), f"/{path}").text == path


def test_a_subclass_may_join_paths(directory):
    app = StaticFiles(directory=directory)
    assert app.lookup_path("./css/app.css")[0] == str(directory / "css/app.css")
    assert app.lookup_path("")[0] == app.lookup_path(".")[0] == str(directory)


segments = st.sampled_from(
    [
        *["..", ".", "", "css", "app.js", "secret", "up", "link", "beside", "file", "static", "static_secret"],
        *["\\", "..\\", "C:", "%2e%2e", "\0", "~", "nul", "..a"],
    ]
) | st.text(max_size=5)


@given(path=st.lists(segments, max_size=8).map("/".join), slashes=st.sampled_from(["", "/", "//", "\\"]))
@pytest.mark.parametrize("html", [True, False])
def test_no_path_leads_outside(directory, path, slashes, html):
    app = StaticFiles(directory=directory, html=html, precompressed=["gzip"], fallback="404.html")
    messages = []

    async def send(message):
        messages.append(message)

    headers = [(b"accept", b"text/html"), (b"accept-encoding", b"gzip")]
    anyio.run(app, {"type": "http", "method": "GET", "path": slashes + path, "headers": headers}, None, send)
    assert messages[0]["status"] in (200, 404)
    assert b"secret" not in messages[1]["body"]
    found, _ = app.lookup_path(path)
    assert not found or found == str(directory) or found.startswith(f"{directory}/")


# What may not be read


def test_forbidden_files_look_like_missing_ones(ask, directory, monkeypatch):
    for html in (True, False):
        app = StaticFiles(directory=directory, html=html)
        missing = ask(app, "/missing")
        with monkeypatch.context() as patched:
            patched.setattr(os, "access", lambda path, mode: not str(path).endswith("app.js"))
            forbidden = ask(app, "/app.js")
        assert (forbidden.status, forbidden.body, forbidden.headers) == (404, missing.body, missing.headers)


def test_forbidden_directories_look_like_missing_ones(ask, directory, monkeypatch):
    def lstat(path):
        raise PermissionError(errno.EACCES, "Permission denied", path)

    app = StaticFiles(directory=directory)
    missing = ask(app, "/css/missing")
    monkeypatch.setattr(os, "lstat", lstat)
    forbidden = ask(app, "/css/app.css")
    assert (forbidden.status, forbidden.body, forbidden.headers) == (404, missing.body, missing.headers)


def test_a_failing_disk_is_an_error(ask, directory, monkeypatch):
    def lstat(path):
        raise OSError(errno.EIO, "Input/output error", path)

    monkeypatch.setattr(os, "lstat", lstat)
    with pytest.raises(OSError, match="Input/output error"):
        ask(StaticFiles(directory=directory), "/app.js")
