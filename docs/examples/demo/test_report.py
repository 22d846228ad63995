"""The page that is sent while it is rendered."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent

SERVERS = ("uvicorn", "hypercorn-asyncio", "hypercorn-trio", "granian", "daphne")


@pytest.mark.parametrize("server", SERVERS)
def test_the_first_part_comes_long_before_the_last(server: str, serve: Any) -> None:
    with serve(server, "demo:app", HERE) as served:
        parts: list[tuple[float, str]] = []
        begin = time.monotonic()
        with httpx.stream("GET", f"{served.url}/report") as answer:
            assert "content-length" not in answer.headers
            parts.extend((time.monotonic() - begin, part) for part in answer.iter_text() if part)
    page = "".join(part for _, part in parts)
    assert [f"Row {number} of 5" in page for number in range(1, 6)] == [True] * 5
    assert page.rstrip().endswith("</html>")
    first_row, last_row = (next(when for when, part in parts if f"Row {number} of" in part) for number in (1, 5))
    assert "<h1>Report</h1>" in "".join(part for when, part in parts if when < first_row)
    assert last_row - first_row > 0.3, f"All came at once: {parts}"


def test_a_browser_shows_rows_as_they_come(browser: Any, serve: Any) -> None:
    with serve("uvicorn", "demo:app", HERE) as served:
        page = browser.new_page()
        try:
            page.goto(f"{served.url}/report", wait_until="commit")
            page.wait_for_selector("#rows li")
            assert page.locator("#end").count() == 0
            page.wait_for_selector("#end")
            assert page.locator("#rows li").all_text_contents() == [f"Row {number} of 5" for number in range(1, 6)]
        finally:
            page.close()
    assert "Traceback" not in served.log
