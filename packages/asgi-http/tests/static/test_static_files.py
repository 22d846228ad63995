"""The files of a directory: which file answers which path, and what is answered where there is none."""

import os
import sys

import anyio
import pytest

from asgi_http import HTTPException, StaticFiles
from asgi_types import GUARD


@pytest.fixture
def directory(tmp_path):
    directory = tmp_path / "static"
    (directory / "css").mkdir(parents=True)
    (directory / "app.js").write_text("let js")
    (directory / "css/app.css").write_text("css {}")
    (directory / "index.html").write_text("<p>index")
    for path in (directory / "app.js", directory / "css/app.css", directory / "index.html"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    return directory


async def guard(app, scope, receive, send):
    """Stands for an error layer: it is there, and tests see what it would get."""


# A file


def test_a_file(ask, directory):
    answer = ask(StaticFiles(directory=directory), "/css/app.css")
    assert (answer.status, answer.body) == (200, b"css {}")
    headers = dict(answer.headers)
    assert headers.pop("etag").startswith('"')
    assert headers == {
        "content-type": "text/css; charset=utf-8",
        "content-length": "6",
        "accept-ranges": "bytes",
        "last-modified": "Sun, 09 Sep 2001 01:46:40 GMT",
    }


@pytest.mark.parametrize("make", [str, os.fspath, lambda path: path, os.path.relpath])
def test_the_directory_may_be_any_path(ask, directory, make):
    app = StaticFiles(directory=make(directory))
    assert (ask(app, "/app.js")).body == b"let js"


def test_head_sends_the_headers_only(ask, directory):
    app = StaticFiles(directory=directory)
    whole = ask(app, "/app.js")
    answer = ask(app, "/app.js", "HEAD")
    assert (answer.status, answer.body, answer.headers) == (200, b"", whole.headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"])
@pytest.mark.parametrize("path", ["/app.js", "/missing"])
def test_other_methods_are_not_allowed(ask, directory, method, path):
    answer = ask(StaticFiles(directory=directory), path, method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.text == "Method Not Allowed"


def test_conditional_requests(ask, directory):
    app = StaticFiles(directory=directory)
    etag = (ask(app, "/app.js")).headers["etag"]
    for headers in ({"if-none-match": etag}, {"if-modified-since": "Sun, 09 Sep 2001 01:46:40 GMT"}):
        answer = ask(app, "/app.js", headers=headers)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == etag
    assert (ask(app, "/app.js", headers={"if-none-match": '"other"'})).status == 200
    assert (ask(app, "/app.js", headers={"if-match": '"other"'})).status == 412


def test_a_range(ask, directory):
    answer = ask(StaticFiles(directory=directory), "/app.js", headers={"range": "bytes=1-2"})
    assert (answer.status, answer.body, answer.headers["content-range"]) == (206, b"et", "bytes 1-2/6")


def test_a_name_in_another_alphabet(ask, directory):
    (directory / "Zoë ☃.txt").write_text("snow")
    assert (ask(StaticFiles(directory=directory), "/Zoë ☃.txt")).body == b"snow"


# Mounts


@pytest.mark.parametrize(
    ("path", "root_path", "found"),
    [
        ("/", "", "."),
        ("", "", "."),
        ("/app.js", "", "app.js"),
        ("app.js", "", "app.js"),
        ("/css/app.css", "", "css/app.css"),
        ("/css/", "", "css"),
        ("/static/css/app.css", "/static", "css/app.css"),
        ("/static", "/static", "."),
        ("/static/", "/static", "."),
    ],
)
def test_the_path_below_a_mount(path, root_path, found):
    assert StaticFiles().get_path({"path": path, "root_path": root_path}) == found


def test_below_a_mount(ask, directory):
    answer = ask(StaticFiles(directory=directory), "/a/b/app.js", root_path="/a/b")
    assert answer.body == b"let js"


# Misses


@pytest.mark.parametrize(
    "path", ["/missing", "/", "", "/css", "/css/", "/app.js/x", "/" + "a" * 5000, "/\0", "/\ud800"]
)
def test_misses_are_answered(ask, directory, path):
    answer = ask(StaticFiles(directory=directory), path)
    assert (answer.status, answer.text) == (404, "Not Found")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_misses_are_raised_where_somebody_answers_them(ask, directory):
    with pytest.raises(HTTPException) as raised:
        ask(StaticFiles(directory=directory), "/missing", **{GUARD: guard})
    assert (raised.value.status_code, raised.value.headers) == (404, None)


def test_what_is_no_regular_file_is_a_miss(ask, directory):
    os.mkfifo(directory / "pipe")
    assert (ask(StaticFiles(directory=directory), "/pipe")).status == 404


def test_one_step_in_a_thread_finds_the_file(ask, directory, monkeypatch):
    (directory / "404.html").write_text("<p>gone")
    steps = []
    run_sync = anyio.to_thread.run_sync

    async def counted(func, *args, **options):
        steps.append(func.__name__)
        return await run_sync(func, *args, **options)

    app = StaticFiles(directory=directory, html=True, precompressed=["br", "gzip"], fallback="index.html")
    ask(app, "/")
    monkeypatch.setattr(anyio.to_thread, "run_sync", counted)
    headers = {"accept-encoding": "gzip, br", "accept": "text/html"}
    for path, status in [("/app.js", 200), ("/", 200), ("/users/42", 200), ("/missing.js", 404)]:
        steps.clear()
        assert ask(app, path, headers=headers).status == status
        assert steps.count("_find") == 1
        assert sys.platform != "linux" or steps == ["_find"]


async def test_websockets_are_refused(drive):
    app = StaticFiles()
    closed = [{"type": "websocket.close", "code": 1008, "reason": "Not Found"}]
    assert (await drive.websocket(app, "/app.js")).messages == closed
    answer = await drive.websocket(app, "/app.js", extensions={"websocket.http.response": {}})
    assert answer.status == 404
    with pytest.raises(HTTPException):
        await drive.websocket(app, "/app.js", **{GUARD: guard})


async def test_other_scopes_are_refused(drive):
    with pytest.raises(AssertionError, match="Not an HTTP request's scope: 'lifespan'"):
        await drive.events(StaticFiles(), {"type": "lifespan"}, [])


# Directories


def test_a_missing_directory_is_told_at_once(directory):
    with pytest.raises(RuntimeError, match=r"^Directory 'missing' does not exist$"):
        StaticFiles(directory="missing")
    with pytest.raises(RuntimeError, match=r"^Directory '.*app\.js' does not exist$"):
        StaticFiles(directory=directory / "app.js")


def test_a_directory_in_a_file_is_a_missing_one(ask, directory):
    with pytest.raises(RuntimeError, match=r"^StaticFiles directory '.*app\.js/css' does not exist\.$"):
        ask(StaticFiles(directory=directory / "app.js/css", check_dir=False), "/")


def test_a_missing_directory_is_told_at_the_first_request(ask):
    app = StaticFiles(directory="missing", check_dir=False)
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"^StaticFiles directory 'missing' does not exist\.$"):
            ask(app, "/app.js")
        assert not app.config_checked


def test_a_file_is_no_directory(ask, directory):
    app = StaticFiles(directory=directory / "app.js", check_dir=False)
    with pytest.raises(RuntimeError, match=r"^StaticFiles path '.*app\.js' is not a directory\.$"):
        ask(app, "/app.js")


def test_the_directory_is_checked_once(ask, directory):
    app = StaticFiles(directory=directory)
    assert not app.config_checked
    ask(app, "/app.js")
    assert app.config_checked


def test_without_directories_all_is_missing(ask):
    assert (ask(StaticFiles(), "/app.js")).status == 404


def test_what_it_was_made_of(directory):
    app = StaticFiles(directory=directory, packages=[("asgi_http", ".")], html=True, follow_symlink=True)
    assert (app.directory, app.packages) == (directory, [("asgi_http", ".")])
    assert app.all_directories == [directory, os.path.dirname(sys.modules["asgi_http"].__file__)]  # noqa: PTH120
    assert (app.html, app.follow_symlink) == (True, True)


def test_directories_are_looked_at_in_order(ask, directory, tmp_path):
    (tmp_path / "more/css").mkdir(parents=True)
    (tmp_path / "more/app.js").write_text("more")
    (tmp_path / "more/css/more.css").write_text("more")
    app = StaticFiles(directory=directory)
    app.all_directories.append(tmp_path / "more")
    assert (ask(app, "/app.js")).body == b"let js"
    assert (ask(app, "/css/more.css")).body == b"more"


def test_the_files_of_a_package(ask, tmp_path, monkeypatch):
    (tmp_path / "some_package/statics").mkdir(parents=True)
    (tmp_path / "some_package/__init__.py").touch()
    (tmp_path / "some_package/statics/app.js").write_text("package")
    monkeypatch.syspath_prepend(tmp_path)
    assert (ask(StaticFiles(packages=["some_package"]), "/app.js")).body == b"package"


def test_a_missing_package():
    with pytest.raises(AssertionError, match=r"^Package 'no_such_package' could not be found\.$"):
        StaticFiles(packages=["no_such_package"])


# Pages


def test_a_directory_has_its_index(ask, directory):
    (directory / "css/index.html").write_text("<p>css")
    app = StaticFiles(directory=directory, html=True)
    assert (ask(app, "/")).text == "<p>index"
    assert (ask(app, "")).text == "<p>index"
    answer = ask(app, "/css/")
    assert (answer.status, answer.text) == (200, "<p>css")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "more", "location"),
    [
        ("/css", {}, "./css/"),
        ("/css?a=b&c[]=%20d", {}, "./css/?a=b&c[]=%20d"),
        ("/static/css", {"root_path": "/static"}, "./css/"),
        ("/static", {"root_path": "/static"}, "./static/"),
        ("//evil.org/css", {"root_path": "//evil.org"}, "/%2Fevil.org/css/"),
        ("//evil.org", {"root_path": "//evil.org"}, "/%2Fevil.org/"),
        ("/\r\nx: y", {"root_path": "/\r\nx: y"}, "./%0D%0Ax:%20y/"),
        ("/\\evil.org", {"root_path": "/\\evil.org"}, "./%5Cevil.org/"),
    ],
)
def test_a_directory_has_its_slash_and_stays_on_the_host(ask, directory, path, more, location):
    (directory / "css/index.html").write_text("<p>css")
    answer = ask(StaticFiles(directory=directory, html=True), path, **more)
    assert (answer.status, answer.headers["location"], answer.body) == (307, location, b"")


def test_a_path_that_no_url_has_gets_the_index(ask, directory):
    (directory / "css/index.html").write_text("<p>css")
    assert (ask(StaticFiles(directory=directory, html=True), "css")).text == "<p>css"


@pytest.mark.parametrize("path", ["/css/", "/css", "/missing", "/css/missing"])
def test_misses_have_their_page(ask, directory, path):
    app = StaticFiles(directory=directory, html=True)
    assert (ask(app, path)).text == "Not Found"
    (directory / "404.html").write_text("<p>gone")
    answer = ask(app, path)
    assert (answer.status, answer.text) == (404, "<p>gone")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert (ask(app, path, headers={"if-none-match": answer.headers["etag"]})).status == 404


def test_an_index_that_is_no_file_is_none(ask, directory):
    (directory / "css/index.html").mkdir()
    assert (ask(StaticFiles(directory=directory, html=True), "/css/")).status == 404


# As Starlette has it


class RaisingFiles(StaticFiles):
    raises_refusals = True


async def test_a_class_may_raise_what_it_refuses(drive, directory):
    files = RaisingFiles(directory=directory, check_dir=False)
    for method, path, status in (("GET", "/missing", 404), ("POST", "/app.js", 405)):
        with pytest.raises(HTTPException) as caught:
            await drive.request(files, path, method)
        assert caught.value.status_code == status
    assert (await drive.request(files, "/app.js")).text == "let js"


async def test_a_scope_without_headers_has_none(directory):
    files = StaticFiles(directory=directory, check_dir=False)
    with pytest.raises(HTTPException) as caught:
        await files.get_response(files.get_path({"path": "/../secret"}), {"method": "GET"})
    assert caught.value.status_code == 404
