"""What static files say about being kept, and what subclasses and pages of errors change about it."""

import os
import re

import pytest

from asgi_http import StaticFiles

FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "404.html", "logo.svg", "assets/app.3f2a1b9c.js", "assets/app.3f2a1b9c.js.gz"):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (1_000_000_000, 1_000_000_000))
    return tmp_path


def cache_control(ask, directory, path, **options):
    return ask(StaticFiles(directory=directory, html=True, **options), path).headers.get("cache-control")


@pytest.mark.parametrize("path", ["/", "/logo.svg", "/assets/app.3f2a1b9c.js"])
def test_nothing_is_said_unless_asked_for(ask, directory, path):
    assert cache_control(ask, directory, path) is None


@pytest.mark.parametrize("path", ["/", "/logo.svg", "/assets/app.3f2a1b9c.js"])
def test_one_value_for_all(ask, directory, path):
    assert cache_control(ask, directory, path, cache_control="max-age=60") == "max-age=60"


def test_a_function_gets_the_path_of_the_file(ask, directory):
    seen = []

    def policy(path):
        seen.append(path)
        return "max-age=60" if path.endswith(".svg") else None

    options = {"cache_control": policy, "precompressed": ["gzip"]}
    assert cache_control(ask, directory, "/logo.svg", **options) == "max-age=60"
    assert cache_control(ask, directory, "/", **options) is None
    app = StaticFiles(directory=directory, **options)
    ask(app, "/static/assets/app.3f2a1b9c.js", root_path="/static", headers={"accept-encoding": "gzip"})
    assert seen == ["logo.svg", "index.html", "assets/app.3f2a1b9c.js"]


@pytest.mark.parametrize("rule", [True, "^assets/", re.compile(r"\.js$"), lambda path: "assets" in path])
def test_files_that_never_change(ask, directory, rule):
    assert cache_control(ask, directory, "/assets/app.3f2a1b9c.js", immutable=rule) == FOREVER
    assert cache_control(ask, directory, "/logo.svg", immutable=rule) == "no-cache"
    assert cache_control(ask, directory, "/", immutable=rule) == "no-cache"


def test_files_that_never_change_and_a_value_for_the_others(ask, directory):
    options = {"immutable": True, "cache_control": "max-age=60"}
    assert cache_control(ask, directory, "/assets/app.3f2a1b9c.js", **options) == FOREVER
    assert cache_control(ask, directory, "/", **options) == "max-age=60"


def test_pages_always_may_change(ask, directory):
    assert cache_control(ask, directory, "/", immutable=lambda path: True) == "no-cache"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "no-cache"),
        ({"cache_control": "max-age=60"}, "no-cache"),
        ({"immutable": lambda path: True}, "no-cache"),
        ({"cache_control": "no-store"}, "no-store"),
        ({"cache_control": lambda path: "max-age=5, no-store"}, "max-age=5, no-store"),
        ({"cache_control": "private, max-age=60"}, "private, no-cache"),
    ],
)
def test_a_miss_is_asked_for_again(ask, directory, options, expected):
    assert cache_control(ask, directory, "/missing", **options) == expected


def test_an_answer_without_the_file_says_the_same(ask, directory):
    app = StaticFiles(directory=directory, immutable=True)
    etag = ask(app, "/assets/app.3f2a1b9c.js").headers["etag"]
    for headers, status in [({"if-none-match": etag}, 304), ({"range": "bytes=0-0"}, 206)]:
        answer = ask(app, "/assets/app.3f2a1b9c.js", headers=headers)
        assert (answer.status, answer.headers["cache-control"]) == (status, FOREVER)
    assert ask(app, "/assets/app.3f2a1b9c.js", "HEAD").headers["cache-control"] == FOREVER


def test_what_a_subclass_says_comes_first(ask, directory):
    class NoStore(StaticFiles):
        def file_response(self, *args, **options):
            response = super().file_response(*args, **options)
            response.headers["cache-control"] = "no-store"
            return response

    for options in ({}, {"cache_control": "max-age=60", "immutable": True}):
        answer = ask(NoStore(directory=directory, **options), "/assets/app.3f2a1b9c.js")
        assert answer.headers.getlist("cache-control") == ["no-store"]


def test_a_value_that_is_no_header_is_refused_at_once(directory):
    with pytest.raises(ValueError, match="Invalid header value"):
        StaticFiles(directory=directory, cache_control="a\r\nb: c")
