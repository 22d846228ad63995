"""The board's page, whole and as the fragment that its script asks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent


@pytest.fixture(name="served", scope="module")
def served_fixture(serve: Any) -> Iterator[Any]:
    with serve("uvicorn", "demo:app", HERE) as served:
        yield served


def test_the_same_address_answers_whole_and_as_a_fragment(served: Any) -> None:
    whole = httpx.post(f"{served.url}/write", data={"text": "<b>Whole</b>"})
    part = httpx.post(f"{served.url}/write", data={"text": "Part"}, headers={"HX-Request": "true"})
    assert whole.text.startswith("<!DOCTYPE html>")
    assert part.text.lstrip().startswith("<li>")
    assert part.text.strip() in httpx.get(served.url).text
    assert "&lt;b&gt;Whole&lt;/b&gt;" in whole.text
    assert all("HX-Request" in answer.headers["vary"] for answer in (whole, part))
    assert httpx.post(f"{served.url}/write", data={"text": " "}).status_code == 422


def test_a_note_is_written_without_a_new_page(browser: Any, served: Any) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        page.goto(served.url)
        page.evaluate("window.stayed = true")
        page.fill("#write [name=text]", "Grüße & <i>mehr</i>")
        page.click("#write button")
        page.wait_for_selector("#notes a:has-text('Grüße & <i>mehr</i>')")
        assert page.evaluate("window.stayed") is True
        assert page.locator("#notes i").count() == 0
    finally:
        page.close()
    assert errors == []


def test_a_note_is_written_without_scripts(browser: Any, served: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(served.url)
        page.fill("#write [name=text]", "By hand")
        page.click("#write button")
        page.wait_for_selector("#notes a:has-text('By hand')")
        assert page.title() == "Notice board"
    finally:
        context.close()
