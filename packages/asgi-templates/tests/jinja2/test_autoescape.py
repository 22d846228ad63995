"""Which templates of a directory escape what is put into them."""

from __future__ import annotations

import pytest

from asgi_templates import Jinja2Templates
from asgi_types import HTTPConnection


@pytest.mark.parametrize(
    ("name", "is_escaped"),
    [
        *((f"page{suffix}", True) for suffix in (".html", ".HTM", ".xhtml", ".xml", ".svg")),
        *((f"page{suffix}", True) for suffix in (".html.j2", ".html.jinja", ".xml.jinja2", ".j2", ".JINJA", ".jinja2")),
        *((f"page{suffix}", False) for suffix in ("", ".txt", ".txt.j2", ".md.jinja", ".html.txt", "html", ".j2.txt")),
        ("a.b/page.j2", True),
        ("a.html/page", False),
    ],
)
def test_which_names_are_escaped(tmp_path, name, is_escaped):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("{{ x }}", "utf-8")
    response = Jinja2Templates(tmp_path).TemplateResponse(HTTPConnection({"type": "http"}), name, {"x": "<"})
    assert response.body == (b"&lt;" if is_escaped else b"<")


def test_a_template_of_a_string_is_escaped(tmp_path):
    assert Jinja2Templates(tmp_path).env.from_string("{{ x }}").render(x="<") == "&lt;"


def test_a_subclass_may_decide_by_other_names(tmp_path):
    class Templates(Jinja2Templates):
        @staticmethod
        def autoescape(name):
            return name == "page.txt"

    for name in ("page.txt", "page.html"):
        (tmp_path / name).write_text("{{ x }}", "utf-8")
    templates = Templates(tmp_path)
    shown = [templates.get_template(name).render(x="<") for name in ("page.txt", "page.html")]
    assert shown == ["&lt;", "<"]
