"""What a template needs is loaded with it, so that nothing is read while the event loop renders."""

from __future__ import annotations

import threading

import jinja2
import pytest

from asgi_templates import Jinja2Templates
from asgi_templates._jinja2.references import load_references
from asgi_types import HTTPConnection

REQUEST = HTTPConnection({"type": "http", "path": "/", "headers": [], "query_string": b""})


class Counting(jinja2.DictLoader):
    """Knows what was loaded."""

    def __init__(self, pages):
        super().__init__(pages)
        self.loaded = []
        self.threads = set()

    def load(self, environment, name, globals=None):  # noqa: A002
        template = super().load(environment, name, globals)
        self.loaded.append(name)
        self.threads.add(threading.get_ident())
        return template


PAGES = {
    "base.html": "{% import 'macros.html' as m %}{% block body %}{% endblock %}{% include 'page.html' %}",
    "macros.html": "{% from 'more.html' import x %}",
    "more.html": "{% set x = 1 %}{% if no %}{% include 'macros.html' %}{% endif %}",
    "page.html": "{% extends 'base.html' %}{% block body %}{% if rare %}{% include ['a', 'rare.html'] %}{% endif %}"
    "{% include name ignore missing %}{% include 'missing.html' ignore missing %}"
    "{% include 'bad.html' %}{% endblock %}",
    "rare.html": "rare",
    "bad.html": "{% if",
    "other.html": "",
}


def test_all_that_has_a_name():
    loader = Counting(PAGES)
    env = jinja2.Environment(loader=loader)
    load_references(env.get_template("page.html"))
    assert sorted(loader.loaded) == ["base.html", "macros.html", "more.html", "page.html", "rare.html"]


def test_names_are_relative_where_the_environment_says_so():
    class Relative(jinja2.Environment):
        def join_path(self, template, parent):
            return f"{parent.rpartition('/')[0]}/{template}"

    loader = Counting({"a/page.html": "{% include 'part.html' %}", "a/part.html": ""})
    load_references(Relative(loader=loader).get_template("a/page.html"))
    assert loader.loaded == ["a/page.html", "a/part.html"]


def test_without_a_source_or_a_loader_nothing_is_known():
    class Compiled(Counting):
        has_source_access = False

        def get_source(self, environment, template):
            raise RuntimeError("no source")

    load_references(jinja2.Template("{% include 'page.html' %}"))
    env = jinja2.Environment(loader=Compiled(PAGES))
    load_references(env.from_string("{% include 'page.html' %}"))
    assert env.loader.loaded == []


@pytest.fixture
def directory(tmp_path):
    for name, text in {
        "base.html": "<{% block body %}{% endblock %}>",
        "page.html": "{% extends 'base.html' %}{% block body %}"
        "{% if rare %}{% include 'rare.html' %}{% endif %}{% if name %}{% include name %}{% endif %}{% endblock %}",
        "rare.html": "rare",
    }.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize("enable_async", [False, True])
async def test_nothing_is_read_on_the_event_loop(directory, enable_async):
    """The blocking-call detector of all tests would tell."""
    loader = jinja2.FileSystemLoader(directory)
    env = jinja2.Environment(loader=loader, enable_async=enable_async, auto_reload=False)
    templates = Jinja2Templates(env=env, thread_after=float("inf"))
    assert await templates.render(REQUEST, "page.html", block="body") == ""
    assert await templates.render(REQUEST, "page.html") == "<>"
    assert await templates.render(REQUEST, "page.html", {"rare": True}) == "<rare>"
    assert await templates.render(REQUEST, "page.html", {"rare": True}, block="body") == "rare"


@pytest.mark.parametrize(
    ("options", "is_all_loaded"),
    [
        ({"auto_reload": False}, True),
        ({"auto_reload": False, "enable_async": True}, True),
        ({"auto_reload": True, "enable_async": True}, True),
        ({"auto_reload": True}, False),  # a thread renders, and may load what it needs
    ],
)
async def test_they_are_loaded_once_and_in_a_thread(options, is_all_loaded):
    loader = Counting({name: text for name, text in PAGES.items() if name not in ("bad.html", "page.html")})
    loader.mapping["page.html"] = "{% extends 'base.html' %}{% if rare %}{% include 'rare.html' %}{% endif %}"
    loader.mapping["base.html"] = "{% import 'macros.html' as m %}{% block body %}{% endblock %}"
    templates = Jinja2Templates(env=jinja2.Environment(loader=loader, **options))
    for block in (None, "body", None):
        await templates.render(REQUEST, "page.html", block=block)
    names = ["base.html", "macros.html", "more.html", "page.html"]
    assert sorted(loader.loaded) == names + ["rare.html"] * is_all_loaded
    assert threading.get_ident() not in loader.threads


@pytest.mark.parametrize("options", [{"enable_async": True}, {"auto_reload": False}])
async def test_no_source_is_read_twice_for_a_template_that_stays(options, monkeypatch):
    loader = Counting({name: text for name, text in PAGES.items() if name != "bad.html"})
    templates = Jinja2Templates(env=jinja2.Environment(loader=loader, **options), thread_after=0)
    monkeypatch.setitem(loader.mapping, "page.html", "{% extends 'base.html' %}{% block body %}{% endblock %}")
    monkeypatch.setitem(loader.mapping, "base.html", "{% block body %}{% endblock %}")
    for block in (None, "body"):
        await templates.render(REQUEST, "page.html", block=block)
    monkeypatch.setattr(loader, "get_source", None)
    for block in (None, "body"):
        await templates.render(REQUEST, "page.html", block=block)


async def test_files_that_change_are_looked_at_in_a_thread(directory):
    templates = Jinja2Templates(directory, thread_after=float("inf"))
    for _ in range(2):
        assert await templates.render(REQUEST, "page.html", {"rare": True}) == "<rare>"
        assert await templates.render(REQUEST, "page.html", {"rare": True}, block="body") == "rare"
