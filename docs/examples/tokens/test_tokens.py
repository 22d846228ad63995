"""CSRF tokens and nonces of a template, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent
SECRET = {"CSRF_SECRET": "a secret for this test alone"}


@pytest.fixture(name="served", scope="module", params=["uvicorn", "hypercorn-trio"])
def served_fixture(request: pytest.FixtureRequest, serve: Any) -> Iterator[Any]:
    with serve(request.param, "tokens:app", HERE, env=SECRET) as served:
        yield served


@pytest.fixture(name="page")
def page_fixture(browser: Any, served: Any) -> Iterator[Any]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(served.url)
    yield page
    context.close()


def test_the_form_of_the_page_is_taken(page: Any) -> None:
    [cookie] = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("csrf", True, "Lax")
    page.fill('input[name="order"]', "coffee")
    page.click("form button")
    page.wait_for_load_state()
    assert page.inner_text("#orders").endswith("coffee")


def test_the_script_of_the_page_sends_the_token_as_a_header(page: Any) -> None:
    page.click("#tea")  # it runs at all, since it has the nonce
    page.wait_for_selector("#orders:text-is('200')")


def test_a_token_is_of_no_use_without_its_cookie(page: Any) -> None:
    page.context.clear_cookies()
    page.fill('input[name="order"]', "coffee")
    with page.expect_response("**/") as response:
        page.click("form button")
    assert response.value.status == 403


def test_the_token_of_another_visitor_is_of_no_use(page: Any, served: Any) -> None:
    with httpx.Client(base_url=served.url) as other:
        text = other.get("/").text
    token = text.partition('name="csrf_token" value="')[2].partition('"')[0]
    page.evaluate("token => { document.querySelector('[name=csrf_token]').value = token }", token)
    page.fill('input[name="order"]', "coffee")
    with page.expect_response("**/") as response:
        page.click("form button")
    assert response.value.status == 403


def test_each_response_has_another_form_of_the_token(page: Any) -> None:
    first = page.get_attribute('input[name="csrf_token"]', "value")
    page.reload()
    assert page.get_attribute('input[name="csrf_token"]', "value") != first
