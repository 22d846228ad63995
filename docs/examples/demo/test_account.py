"""Signing in and out, and drafts, in real browsers and on every server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent

SERVERS = ("uvicorn", "hypercorn-asyncio", "hypercorn-trio", "granian", "daphne")


STORES = ("memory", "sqlite", "redis")


def environment(store: str, request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """What makes the demo keep its sessions there."""
    if store == "sqlite":
        return {"DEMO_SESSIONS": str(tmp_path / "sessions.db")}
    return {"DEMO_REDIS": request.getfixturevalue("redis_server").url} if store == "redis" else {}


def running(serve: Any, server: str = "uvicorn", **env: str) -> Any:
    return serve(server, "demo:app", HERE, env=env)


def session_cookie(context: Any) -> dict[str, Any]:
    [cookie] = [cookie for cookie in context.cookies() if cookie["name"] == "session"]
    found: dict[str, Any] = cookie
    return found


@pytest.fixture(name="context")
def context_fixture(browser: Any) -> Iterator[Any]:
    """What one visitor's tabs have in common; no page may have an error, such as a script that was forbidden."""
    context = browser.new_context()
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    yield context
    context.close()
    assert errors == []


def sign_in(page: Any, url: str, name: str = "Zoë") -> None:
    page.goto(f"{url}/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", "demo")
    page.click("button:text('Sign in')")
    page.wait_for_selector(f".flash:has-text('Welcome, {name}.')")


@pytest.mark.parametrize("store", STORES)
def test_signing_in_changes_the_id_and_signing_out_ends_it(
    store: str, context: Any, serve: Any, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with running(serve, **environment(store, request, tmp_path)) as served:
        page = context.new_page()
        page.goto(f"{served.url}/sign-in")
        page.fill("[name=name]", "Zoë")
        page.fill("[name=password]", "guess")
        page.click("button:text('Sign in')")
        page.wait_for_selector(".flash.error:has-text('wrong')")
        page.goto(f"{served.url}/drafts")  # a session from before signing in, whose id somebody may know
        page.fill("[name=text] >> nth=0", "Before")
        with page.expect_response("**/drafts"):  # where saving leads to
            page.click("button:text('Save') >> nth=0")
        before = session_cookie(context)
        assert (before["httpOnly"], before["sameSite"], before["secure"]) == (True, "Lax", False)

        sign_in(page, served.url)
        after = session_cookie(context)
        assert after["value"] != before["value"]
        page.reload()
        assert page.locator(".flash").count() == 0  # shown once
        page.goto(f"{served.url}/drafts")
        assert page.input_value("[name=text] >> nth=0") == "Before"  # what is inside came along
        assert "Zoë" not in asked_with(served.url, before)

        page.click("button:text('Sign out')")
        page.wait_for_selector(".flash:has-text('You are signed out.')")
        assert "Sign in" in page.text_content("nav")
        assert context.cookies() == []  # the message was taken, and nothing else was in the new session
        for cookie in (before, after):
            assert "Zoë" not in asked_with(served.url, cookie)
            assert "Before" not in asked_with(served.url, cookie)
    assert "Traceback" not in served.log


def asked_with(url: str, cookie: dict[str, Any]) -> str:
    """The page of drafts for whoever has this cookie."""
    return httpx.get(f"{url}/drafts", cookies={"session": cookie["value"]}).text


@pytest.mark.parametrize("store", STORES)
def test_two_tabs_that_save_at_the_same_time_keep_both(
    store: str, context: Any, serve: Any, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with running(serve, DEMO_SAVING_TAKES="3", **environment(store, request, tmp_path)) as served:
        one, two = context.new_page(), context.new_page()
        sign_in(one, served.url)
        for number, (page, text) in enumerate(((one, "From the first tab"), (two, "From the second tab"))):
            page.goto(f"{served.url}/drafts")
            page.fill(f"[name=text] >> nth={number}", text)
        with (
            one.expect_navigation(),
            two.expect_navigation(),
            one.expect_response("**/drafts/letter") as first,
            two.expect_response("**/drafts/list") as second,
        ):
            one.evaluate("document.querySelectorAll('form')[1].submit()")
            two.evaluate("document.querySelectorAll('form')[2].submit()")
        timings = [found.value.request.timing for found in (first, second)]
        began = max(timing["startTime"] + timing["requestStart"] for timing in timings)
        ended = min(timing["startTime"] + timing["responseStart"] for timing in timings)
        assert began < ended, "The second began after the first had ended, which shows nothing."
        one.goto(f"{served.url}/drafts")
        shown = [one.input_value(f"[name=text] >> nth={number}") for number in (0, 1)]
        assert shown == ["From the first tab", "From the second tab"]


@pytest.mark.parametrize("server", SERVERS)
def test_an_account_on_every_server(server: str, serve: Any, tmp_path: Path) -> None:
    with (
        running(serve, server, DEMO_SESSIONS=str(tmp_path / "sessions.db")) as served,
        httpx.Client(base_url=served.url) as client,
    ):
        refused = client.post("/sign-in", data={"name": "Zoë", "password": "guess"})
        assert refused.status_code == 422
        assert "The name or the password is wrong." in refused.text
        client.post("/sign-in", data={"name": "Zoë", "password": "demo"})
        shown = client.get("/drafts")
        assert "Welcome, Zoë." in shown.text
        assert "Cookie" in shown.headers["vary"]
        signed_in = client.cookies["session"]
        client.post("/sign-out")
        assert "Zoë" not in client.get("/drafts", headers={"cookie": f"session={signed_in}"}).text
        assert client.post("/drafts/novel", data={"text": "x"}).status_code == 404
        assert client.post("/drafts/list", data={"text": "x" * 2001}).status_code == 422
    assert "Traceback" not in served.log


def test_another_site_cannot_sign_anybody_in(serve: Any) -> None:
    with running(serve) as served:
        forged = httpx.post(
            f"{served.url}/sign-in",
            data={"name": "Eve", "password": "demo"},
            headers={"origin": "https://evil.example", "accept": "text/html"},
        )
        assert forged.status_code == 403
        assert "<h1>403</h1>" in forged.text
        assert "set-cookie" not in forged.headers
