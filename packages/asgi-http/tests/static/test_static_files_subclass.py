"""Subclasses as they are written against Starlette: each method that they override is really called."""

import os
import threading

import pytest

from asgi_http import HTTPException, PlainTextResponse, StaticFiles
from asgi_types import Headers


@pytest.fixture
def directory(tmp_path):
    for name in ("index.html", "404.html", "app.js", "app.js.gz", "other.js"):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (1_000_000_000, 1_000_000_000))
    return tmp_path


def test_a_fallback_by_hand(ask, directory):
    class SinglePage(StaticFiles):
        async def get_response(self, path, scope):
            try:
                return await super().get_response(path, scope)
            except HTTPException as exc:
                if exc.status_code != 404:
                    raise
                return await super().get_response("index.html", scope)

    app = SinglePage(directory=directory)
    assert ask(app, "/users/42").text == "index.html"
    assert ask(app, "/users/42", "POST").status == 405
    for path in ("/users/42/", "/../users", "//", "/users//42", "/app.js/"):
        assert ask(app, path).text == "index.html"


def test_what_get_response_raises_is_answered(ask, directory):
    class Private(StaticFiles):
        async def get_response(self, path, scope):
            raise HTTPException(401, "Who are you?", {"WWW-Authenticate": "Basic"})

    answer = ask(Private(directory=directory), "/app.js")
    assert (answer.status, answer.text, answer.headers["www-authenticate"]) == (401, "Who are you?", "Basic")


def test_get_response_may_return_any_response(ask, directory):
    class Text(StaticFiles):
        async def get_response(self, path, scope):
            return PlainTextResponse(path)

    assert ask(Text(directory=directory), "/css/app.css").text == "css/app.css"


def test_get_path(ask, directory):
    class Versioned(StaticFiles):
        def get_path(self, scope):
            return super().get_path(scope).removeprefix("v1/")

    assert ask(Versioned(directory=directory), "/v1/app.js").text == "app.js"


def test_get_path_may_refuse(ask, directory):
    class Closed(StaticFiles):
        def get_path(self, scope):
            raise HTTPException(403)

    assert ask(Closed(directory=directory), "/app.js").status == 403


def test_lookup_path_in_a_thread(ask, directory):
    seen = []

    class Mapped(StaticFiles):
        def lookup_path(self, path):
            seen.append((path, threading.current_thread() is threading.main_thread()))
            return super().lookup_path(path.replace("alias", "app"))

    app = Mapped(directory=directory, html=True, precompressed=["gzip"])
    answer = ask(app, "/alias.js", headers={"accept-encoding": "gzip"})
    assert (answer.text, answer.headers["content-encoding"]) == ("app.js.gz", "gzip")
    assert ask(app, "/missing").text == "404.html"
    assert seen == [("alias.js", False), ("missing", False), ("404.html", False)]


@pytest.mark.parametrize("error", [PermissionError(13, "Denied"), FileNotFoundError(2, "Gone"), ValueError("NUL")])
def test_lookup_path_may_raise_what_a_miss_raises(ask, directory, error):
    class Broken(StaticFiles):
        def lookup_path(self, path):
            raise error

    assert ask(Broken(directory=directory), "/app.js").status == 404


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), RuntimeError("A mistake")])
def test_other_errors_of_lookup_path_are_raised(ask, directory, error):
    class Broken(StaticFiles):
        def lookup_path(self, path):
            raise error

    with pytest.raises(type(error)):
        ask(Broken(directory=directory), "/app.js")


def test_file_response(ask, directory):
    calls = []

    class Labelled(StaticFiles):
        def file_response(self, full_path, stat_result, scope, status_code=200):
            calls.append((full_path, stat_result.st_size, scope["path"], status_code))
            response = super().file_response(full_path, stat_result, scope, status_code)
            response.headers["x-frame-options"] = "DENY"
            return response

    app = Labelled(directory=directory, html=True)
    assert ask(app, "/app.js").headers["x-frame-options"] == "DENY"
    assert ask(app, "/missing").headers["x-frame-options"] == "DENY"
    assert calls == [
        (str(directory / "app.js"), 6, "/app.js", 200),
        (str(directory / "404.html"), 8, "/missing", 404),
    ]


def test_file_response_may_return_any_response(ask, directory):
    class Text(StaticFiles):
        def file_response(self, full_path, stat_result, scope, status_code=200):
            return PlainTextResponse("text")

    app = Text(directory=directory, precompressed=["gzip"], cache_control="no-store")
    answer = ask(app, "/app.js", headers={"accept-encoding": "gzip"})
    assert answer.text == "text"
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("no-store", "Accept-Encoding")


def test_check_config(ask, directory):
    class Unchecked(StaticFiles):
        async def check_config(self):
            self.directory = directory
            self.all_directories = [directory]

    assert ask(Unchecked(directory="missing", check_dir=False), "/app.js").text == "app.js"


def test_get_directories(ask, directory):
    class More(StaticFiles):
        def get_directories(self, directory=None, packages=None):
            return [*super().get_directories(directory, packages), *more]

    more = [directory]
    assert ask(More(), "/app.js").text == "app.js"


# Not modified


class Always(StaticFiles):
    def is_not_modified(self, response_headers, request_headers):
        self.seen = (response_headers["etag"], request_headers.get("if-none-match"))
        return self.verdict


@pytest.mark.parametrize(("verdict", "status"), [(True, 304), (False, 200)])
def test_is_not_modified_decides(ask, directory, verdict, status):
    etag = ask(StaticFiles(directory=directory), "/app.js").headers["etag"]
    app = Always(directory=directory)
    app.verdict = verdict
    assert ask(app, "/app.js", headers={"if-none-match": '"mine"'}).status == status
    assert ask(app, "/app.js", headers={"if-none-match": etag}).status == status
    assert app.seen == (etag, etag)


def test_is_not_modified_is_told_of_the_file_that_would_be_sent(ask, directory):
    app = Always(directory=directory, precompressed=["gzip"])
    app.verdict = False
    answer = ask(app, "/app.js", headers={"accept-encoding": "gzip", "if-none-match": '"mine"'})
    assert answer.headers["etag"] == app.seen[0]
    assert answer.headers["etag"].endswith('-gzip"')


def test_is_not_modified_may_be_asked():
    assert StaticFiles().is_not_modified(Headers({"etag": '"1"'}), Headers({"if-none-match": '"1"'}))
    assert not StaticFiles().is_not_modified(Headers({"etag": '"1"'}), Headers({"if-none-match": '"2"'}))


def test_a_subclass_may_have_a_fallback_of_its_own(ask, directory):
    """FastAPI's has."""

    class Frontend(StaticFiles):
        def __init__(self, directory):
            self.fallback = "auto"
            super().__init__(directory=directory)

    app = Frontend(directory)
    assert app.fallback == "auto"
    assert (ask(app, "/app.js").status, ask(app, "/missing").status) == (200, 404)
