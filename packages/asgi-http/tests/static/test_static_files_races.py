"""A file that is replaced, removed or changed after it was found, and before it is sent."""

import os
from functools import partial

import anyio
import pytest

from asgi_http import FileResponse, HTTPException, StaticFiles
from asgi_types import GUARD


@pytest.fixture(autouse=True, params=["at once", "in a thread"])
def way(request, monkeypatch):
    if request.param == "in a thread":
        monkeypatch.setattr(FileResponse, "inline_size", 0)


@pytest.fixture
def directory(tmp_path):
    directory = tmp_path / "static"
    directory.mkdir()
    (tmp_path / "secret").write_text("secret")
    (directory / "app.js").write_text("public")
    return directory


@pytest.fixture(params=[True, False], ids=["own class", "plain class"])
def racing(request, directory):
    """Makes an application where something happens to the directory between look-up and opening, each time."""

    def make(happens, **options):
        class Racing(StaticFiles):
            async def get_response(self, path, scope):
                response = await super().get_response(path, scope)
                self.looked_up = getattr(self, "looked_up", 0) + 1
                await anyio.to_thread.run_sync(happens)
                return response

            def file_response(self, full_path, stat_result, scope, status_code=200):
                if request.param:
                    return super().file_response(full_path, stat_result, scope, status_code)
                return FileResponse(full_path, status_code)

        return Racing(directory=directory, **options)

    return make


def replace(path, text):
    new = path.with_name("new")
    new.write_text(text)
    new.replace(path)


@pytest.mark.parametrize("extensions", [{}, {"http.response.pathsend": {}}])
def test_a_link_to_the_outside_is_not_followed(ask, directory, racing, extensions):
    def link():
        (directory / "app.js").unlink()
        (directory / "app.js").symlink_to(directory.parent / "secret")

    answer = ask(racing(link), "/app.js", extensions=extensions)
    assert (answer.status, answer.text) == (404, "Not Found")


def test_a_file_that_was_replaced_once_is_looked_up_once_more(ask, directory, racing):
    def once():
        if not done:
            done.append(True)
            replace(directory / "app.js", "replaced")

    done = []
    app = racing(once)
    answer = ask(app, "/app.js")
    assert (answer.status, answer.text, answer.headers["content-length"]) == (200, "replaced", "8")
    assert app.looked_up == 2


@pytest.mark.parametrize("extra", [{}, {GUARD: None}])
def test_a_file_that_is_replaced_again_and_again_is_a_miss(ask, directory, racing, extra):
    app = racing(lambda: replace(directory / "app.js", "replaced"))
    if extra:
        with pytest.raises(HTTPException) as raised:
            ask(app, "/app.js", **extra)
        assert raised.value.status_code == 404
    else:
        assert ask(app, "/app.js").status == 404
    assert app.looked_up == 2


def test_such_a_miss_says_what_it_depends_on(ask, directory, racing):
    (directory / "page").write_text("page")
    app = racing(lambda: replace(directory / "page", "replaced"), fallback="app.js")
    assert ask(app, "/page").headers["vary"] == "Accept, Sec-Fetch-Mode"


def test_a_file_that_was_removed_is_a_miss(ask, directory, racing):
    app = racing(partial((directory / "app.js").unlink, missing_ok=True))
    assert ask(app, "/app.js").status == 404


def test_a_file_that_may_not_be_read_any_more_is_a_miss(ask, racing, monkeypatch):
    real = os.open

    def refuse(path, *args):
        if str(path).endswith("app.js"):
            raise PermissionError
        return real(path, *args)

    app = racing(lambda: monkeypatch.setattr(os, "open", refuse))
    assert ask(app, "/app.js").status == 404


def test_a_file_that_was_written_into_is_sent_as_it_is(ask, directory, racing):
    app = racing(lambda: (directory / "app.js").write_text("changed"))
    answer = ask(app, "/app.js")
    assert (answer.status, answer.text, answer.headers["content-length"]) == (200, "changed", "7")
    assert app.looked_up == 1


def test_a_sibling_must_be_the_one_that_was_found_too(ask, directory, racing):
    sibling = directory / "app.js.gz"
    sibling.write_text("compressed")
    app = racing(partial(sibling.unlink, missing_ok=True), precompressed=["gzip"])
    answer = ask(app, "/app.js", headers={"accept-encoding": "gzip"})
    assert (answer.text, answer.headers.get("content-encoding")) == ("public", None)


def test_a_file_that_becomes_shorter_is_an_error_and_no_miss(ask, directory, monkeypatch):
    real = os.fstat

    def late(fd):
        stat_result = real(fd)
        if stat_result.st_size == 6:
            os.truncate(directory / "app.js", 0)
        return stat_result

    app = StaticFiles(directory=directory)
    ask(app, "/missing")
    monkeypatch.setattr(os, "fstat", late)
    with pytest.raises(RuntimeError, match="became shorter"):
        ask(app, "/app.js")


def test_a_file_that_goes_away_in_between_is_a_miss(ask, tmp_path):
    class Racing(StaticFiles):
        def file_response(self, full_path, stat_result, scope, status_code=200):
            response = super().file_response(full_path, stat_result, scope, status_code)
            response.path = f"{full_path}.gone"
            return response

    (tmp_path / "app.js").touch()
    app = Racing(directory=tmp_path)
    assert ask(app, "/app.js").status == 404
    (tmp_path / "app.js.gone").mkdir()
    assert ask(app, "/app.js").status == 404
