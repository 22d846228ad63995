"""The notes that tell of templates which tracebacks cannot show."""

from __future__ import annotations

import traceback
import zipfile

import jinja2
import pytest

from asgi_templates import TemplateResponse
from asgi_templates._jinja2.error_notes import note_template

TEMPLATES = {
    "base.html": "<main>\n{% block main %}{% endblock %}\n</main>",
    "page.html": '{% extends "base.html" %}\n\n{% block main %}\n{% include "part.html" %}\n{% endblock %}',
    "part.html": '{% from "macros.html" import ratio %}\n{{ ratio(0) }}',
    "macros.html": "{% macro ratio(number) %}\n1\n2\n{{ 1 / number }}\n5\n6\n7\n8\n{% endmacro %}",
    "undefined.html": "{{ user.name.first }}",
    "filter.html": "{% for n in numbers %}\n{{ n | round }}\n{% endfor %}",
    "syntax.html": "first\n{% if %}\nlast",
    "includes-syntax.html": "\n{% include 'syntax.html' %}",
    "missing.html": "{% include 'nowhere.html' %}",
    "self.html": "{% include 'self.html' %}",
}


def environment(loader=None, **options):
    return jinja2.Environment(loader=jinja2.DictLoader(TEMPLATES) if loader is None else loader, **options)


def notes_of(error, name=None, context=None, env=None):
    """The notes of the error that rendering this template ends with."""
    env = environment() if env is None else env
    with pytest.raises(error) as caught:
        env.get_template(name).render(context or {})
    note_template(caught.value)
    return getattr(caught.value, "__notes__", [])


def test_every_template_on_the_way_is_named_and_the_failing_one_is_shown():
    (note,) = notes_of(ZeroDivisionError, "page.html")
    assert note.splitlines() == [
        "In the template 'macros.html', line 4:",
        "    1 | {% macro ratio(number) %}",
        "    2 | 1",
        "    3 | 2",
        "  > 4 | {{ 1 / number }}",
        "    5 | 5",
        "    6 | 6",
        "    7 | 7",
        "from the template 'part.html', line 2",
        "from the template 'page.html', line 4",
        "from the template 'base.html', line 2",
        "from the template 'page.html', line 1",
    ]


async def test_of_an_async_environment():
    env = environment(enable_async=True)
    with pytest.raises(ZeroDivisionError) as caught:
        await env.get_template("page.html").render_async()
    note_template(caught.value)
    assert caught.value.__notes__ == notes_of(ZeroDivisionError, "page.html")


@pytest.mark.parametrize(
    ("error", "name", "line"),
    [
        (jinja2.UndefinedError, "undefined.html", "  > 1 | {{ user.name.first }}"),
        (TypeError, "filter.html", "  > 2 | {{ n | round }}"),
        (jinja2.TemplateNotFound, "missing.html", "  > 1 | {% include 'nowhere.html' %}"),
    ],
)
def test_of_errors_in_expressions_filters_and_includes(error, name, line):
    (note,) = notes_of(error, name, {"numbers": [1, "two"]})
    assert note.startswith(f"In the template {name!r}, line ")
    assert line in note.splitlines()


def test_of_a_traceback_that_jinja_has_not_rewritten():
    template = environment().get_template("page.html")
    with pytest.raises(ZeroDivisionError) as caught:
        list(template.blocks["main"](template.new_context()))
    note_template(caught.value)
    assert caught.value.__notes__[0].startswith("In the template 'macros.html', line 4:\n")
    assert caught.value.__notes__[0].endswith(
        "from the template 'part.html', line 2\nfrom the template 'page.html', line 4"
    )


def test_of_a_template_that_is_rendered_by_another():
    env = environment()
    outer = env.from_string("\n{{ page() }}")
    with pytest.raises(ZeroDivisionError) as caught:
        outer.render(page=env.get_template("part.html").render)
    note_template(caught.value)
    assert caught.value.__notes__[0].endswith(
        "from the template 'part.html', line 2\nfrom a template made from a string, line 2"
    )


class TestSyntaxErrors:
    def test_show_the_source_that_was_read(self):
        assert notes_of(jinja2.TemplateSyntaxError, "syntax.html") == [
            "In the template 'syntax.html', line 2:\n    1 | first\n  > 2 | {% if %}\n    3 | last"
        ]

    def test_name_what_includes_it(self):
        (note,) = notes_of(jinja2.TemplateSyntaxError, "includes-syntax.html")
        assert note.startswith("In the template 'syntax.html', line 2:\n")
        assert note.endswith("\nfrom the template 'includes-syntax.html', line 2")

    def test_of_a_string(self):
        with pytest.raises(jinja2.TemplateSyntaxError) as caught:
            jinja2.Template("{{ 1 +")
        note_template(caught.value)
        assert caught.value.__notes__ == ["In a template made from a string, line 1:\n  > 1 | {{ 1 +"]

    def test_without_a_source(self):
        error = jinja2.TemplateSyntaxError("made by hand", 3, "name.html")
        note_template(error)
        assert error.__notes__ == ["In the template 'name.html', line 3"]


class TestFiles:
    def test_are_shown_by_the_traceback(self, tmp_path):
        for name, source in TEMPLATES.items():
            (tmp_path / name).write_text(source)
        env = environment(jinja2.FileSystemLoader(tmp_path))
        assert notes_of(ZeroDivisionError, "page.html", env=env) == []
        assert notes_of(jinja2.TemplateSyntaxError, "syntax.html", env=env) == []
        assert notes_of(jinja2.TemplateNotFound, "missing.html", env=env) == []
        with pytest.raises(ZeroDivisionError) as caught:
            env.get_template("page.html").render()
        assert "{{ 1 / number }}" in "".join(traceback.format_exception(caught.value))

    def test_of_a_template_that_is_none_are_named(self, tmp_path):
        (tmp_path / "part.html").write_text("{{ 1 / 0 }}")
        loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(tmp_path), jinja2.DictLoader(TEMPLATES)])
        (note,) = notes_of(ZeroDivisionError, "page.html", env=environment(loader))
        assert note.startswith(
            "In the template 'part.html', line 1:\n  > 1 | {{ 1 / 0 }}\nfrom the template 'page.html'"
        )

    def test_in_a_zip_archive_are_none(self, tmp_path, monkeypatch):
        with zipfile.ZipFile(tmp_path / "site.zip", "w") as archive:
            archive.writestr("zipped_site/__init__.py", "")
            archive.writestr("zipped_site/templates/page.html", "\n{{ 1 / 0 }}")
        monkeypatch.syspath_prepend(tmp_path / "site.zip")
        env = environment(jinja2.PackageLoader("zipped_site"))
        assert notes_of(ZeroDivisionError, "page.html", env=env) == [
            "In the template 'page.html', line 2:\n    1 |\n  > 2 | {{ 1 / 0 }}"
        ]


class TestSources:
    def test_of_strings_are_not_kept(self):
        with pytest.raises(ZeroDivisionError) as caught:
            jinja2.Template("\n{{ 1 / 0 }}").render()
        note_template(caught.value)
        assert caught.value.__notes__ == ["In a template made from a string, line 2"]

    def test_that_have_changed_are_not_shown(self):
        sources = {"page.html": "{{ 1 / number }}"}
        template = environment(jinja2.DictLoader(sources)).get_template("page.html")
        sources["page.html"] = "something else"
        with pytest.raises(ZeroDivisionError) as caught:
            template.render(number=0)
        note_template(caught.value)
        assert caught.value.__notes__ == ["In the template 'page.html', line 1"]

    @pytest.mark.parametrize("error", [jinja2.TemplateNotFound("page.html"), OSError("the database is down")])
    def test_that_cannot_be_loaded_again_are_not_shown(self, error):
        loads = []

        def load(name):
            loads.append(name)
            if len(loads) > 1:
                raise error
            return "{{ 1 / 0 }}", None, None

        env = environment(jinja2.FunctionLoader(load))
        assert notes_of(ZeroDivisionError, "page.html", env=env) == ["In the template 'page.html', line 1"]
        assert len(loads) == 2

    def test_that_have_fewer_lines_are_not_shown(self):
        sources = iter(["\n\n{{ 1 / 0 }}", "shorter"])
        env = environment(jinja2.FunctionLoader(lambda name: (next(sources), None, None)))
        assert notes_of(ZeroDivisionError, "page.html", env=env) == ["In the template 'page.html', line 3"]

    def test_of_a_template_without_a_loader(self):
        env = jinja2.Environment()
        with pytest.raises(ZeroDivisionError) as caught:
            jinja2.Template.from_code(env, env.compile("{{ 1 / 0 }}", "page.html"), {}).render()
        note_template(caught.value)
        assert caught.value.__notes__ == ["In the template 'page.html', line 1"]


class TestBounds:
    def test_long_lines_are_cut(self):
        env = environment(jinja2.DictLoader({"page.html": "x" * 200 + "\n{{ 1 / 0 }}" + "y" * 1000}))
        _, second, third = notes_of(ZeroDivisionError, "page.html", env=env)[0].splitlines()
        assert second == "    1 | " + "x" * 200
        assert third == ("  > 2 | {{ 1 / 0 }}" + "y" * 1000)[:208] + "…"

    def test_lines_are_those_that_jinja_counts(self):
        source = "a\u2028b\x0c\r\nc\rd\n{{ 1 / 0 }}"
        env = environment(jinja2.DictLoader({"page.html": source}))
        lines = notes_of(ZeroDivisionError, "page.html", env=env)[0].split("\n")
        assert lines[-1] == "  > 4 | {{ 1 / 0 }}"
        assert lines[-2] == "    3 | d"

    def test_empty_lines_behind_it_are_left_out(self):
        env = environment(jinja2.DictLoader({"page.html": "\n\n{{ 1 / 0 }}\n\n"}))
        (note,) = notes_of(ZeroDivisionError, "page.html", env=env)
        assert note.splitlines()[1:] == ["    1 |", "    2 |", "  > 3 | {{ 1 / 0 }}"]

    def test_numbers_are_of_one_width(self):
        env = environment(jinja2.DictLoader({"page.html": "\n" * 8 + "{{ 1 / 0 }}\n10\n11\n12\n13"}))
        (note,) = notes_of(ZeroDivisionError, "page.html", env=env)
        assert note.splitlines()[1:] == [
            "     6 |",
            "     7 |",
            "     8 |",
            "  >  9 | {{ 1 / 0 }}",
            "    10 | 10",
            "    11 | 11",
            "    12 | 12",
        ]

    def test_many_templates_are_counted(self):
        (note,) = notes_of(RecursionError, "self.html")
        lines = note.splitlines()
        assert len(lines) == 12
        assert lines[:2] == ["In the template 'self.html', line 1:", "  > 1 | {% include 'self.html' %}"]
        assert lines[-1].startswith("from ")
        assert lines[-1].endswith(" more")


class TestHarmless:
    def test_a_note_is_added_once(self):
        with pytest.raises(ZeroDivisionError) as caught:
            environment().get_template("page.html").render()
        for _ in range(3):
            note_template(caught.value)
        assert len(caught.value.__notes__) == 1

    def test_other_notes_stay(self):
        error = jinja2.TemplateSyntaxError("made by hand", 3, "name.html")
        error.add_note("another")
        note_template(error)
        assert error.__notes__ == ["another", "In the template 'name.html', line 3"]

    @pytest.mark.parametrize("error", [ValueError("never raised"), jinja2.TemplateNotFound("name.html")])
    def test_what_has_nothing_to_do_with_templates_has_no_note(self, error):
        note_template(error)
        assert not hasattr(error, "__notes__")

    def test_it_never_fails(self):
        class HostileError(Exception):
            __notes__ = property(lambda self: 1 / 0)

        class Env(jinja2.Environment):
            def __getattribute__(self, name):
                if broken and name == "loader":
                    raise LookupError
                return super().__getattribute__(name)

        broken = []
        template = Env(loader=jinja2.DictLoader({"page.html": "{{ fail() }}"})).get_template("page.html")

        def fail():
            broken.append(True)
            raise HostileError

        with pytest.raises(HostileError) as caught:
            template.render(fail=fail)
        note_template(caught.value)
        broken.clear()
        note_template(caught.value)

    def test_a_frame_that_only_looks_like_one_of_jinja(self):
        namespace = {"__jinja_exception__": None}
        exec("def function():\n    raise ValueError", namespace)
        with pytest.raises(ValueError) as caught:
            namespace["function"]()
        note_template(caught.value)
        assert not hasattr(caught.value, "__notes__")

    def test_a_frame_without_a_caller(self):
        import _thread
        import threading

        errors = []
        done = threading.Event()
        namespace = {"__jinja_exception__": None, "errors": errors, "done": done}
        source = "def function():\n    try:\n        raise ValueError\n    except ValueError as error:\n"
        exec(source + "        errors.append(error)\n        done.set()", namespace)
        _thread.start_new_thread(namespace["function"], ())
        assert done.wait(20)
        note_template(errors[0])
        assert not hasattr(errors[0], "__notes__")


def test_responses_add_it():
    with pytest.raises(ZeroDivisionError) as caught:
        TemplateResponse(environment().get_template("page.html"), {})
    assert caught.value.__notes__[0].startswith("In the template 'macros.html', line 4:\n")
