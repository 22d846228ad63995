"""When htmx asks for a part of a page, and what caches are told."""

from __future__ import annotations

import jinja2
import pytest

from asgi_templates import Jinja2Templates, wants_fragment
from asgi_types import HTTPConnection

PAGES = {"page.html": "<main>{% block rows %}rows{% endblock %}</main>{% block oob %}oob{% endblock %}"}
VARY = "HX-Request, HX-Boosted, HX-History-Restore-Request, HX-Request-Type"

HTMX = {"hx-request": "true"}
REQUESTS = [
    ({}, False),
    (HTMX, True),
    ({"hx-request": "false"}, False),
    ({"hx-request": ""}, False),
    (HTMX | {"hx-boosted": "true"}, False),
    (HTMX | {"hx-boosted": "false"}, True),
    (HTMX | {"hx-history-restore-request": "true"}, False),
    (HTMX | {"hx-history-restore-request": "false"}, True),
    ({"hx-history-restore-request": "true"}, False),  # htmx 4 sends it alone
    (HTMX | {"hx-request-type": "partial"}, True),
    (HTMX | {"hx-request-type": "full"}, False),
    (HTMX | {"hx-target": "rows", "hx-trigger": "button"}, True),
    ({"hx-target": "rows"}, False),
]


def request(headers):
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "path": "/", "headers": raw, "query_string": b""})


@pytest.fixture
def templates():
    return Jinja2Templates(env=jinja2.Environment(loader=jinja2.DictLoader(PAGES)))


@pytest.mark.parametrize(("headers", "is_wanted"), REQUESTS)
def test_wants_fragment(headers, is_wanted):
    assert wants_fragment(request(headers)) is is_wanted


@pytest.mark.parametrize(("headers", "is_wanted"), REQUESTS)
async def test_the_part_or_the_page(templates, headers, is_wanted):
    for response in (
        templates.TemplateResponse(request(headers), "page.html", fragment="rows"),
        await templates.respond(request(headers), "page.html", fragment="rows"),
    ):
        assert response.body == (b"rows" if is_wanted else b"<main>rows</main>oob")
        assert response.headers["vary"] == VARY
        assert response.headers["content-length"] == str(len(response.body))


async def test_several_blocks_are_a_part(templates):
    response = templates.TemplateResponse(request(HTMX), "page.html", fragment=["rows", "oob"])
    assert response.body == b"rowsoob"


async def test_block_is_rendered_whoever_asks_and_says_nothing_to_caches(templates):
    for headers in ({}, HTMX):
        response = templates.TemplateResponse(request(headers), "page.html", block="rows")
        assert (response.body, response.headers.get("vary")) == (b"rows", None)
        response = await templates.respond(request(headers), "page.html", block="rows")
        assert (response.body, response.headers.get("vary")) == (b"rows", None)
    assert "vary" not in templates.TemplateResponse(request(HTMX), "page.html").headers


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("Accept-Language", f"Accept-Language, {VARY}"),
        ("hx-request ,Cookie", "hx-request ,Cookie, HX-Boosted, HX-History-Restore-Request, HX-Request-Type"),
        (VARY, VARY),
        ("*", "*"),
    ],
)
async def test_vary_is_added_to(drive, templates, given, sent):
    async def app(scope, receive, send):
        connection = HTTPConnection(scope)
        response = templates.TemplateResponse(connection, "page.html", headers={"Vary": given}, fragment="rows")
        await response(scope, receive, send)

    assert (await drive.request(app)).headers.getlist("vary") == [sent]


@pytest.mark.parametrize("names", [{"block": "rows", "fragment": "rows"}, {"block": []}, {"fragment": ()}])
async def test_names_that_say_nothing(templates, names):
    with pytest.raises(ValueError, match=r"block and fragment out|not both"):
        templates.TemplateResponse(request({}), "page.html", **names)
    with pytest.raises(ValueError, match=r"block and fragment out|not both"):
        await templates.respond(request({}), "page.html", **names)
