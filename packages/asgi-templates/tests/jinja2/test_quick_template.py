"""Templates are as Jinja2 makes them, but for the time."""

from __future__ import annotations

import jinja2
import pytest
from jinja2.nativetypes import NativeEnvironment, NativeTemplate

from asgi_templates import Jinja2Templates
from asgi_templates._jinja2.quick_template import QuickTemplate

PAGES = {
    "page.html": "{{ a }}{{ b }}{{ range(2)|list }}{% include 'part.html' %}{% import 'm.html' as m %}{{ m.f() }}"
    "{% import 'm.html' as n with context %}{{ n.f() }}{% for x in [1] %}{% include 'part.html' %}{% endfor %}",
    "part.html": "<{{ a }}{{ x }}>",
    "m.html": "{% macro f() %}[{{ a }}{{ b }}]{% endmacro %}",
}


def environments():
    """The same environment twice, and Jinja2Templates has been there the second time."""
    plain, ours = (jinja2.Environment(loader=jinja2.DictLoader(PAGES), autoescape=True) for _ in range(2))
    Jinja2Templates(env=ours)
    return plain, ours


@pytest.mark.parametrize("of_the_environment", [{}, {"a": "env"}, {"a": "env", "b": "env"}])
@pytest.mark.parametrize("of_the_template", [None, {"a": "template"}])
@pytest.mark.parametrize("given", [{}, {"a": "given"}, {"a": "given", "range": lambda n: [n]}])
def test_names_are_found_where_jinja2_finds_them(of_the_environment, of_the_template, given):
    texts = []
    for env in environments():
        template = env.get_template("page.html", globals=of_the_template)
        env.globals.update(of_the_environment)  # behind the template, as Jinja2 allows
        texts.append([template.render(given), "".join(template.generate(given)), str(template.make_module(given))])
    assert texts[0] == texts[1]


def test_contexts_are_the_same():
    contexts = []
    for env in environments():
        template = env.get_template("m.html", globals={"b": 1})
        for arguments in [(), ({"a": 1},), ({"a": 1}, True), ({"a": 1}, False, {"x": 2}), (None, False, {"x": 2})]:
            context = template.new_context(*arguments)
            found = {name: value for name, value in context.get_all().items() if type(value) in (int, str)}
            contexts.append((found, context.name, sorted(context.globals_keys), sorted(context.blocks)))
    plain, ours = contexts[: len(contexts) // 2], contexts[len(contexts) // 2 :]
    added = {"url_for", "csp_nonce", "csrf_token", "csrf_input"}
    assert plain == [(*one[:2], [name for name in one[2] if name not in added], one[3]) for one in ours]


def test_what_is_given_is_not_changed():
    given = {"a": 1}
    _, ours = environments()
    before = dict(ours.globals)
    ours.get_template("page.html").render(given)
    assert (given, ours.globals) == ({"a": 1}, before)


def test_globals_of_another_kind():
    _, ours = environments()
    template = ours.get_template("m.html")
    template.globals = {"a": "other"}
    assert template.make_module().f() == "[other]"


def test_which_class_it_is(tmp_path):
    for templates in (Jinja2Templates(tmp_path), Jinja2Templates(env=jinja2.Environment())):
        template = templates.env.from_string("")
        assert type(template) is QuickTemplate
        assert isinstance(template, jinja2.Template)


def test_an_environments_own_class_is_kept():
    env = NativeEnvironment()
    Jinja2Templates(env=env)
    assert type(env.from_string("")) is NativeTemplate


def test_render_may_be_replaced_at_run_time(monkeypatch):
    """So does instrumentation."""
    monkeypatch.setattr(jinja2.Template, "render", lambda self, context: "replaced")
    _, ours = environments()
    assert ours.get_template("page.html").render({}) == "replaced"
