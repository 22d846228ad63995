"""What goes wrong, as developers and clients see it: real servers, a real Chromium, on a desk and on a phone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent

SIZES = [(1280, 800), (390, 844), (360, 640)]

SECRETS = ("correct-horse-battery", "in-the-header", "in-the-cookie", "in-the-query")
HEADERS = {"authorization": "Bearer in-the-header-0", "cookie": "theme=in-the-cookie", "x-api-key": "in-the-header-1"}

SCROLLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
OVERFLOWS = """[...document.querySelectorAll('body *')].filter((element) => !element.closest('pre')
    && element.getBoundingClientRect().right > innerWidth + 1).map((element) => element.outerHTML.slice(0, 99))"""


@pytest.fixture(scope="module", name="shop")
def shop_fixture(serve: Any) -> Iterator[str]:
    with serve("uvicorn", "errors:app", HERE) as served:
        yield served.url


@pytest.fixture(scope="module", name="live")
def live_fixture(serve: Any) -> Iterator[Any]:
    with serve("uvicorn", "errors:live", HERE) as served:
        yield served


@pytest.fixture(scope="module", name="fastapi_shop")
def fastapi_shop_fixture(serve: Any) -> Iterator[Any]:
    with serve("uvicorn", "fastapi_errors:app", HERE) as served:
        yield served


def wait_for_log(served: Any, text: str) -> None:
    """Until the server has written this, which it does after it has answered."""
    deadline = time.monotonic() + 20
    while text not in served.log:
        assert time.monotonic() < deadline, served.log
        time.sleep(0.05)


@contextmanager
def opened(browser: Any, url: str, size: tuple[int, int], **options: Any) -> Iterator[Any]:
    """A page of this size, without JavaScript of its own, and what it asked for and complained about."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    page = context.new_page()
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.goto(url)
    yield page
    context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/orders/7?token=in-the-query", "/receipts/7?token=in-the-query", "/stock"])
def test_the_debug_page(browser: Any, shop: str, size: tuple[int, int], color_scheme: str, path: str) -> None:
    with opened(browser, shop + path, size, color_scheme=color_scheme, extra_http_headers=HEADERS) as page:
        assert not page.evaluate(SCROLLS)
        assert page.evaluate(OVERFLOWS) == []
        html = page.content()
        for secret in SECRETS:
            assert secret not in html
        assert "********" in html
        # The browser itself asks for an icon, and that only at the same place.
        assert all(url.startswith(shop) for url in page.asked)
        assert page.evaluate("document.scripts.length") == 0
        assert page.evaluate("getComputedStyle(document.querySelector('header')).maxWidth") != "none"
        assert not [text for text in page.complaints if "Content Security Policy" in text and "icon" not in text]


def test_what_the_debug_page_says(browser: Any, shop: str) -> None:
    with opened(browser, f"{shop}/orders/7", SIZES[0], extra_http_headers=HEADERS) as page:
        assert page.text_content("h1") == "OrderError"
        assert page.text_content(".message") == "Order 7 cannot be shown"
        cause = page.locator("section.error").nth(1)
        assert cause.locator("h2").text_content() == "LookupError"
        assert "has no order 7 (signed in with ********)" in cause.locator(".message").text_content()
        assert cause.locator(".note").text_content() == "Orders are kept for ten years."
        source = page.locator(".source").first.text_content()
        assert "raise OrderError" in source
        assert "'password': '********'" in page.content().replace("&#x27;", "'")


def test_a_template_that_fails_shows_its_lines(browser: Any, shop: str) -> None:
    """The part that fails first, then the block that includes it, the layout around that, and the endpoint."""
    with opened(browser, f"{shop}/receipts/7", SIZES[0]) as page:
        assert page.text_content("h1") == "ZeroDivisionError"
        own = page.locator("section.error > details:not(.library)")
        shown = [text for text in own.locator("> summary").all_text_contents() if "templates/" in text]
        assert [text.rpartition("templates/")[2] for text in shown] == [
            "parts/share.html, line 3",
            "receipt.html, line 5",
            "layout.html, line 3",
            "receipt.html, line 1",
        ]
        marked = own.locator(".source .current").all_text_contents()
        assert [text.strip("0123456789 \n") for text in marked][:4] == [
            '{{ "%.2f" | format(total / guests | length) }} EUR each',
            '{% include "parts/share.html" %}',
            "{% block main %}{% endblock %}",
            '{% extends "layout.html" %}',
        ]
        assert own.locator(".source").first.is_visible()
        part = own.first.text_content()
        assert "{# What each of the guests has to pay #}" in part
        assert "guests[]" in "".join(part.split())
        assert "card_token********" in "".join(part.split())
        assert "await templates.respond(request" in page.content()


def test_a_template_that_fails_shows_its_lines_as_text(shop: str) -> None:
    answer = httpx.get(f"{shop}/receipts/7", headers={"accept": "text/plain"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/plain; charset=utf-8")
    lines = [line.strip() for line in answer.text.splitlines()]
    part = next(index for index, line in enumerate(lines) if "templates/parts/share.html" in line)
    assert "line 3" in lines[part]
    assert lines[part + 1] == '{{ "%.2f" | format(total / guests | length) }} EUR each'
    assert "ZeroDivisionError: division by zero" in lines[part:]
    assert SECRETS[0] not in answer.text


def test_members_of_a_group(browser: Any, shop: str) -> None:
    with opened(browser, f"{shop}/stock", SIZES[1]) as page:
        assert page.locator("section.error section.error h2").all_text_contents() == ["ConnectionError"] * 2
        assert page.locator("section.error section.error .message").all_text_contents() == [
            "north does not answer",
            "south does not answer",
        ]


def test_frames_fold_without_a_script(browser: Any, shop: str) -> None:
    with opened(browser, f"{shop}/orders/7", SIZES[1], java_script_enabled=False) as page:
        own = page.locator("section.error > details:not(.library)").first
        libraries = page.locator("section.error > details.library").first
        assert own.locator(".source").is_visible()
        assert not libraries.locator(".source").first.is_visible()
        own.locator("> summary").click()
        libraries.locator("> summary").click()
        assert not own.locator(".source").is_visible()
        libraries.locator("details > summary").first.click()
        assert libraries.locator(".source").first.is_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("path", "title"), [("/credit", "You do not have enough credit"), ("/missing", "Not Found")])
def test_the_problem_page(browser: Any, live: Any, size: tuple[int, int], path: str, title: str) -> None:
    with opened(browser, live.url + path, size) as page:
        assert page.text_content("h1") == title
        assert not page.evaluate(SCROLLS)
        assert page.evaluate(OVERFLOWS) == []
        assert all(url.startswith(live.url) for url in page.asked)
        assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") == "576px"


def test_problems_for_programs(live: Any) -> None:
    answer = httpx.get(f"{live.url}/credit")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert answer.json() == {
        "type": "https://example.org/problems/out-of-credit",
        "title": "You do not have enough credit",
        "status": 403,
        "detail": "The order costs 50, and you have 30.",
        "balance": 30,
        "order": "/orders/1",
    }


def test_an_error_is_silent_to_clients_and_told_to_the_log_once(live: Any) -> None:
    answer = httpx.get(f"{live.url}/orders/7")
    assert answer.status_code == 500
    assert answer.json() == {"type": "about:blank", "title": "Internal Server Error", "status": 500}
    wait_for_log(live, "OrderError: Order 7 cannot be shown")
    assert live.log.count("OrderError: Order 7 cannot be shown") == 1
    assert live.log.count("LookupError: ") == 1


def test_the_debug_answer_for_programs(shop: str) -> None:
    for accept in ("application/json", "text/plain", "*/*"):
        answer = httpx.get(f"{shop}/orders/7?token=in-the-query", headers={**HEADERS, "accept": accept})
        assert answer.status_code == 500
        for secret in SECRETS:
            assert secret not in answer.text
        assert "Order 7 cannot be shown" in answer.text
    answer = httpx.get(f"{shop}/stock", headers={"accept": "application/json"})
    assert [chain[0]["message"] for chain in answer.json()["errors"][0]["members"]] == [
        "north does not answer",
        "south does not answer",
    ]


def test_problems_of_fastapi(fastapi_shop: Any) -> None:
    def get(path: str) -> tuple[int, dict[str, Any]]:
        answer = httpx.get(fastapi_shop.url + path)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["vary"] == "Accept"
        return answer.status_code, answer.json()

    missing = {"type": "about:blank", "title": "Not Found", "status": 404}
    assert get("/nowhere") == (404, missing)
    assert get("/orders/7") == (404, {**missing, "detail": "There is no order 7.", "order": 7})
    assert httpx.get(f"{fastapi_shop.url}/orders/7").headers["x-shop"] == "open"
    status, problem = get("/orders/8")
    assert (status, problem["type"]) == (403, "https://example.org/problems/not-yours")
    status, problem = get("/orders/first")
    assert (status, problem["errors"][0]["loc"]) == (422, ["path", "order_id"])
    assert get("/orders/9") == (500, {"type": "about:blank", "title": "Internal Server Error", "status": 500})
    wait_for_log(fastapi_shop, "KeyError: 9")
    assert httpx.get(f"{fastapi_shop.url}/orders/1").json() == {"total": 50}


def test_problems_of_fastapi_for_people(browser: Any, fastapi_shop: Any) -> None:
    with opened(browser, f"{fastapi_shop.url}/orders/8", SIZES[1]) as page:
        assert page.text_content("h1") == "Forbidden"
        assert page.get_attribute("a", "href") == "https://example.org/problems/not-yours"
