"""Blocks alone are what they are in the whole page, whichever template of a family says what."""

from __future__ import annotations

import gc
import re
import traceback
import weakref

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_templates import BlockNotFound, Jinja2Templates
from asgi_templates._jinja2.block_outline import outline_of
from asgi_types import HTTPConnection

REQUEST = HTTPConnection({"type": "http", "path": "/", "headers": [], "query_string": b""})


def environment(pages, **options):
    return jinja2.Environment(loader=jinja2.DictLoader(pages), **{"autoescape": True, **options})


def templates(pages, **options):
    return Jinja2Templates(env=environment(pages, **options))


def alone(pages, block, name="page.html", /, context=None, **options):
    return templates(pages, **options).TemplateResponse(REQUEST, name, context, block=block).body.decode()


FAMILY = {
    "macros.html": "{% macro field(x) %}<input value='{{ x }}'>{% endmacro %}",
    "base.html": """{# a comment, and a line of text before all else #}
        {% set site = "site" %}<title>{% block title %}base {{ site }}{% endblock %}</title>
        {% block body %}base body {% block inner %}base inner{% endblock %}{% endblock %}
        {% set late = "late" %}<footer>{% block footer %}{{ late }} {{ name }}{% endblock %}</footer>""",
    "middle.html": """{# as above #}
        {% extends "base.html" %}{% set level = "middle" %}
        {% block title %}middle({{ super() }}){% endblock %}{% block inner %}middle inner{% endblock %}""",
    "page.html": """
        {% extends "middle.html" %}
        {% import "macros.html" as macros %}{% from "macros.html" import field with context %}
        {% macro own(x) %}<b>{{ x }}</b>{% endmacro %}{% set level = "page" %}
        {% set text %}<i>{{ name }}</i>{% endset %}
        {% block title %}page({{ super() }}) {{ level }}{% endblock %}
        {% block body %}{{ macros.field(name) }}{{ field(1) }}{{ own(name) }}{{ text }}|{{ super() }}{% endblock %}
        {% block spare %}{{ level }} {{ late }}{% endblock %}""",
}
ALONE = {
    "title": "page(middle(base site)) middle",  # what a parent sets comes later
    "body": "<input value='&lt;Ann&gt;'><input value='1'><b>&lt;Ann&gt;</b><i>&lt;Ann&gt;</i>|base body middle inner",
    "inner": "middle inner",
    "footer": "late &lt;Ann&gt;",
    "spare": "middle late",
}


@pytest.mark.parametrize("name", ALONE)
def test_a_block_of_a_family(name):
    assert alone(FAMILY, name, context={"name": "<Ann>"}) == ALONE[name]
    if name != "spare":  # which the page does not have
        assert ALONE[name] in environment(FAMILY).get_template("page.html").render(name="<Ann>")


@pytest.mark.parametrize("name", ALONE)
async def test_the_same_where_templates_await(name):
    pages = templates(FAMILY, enable_async=True)
    assert await pages.render(REQUEST, "page.html", {"name": "<Ann>"}, block=name) == ALONE[name]


def test_several_blocks_follow_each_other_in_the_order_asked_for():
    assert alone(FAMILY, ["spare", "inner", "spare"]) == "middle latemiddle innermiddle late"
    assert alone(FAMILY, ("inner", "title"), "base.html") == "base innerbase site"


def test_a_block_of_a_parent_is_asked_of_the_page():
    assert alone(FAMILY, "inner", "base.html") == "base inner"
    assert alone(FAMILY, "inner", "middle.html") == "middle inner"


@pytest.mark.parametrize("enable_async", [False, True])
async def test_a_missing_block(enable_async):
    pages = templates(FAMILY, enable_async=enable_async)
    with pytest.raises(BlockNotFound) as caught:
        await pages.render(REQUEST, "page.html", block=["title", "titel"])
    assert str(caught.value) == (
        "The template 'page.html' has no block 'titel'. It has: body, footer, inner, spare, title."
    )
    assert (caught.value.template, caught.value.block) == ("page.html", "titel")


@pytest.mark.parametrize("enable_async", [False, True])
async def test_nothing_else_of_the_page_is_rendered(enable_async):
    seen = []
    page = """{{ see("top") }}{% include "nav.html" %}{% for x in [1] %}{{ see("loop") }}{% endfor %}
        {% if see("condition") %}text{% endif %}
        {% if no %}{% set x = 1 %}{% elif not no %}{{ see("elif") }}{% endif %}
        {% if no %}{% set x = 1 %}{% else %}{{ see("else") }}{% endif %}
        {% block other %}{{ see("other") }}{% endblock %}
        {% call see("call") %}{% endcall %}{% with x = see("with") %}{{ x }}{% endwith %}
        {% filter upper %}{{ see("filter") }}{% endfilter %}{% autoescape false %}{{ see("auto") }}{% endautoescape %}
        {% block wanted %}{{ see("wanted") }}{% endblock %}{% set x = see("behind") %}"""
    pages = {"page.html": page, "nav.html": "{{ see('nav') }}"}
    context = {"see": lambda what, caller=None: seen.append(what) or "text"}
    rendering = templates(pages, enable_async=enable_async).render(REQUEST, "page.html", context, block="wanted")
    assert await rendering == "text"
    assert seen == ["wanted"]


SETS = {
    "condition": "{% if yes %}{% set x = 1 %}{% elif no %}{% else %}{% set x = 2 %}{% endif %}",
    "other branch": "{% if no %}{% set x = 2 %}{% elif yes %}{% set x = 1 %}{% endif %}",
    "else": "{% if no %}text{% else %}{% set x = 1 %}{% endif %}",
    "condition with text": "{% if yes %}text{% set x = 1 %}{{ x }}{% block b %}{% endblock %}{% endif %}",
    "namespace": "{% set x = namespace(n=0) %}{% set x.n = 1 %}{% set x = x.n %}",
    "loop": "{% set n = namespace(x=0) %}{% for i in [1, 2] %}.{% set n.x = i %}{% endfor %}{% set x = n.x-1 %}",
    "empty loop": "{% set n = namespace(x=0) %}{% for i in [] %}{% else %}{% set n.x = 1 %}{% endfor %}{% set x=n.x %}",
    "with": "{% set n = namespace(x=0) %}{% with y = 1 %}{% set n.x = y %}{% endwith %}{% set x = n.x %}",
    "do": "{% set l = [] %}{% for i in [1] %}{% do l.append(i) %}{% endfor %}{% set x = l[0] %}",
    "autoescape": "{% set n = namespace() %}{% autoescape no %}{% set n.x = 1 %}{% endautoescape %}{% set x = n.x %}",
    "loop of a loop": "{% set l = [] %}{% for i in [1] %}{% for j in [i] %}{% do l.append(j) %}{% endfor %}{% endfor %}"
    "{% set x = l[0] %}",
    "local in a loop": "{% set x = 1 %}{% for i in [7] %}{% set x = i %}{% endfor %}",
    "local in a block": "{% set x = 1 %}{% block other %}{% set x = 7 %}{% endblock %}",
    "before": "{% set x = 1 %}{% block other %}{% endblock %}",
    "block": "{% set x = self.other() %}{% block other %}1{% endblock %}",
    "underscore": "{% set _y = 1 %}{% set x = _y %}",
}


@pytest.mark.parametrize("enable_async", [False, True])
@pytest.mark.parametrize("name", SETS)
async def test_what_is_set_around_a_block(name, enable_async):
    pages = {
        "page.html": SETS[name] + "[{% block wanted %}x{{ x }}{% endblock %}]{% set x = 3 %}",
        "child.html": "{% extends 'page.html' %}{% block wanted %}{{ super() }}{% endblock %}",
    }
    for page in pages:
        setting = {"extensions": ["jinja2.ext.do"], "enable_async": enable_async}
        text = await templates(pages, **setting).render(REQUEST, page, {"yes": True, "no": False}, block="wanted")
        assert text == "x1"
        assert "[x1]" in await templates(pages, **setting).render(REQUEST, page, {"yes": True, "no": False})


def test_a_nested_block_sees_what_is_set_where_the_outer_one_stands():
    pages = {
        "page.html": "{% set x = 1 %}{% block outer %}{% set x = 9 %}{% block wanted %}{{ x }}{% endblock %}"
        "{% endblock %}{% set x = 2 %}{% block other %}{% endblock %}",
        "child.html": "{% extends 'page.html' %}{% block other %}{% block new %}{{ x }}{% endblock %}{% endblock %}"
        "{% block wanted %}{% block deep %}{{ x }}{% endblock %}{% endblock %}",
    }
    assert alone(pages, "wanted") == "1"
    assert alone(pages, ["new", "wanted", "deep"], "child.html") == "211"


def test_a_block_that_the_page_has_twice_is_what_it_is_the_first_time():
    pages = {
        "page.html": "{% set x = 1 %}{% block outer %}{% endblock %}{% set x = 2 %}"
        "{% block wanted %}{{ x }}{% endblock %}{% block last %}3{% endblock %}",
        "child.html": "{% extends 'page.html' %}{% block outer %}{% block wanted %}{{ x }}{% endblock %}{% endblock %}",
    }
    assert environment(pages).get_template("child.html").render() == "123"
    assert alone(pages, ["wanted", "last"], "child.html") == "13"


def test_a_scoped_block_takes_from_the_context_what_is_around_it_in_the_page():
    """Such a block has no one place in the page: what it needs of the loop must be given, as for a single row."""
    page = "{% for row in rows %}<{% block row scoped %}{{ row }},{{ loop.index }}{% endblock %}>{% endfor %}"
    assert alone({"page.html": page}, "row", context={"row": "third", "loop": {"index": 3}}) == "third,3"
    with pytest.raises(jinja2.UndefinedError, match="'loop' is undefined"):
        alone({"page.html": page}, "row", context={"rows": [1, 2]})


@pytest.mark.parametrize("enable_async", [False, True])
async def test_a_required_block(enable_async):
    pages = {
        "base.html": "{% block name required %}{% endblock %}",
        "page.html": "{% extends 'base.html' %}",
        "child.html": "{% extends 'page.html' %}{% block name %}{{ super() }}Ann{% endblock %}",
    }
    asked = templates(pages, enable_async=enable_async)
    assert await asked.render(REQUEST, "child.html", block="name") == "Ann"
    for page in ("base.html", "page.html"):
        with pytest.raises(jinja2.TemplateRuntimeError, match=r"^Required block 'name' not found$"):
            await asked.render(REQUEST, page, block="name")


def test_extending_what_the_context_says():
    pages = {
        "one.html": "1{% set x = 'one' %}{% block wanted %}{% endblock %}",
        "two.html": "2{% set x = 'two' %}{% block wanted %}{% endblock %}",
        "page.html": "{% if layout %}{% extends layout %}{% endif %}{% block wanted %}{{ x }}{% endblock %}",
    }
    env = environment(pages)
    for layout, text in [("one.html", "one"), (env.get_template("two.html"), "two"), (None, "")]:
        assert alone(pages, "wanted", context={"layout": layout}) == text


def test_relative_names_of_parents():
    class Relative(jinja2.Environment):
        def join_path(self, template, parent):
            return f"{parent.rpartition('/')[0]}/{template}"

    pages = {
        "a/base.html": "{% block b %}{% endblock %}",
        "a/page.html": "{% extends 'base.html' %}{% block b %}x{% endblock %}",
    }
    env = Relative(loader=jinja2.DictLoader(pages))
    assert Jinja2Templates(env=env).TemplateResponse(REQUEST, "a/page.html", block="b").body == b"x"


def test_autoescape_is_that_of_the_page():
    pages = {
        "base.html": "{% block b %}{% endblock %}",
        "page.html": "{% extends 'base.html' %}{% block b %}{{ x }}{{ x|safe }}{% endblock %}",
        "page.txt": "{% extends 'base.html' %}{% block b %}{{ x }}{% endblock %}",
    }
    options = {"autoescape": jinja2.select_autoescape()}
    assert alone(pages, "b", context={"x": "<"}, **options) == "&lt;<"
    assert alone(pages, "b", "page.txt", context={"x": "<"}, **options) == "<"
    assert (
        alone(
            {"page.html": "{% autoescape true %}{% block b %}{{ x }}{% endblock %}{% endautoescape %}"},
            "b",
            context={"x": "<"},
            autoescape=False,
        )
        == "<"
    )  # as in the page: a block has the setting of its file


@pytest.fixture
def failing(tmp_path):
    (tmp_path / "base.html").write_text("\n\n{% set y = x.y.z %}{% block a %}{% endblock %}", "utf-8")
    (tmp_path / "page.html").write_text("{% extends 'base.html' %}\n{% block a %}\n{{ 1 // n }}{% endblock %}", "utf-8")
    return tmp_path


@pytest.mark.parametrize("enable_async", [False, True])
@pytest.mark.parametrize(
    ("context", "error", "name"),
    [({"x": {"y": {}}, "n": 0}, ZeroDivisionError, "page.html"), ({}, jinja2.UndefinedError, "base.html")],
)
async def test_errors_show_the_line_of_the_template(failing, enable_async, context, error, name):
    loader = jinja2.FileSystemLoader(failing)
    pages = Jinja2Templates(env=jinja2.Environment(loader=loader, enable_async=enable_async, auto_reload=False))
    with pytest.raises(error) as caught:
        await pages.render(REQUEST, "page.html", context, block="a")
    frames = traceback.walk_tb(caught.value.__traceback__)
    assert (str(failing / name), 3) in [(frame.f_code.co_filename, number) for frame, number in frames]


def test_a_template_without_source():
    class Compiled(jinja2.BaseLoader):
        has_source_access = False

        def load(self, environment, name, globals=None):  # noqa: A002
            code = environment.compile("{% block a %}{% endblock %}", name, name)
            return jinja2.Template.from_code(environment, code, globals or {})

    pages = Jinja2Templates(env=jinja2.Environment(loader=Compiled()))
    with pytest.raises(RuntimeError, match="source"):
        pages.TemplateResponse(REQUEST, "page.html", block="a")


def test_blocks_of_an_async_environment_are_awaited():
    with pytest.raises(TypeError, match=r"enable_async=True: call `await templates\.respond\(\.\.\.\)` instead"):
        alone(FAMILY, "title", enable_async=True)


def test_a_template_without_name():
    class Pages(Jinja2Templates):
        def get_template(self, name):
            return self.env.from_string("{% block a %}{% endblock %}")

    with pytest.raises(TypeError, match="a loader has found"):
        Pages(env=environment({})).TemplateResponse(REQUEST, "page.html", block="a")


def test_outlines_go_with_their_templates():
    pages = {"page.html": "{% block a %}{% endblock %}"}
    asked = templates(pages)
    asked.TemplateResponse(REQUEST, "page.html", block="a")
    template = weakref.ref(asked.get_template("page.html"))
    outline = weakref.ref(outline_of(template()))
    asked.env.cache.clear()
    gc.collect()
    assert (template(), outline()) == (None, None)


# Families of templates: each block may stand in one with a smaller number, so that none stands in itself.
BLOCKS = ("a", "b", "c", "d")
NAMES = ("x", "y", "_z")


def mark(name, text):
    return f"[{name}:{text}:{name}]"


@st.composite
def bodies(draw, smallest, may_call_super, used):
    """What stands in a block, or at the top level of a page, with the blocks that are left."""
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["text", "name", "set", "block", "block", "super", "macro", "loop", "condition"]))
        name = draw(st.sampled_from(NAMES))
        number = draw(st.integers(0, 9))
        left = [block for block in BLOCKS[smallest:] if block not in used]
        if kind == "text":
            parts.append(draw(st.sampled_from([" ", "\n", "text", "<b>"])))
        elif kind == "name":
            parts.append(f"{{{{ {name} }}}}")
        elif kind == "set":
            parts.append(f"{{% set {name} = '{'<&' if number > 7 else ''}{number}' %}}")
        elif kind == "super" and may_call_super:
            parts.append("{{ super() if super is defined }}")
        elif kind == "macro":
            parts.append(f"{{{{ m.show({name}) }}}}")
        elif kind == "loop":
            parts.append(f"{{% for x in [1, 2] %}}{{{{ x }}}}{{% set ns.n = ns.n ~ {number} %}}{{% endfor %}}")
        elif kind == "condition":
            parts.append(f"{{% if {name} %}}{{% set {name} = 'c{number}' %}}{{% endif %}}")
        elif kind == "block" and left:
            block = draw(st.sampled_from(left))
            used.add(block)
            inner = draw(bodies(BLOCKS.index(block) + 1, True, used))
            parts.append(mark(block, f"{{% block {block} %}}{inner}{{% endblock %}}"))
    return "".join(parts)


@st.composite
def families(draw):
    head = "{% import 'm.html' as m %}{% set ns = namespace(n='') %}"
    pages = {"m.html": "{% macro show(x) %}<{{ x }}>{% endmacro %}"}
    parent = ""
    for level in range(draw(st.integers(1, 3))):
        text = draw(bodies(0, False, set()))
        pages[f"{level}.html"] = draw(st.sampled_from(["", "\n"])) + parent + head + text
        parent = f"{{% extends '{level}.html' %}}"
        pages["page.html"] = pages[f"{level}.html"]
    return pages


@given(pages=families(), given_x=st.sampled_from(["", "<given>"]))
def test_a_block_is_what_the_whole_page_has_in_its_place(pages, given_x):
    env = environment(pages)
    whole = env.get_template("page.html").render(x=given_x)
    blocks = {name for page in pages.values() for name in re.findall(r"{% block (\w) %}", page)}
    for name in sorted(blocks):
        text = alone(pages, name, context={"x": given_x})
        found = re.search(rf"\[{name}:(.*?):{name}\]", whole, re.DOTALL)
        assert found is None or text == found[1]
