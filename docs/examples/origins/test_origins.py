"""CORS and CSRF in a real browser: the frontend may use the API, and foreign pages neither read nor change anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from free_port import free_port

HERE = Path(__file__).parent
HOSTS = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}
FETCH = """async ([url, options]) => {
  try {
    const answer = await fetch(url, options)
    return {status: answer.status, type: answer.type, text: await answer.text(), ...Object.fromEntries(answer.headers)}
  } catch (error) {
    return String(error)
  }
}"""
SUBMIT = """([url, enctype]) => {
  const form = document.createElement("form")
  Object.assign(form, {action: url, method: "post", enctype})
  form.innerHTML = '<input name="note" value="forged">'
  document.body.append(form)
  form.submit()
}"""
BLOCKED = "TypeError: Failed to fetch"


@dataclass
class Origins:
    """The API, the origin that may use it, and one that may not."""

    api: str
    frontend: str
    foreign: str

    def notes(self) -> list[str]:
        found: list[str] = httpx.get(f"{self.api}/notes").json()["notes"]
        return found


@pytest.fixture(name="origins", scope="module", params=HOSTS)
def origins_fixture(request: pytest.FixtureRequest, serve: Any) -> Iterator[Origins]:
    """The frontend is on the site of the API and the foreign page on another one; and the other way round."""
    api_port, pages_port = free_port(), free_port()
    origins = Origins(
        f"http://127.0.0.1:{api_port}",
        f"http://{request.param}:{pages_port}",
        f"http://{HOSTS[request.param]}:{pages_port}",
    )
    env = {"API": origins.api, "FRONTEND": origins.frontend}
    with (
        serve("uvicorn", "origins:api", HERE, port=api_port, env=env),
        serve("uvicorn", "origins:pages", HERE, port=pages_port, env=env),
    ):
        yield origins


@pytest.fixture(name="page", params=["signed in", "signed out"])
def page_fixture(request: pytest.FixtureRequest, browser: Any, origins: Origins) -> Iterator[Any]:
    context = browser.new_context()
    page = context.new_page()
    if request.param == "signed in":
        page.goto(origins.api)
        page.click("#sign-in")
        page.wait_for_load_state()
        assert [cookie["name"] for cookie in context.cookies()] == ["user"]
    page.is_signed_in = request.param == "signed in"
    yield page
    context.close()


def assert_cookie(is_there: bool, page: Any, origin: str) -> None:
    """A request of another site has the cookie or not, by what the browser's user has chosen; one of this site has."""
    if "127.0.0.1" in origin or not page.is_signed_in:
        assert is_there is page.is_signed_in


def fetch(page: Any, url: str, **options: Any) -> Any:
    return page.evaluate(FETCH, [url, {"credentials": "include", **options}])


def test_the_frontend_reads_with_cookies_what_is_exposed(page: Any, origins: Origins) -> None:
    page.goto(origins.frontend)
    answer = fetch(page, f"{origins.api}/notes")
    assert (answer["status"], answer["type"]) == (200, "cors")
    assert_cookie('"user":"zoe"' in answer["text"], page, origins.frontend)
    assert answer["x-total"] == str(len(origins.notes()))
    assert "x-secret" not in answer
    page.wait_for_selector("text= notes: {")


def test_the_frontend_writes_after_a_preflight(page: Any, origins: Origins) -> None:
    page.goto(origins.frontend)
    before = origins.notes()
    headers = {"X-Token": "1", "Content-Type": "application/json"}
    answer = fetch(page, f"{origins.api}/notes", method="PUT", headers=headers, body="by preflight")
    assert answer["status"] == 200
    assert origins.notes() == [*before, "by preflight"]
    assert fetch(page, f"{origins.api}/notes", method="POST", body="without one")["status"] == 200
    assert origins.notes() == [*before, "by preflight", "without one"]


def test_a_preflight_is_refused_for_what_is_not_allowed(page: Any, origins: Origins) -> None:
    page.goto(origins.frontend)
    before = origins.notes()
    assert fetch(page, f"{origins.api}/notes", method="DELETE") == BLOCKED
    assert fetch(page, f"{origins.api}/notes", method="PUT", headers={"X-Other": "1"}, body="no") == BLOCKED
    assert origins.notes() == before


def test_only_the_frontend_reads_errors(page: Any, origins: Origins) -> None:
    errors = {
        "/missing": (404, "Not Found"),
        "/busy": (429, "Later, please."),
        "/broken": (500, "Internal Server Error"),
    }
    page.goto(origins.frontend)
    for path, error in errors.items():
        answer = fetch(page, f"{origins.api}{path}")
        assert (answer["status"], answer["text"]) == error
        assert answer.get("retry-after") == ("60" if path == "/busy" else None)
    page.goto(origins.foreign)
    assert [fetch(page, f"{origins.api}{path}") for path in errors] == [BLOCKED] * 3


def test_a_foreign_page_reads_nothing(page: Any, origins: Origins) -> None:
    page.goto(origins.foreign)
    page.wait_for_selector(f"text={BLOCKED}")
    assert fetch(page, f"{origins.api}/notes") == BLOCKED
    assert fetch(page, f"{origins.api}/notes", credentials="omit") == BLOCKED
    opaque = fetch(page, f"{origins.api}/notes", mode="no-cors")
    assert (opaque["status"], opaque["type"], opaque["text"]) == (0, "opaque", "")


def test_a_page_without_an_origin_reads_nothing(page: Any, origins: Origins) -> None:
    page.goto(origins.frontend)
    asked = f"fetch('{origins.api}/notes', {{credentials: 'include'}}).then(() => 'read', String)"
    read = page.evaluate(
        """asked => new Promise(resolve => {
          addEventListener("message", event => resolve([event.origin, event.data]))
          const frame = document.createElement("iframe")
          const script = asked + '.then(read => parent.postMessage(read, "*"))'
          Object.assign(frame, {sandbox: "allow-scripts", srcdoc: `<script>${script}</script>`})
          document.body.append(frame)
        })""",
        asked,
    )
    assert read == ["null", BLOCKED]


def test_forged_forms_are_refused(page: Any, origins: Origins) -> None:
    before = origins.notes()
    for enctype in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
        page.goto(origins.foreign)
        with page.expect_navigation() as navigation:
            page.evaluate(SUBMIT, [f"{origins.api}/notes", enctype])
        answer = navigation.value
        assert (answer.url, answer.status) == (f"{origins.api}/notes", 403)
        assert answer.text().startswith("Cross-site request refused.")
        sent = answer.request.all_headers()
        assert sent["content-type"].startswith(enctype)
        assert ("cookie" in sent) is page.is_signed_in
    assert origins.notes() == before


FORGED: list[dict[str, Any]] = [
    {},
    {"body": "forged"},
    {"body": "forged", "referrerPolicy": "no-referrer"},
    {"body": "note=forged", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    {"body": "--b\r\n\r\n--b--", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
]


def test_forged_posts_of_scripts_are_refused(page: Any, origins: Origins) -> None:
    page.goto(origins.foreign)
    before = origins.notes()
    for options in FORGED:
        with page.expect_response(lambda response: response.request.method == "POST") as response:
            read = fetch(page, f"{origins.api}/notes", method="POST", mode="no-cors", **options)
        assert (response.value.status, read["type"]) == (403, "opaque")
        assert_cookie("cookie" in response.value.request.all_headers(), page, origins.foreign)
        assert fetch(page, f"{origins.api}/notes", method="POST", **options) == BLOCKED
    assert origins.notes() == before


def test_a_foreign_page_gets_no_preflight(page: Any, origins: Origins) -> None:
    page.goto(origins.foreign)
    before = origins.notes()
    for method in ("PUT", "DELETE", "PATCH"):
        assert fetch(page, f"{origins.api}/notes", method=method, body="forged") == BLOCKED
    assert origins.notes() == before


def test_posts_of_the_own_page_pass(page: Any, origins: Origins) -> None:
    before = origins.notes()
    page.goto(origins.api)
    with page.expect_navigation() as navigation:
        page.click("#write")
    assert navigation.value.status == 200
    assert origins.notes() == [*before, "note=honest"]
    assert fetch(page, "/notes", method="POST", body="by fetch")["status"] == 200
    assert origins.notes() == [*before, "note=honest", "by fetch"]


def test_posts_of_no_browser_pass(origins: Origins) -> None:
    before = origins.notes()
    assert httpx.post(f"{origins.api}/notes", content=b"curl").status_code == 200
    assert origins.notes() == [*before, "curl"]
