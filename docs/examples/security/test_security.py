"""The site behind a proxy, under real servers, and in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent
PREFIX = "/site"

# Servers that read X-Forwarded-For by themselves are told to leave it to the application.
SERVERS = {"uvicorn": ("--no-proxy-headers",), "hypercorn-trio": (), "granian": (), "daphne": ()}


@pytest.fixture(name="site", scope="module", params=SERVERS)
def site_fixture(request: pytest.FixtureRequest, serve: Any) -> Iterator[Any]:
    with serve(request.param, "security:app", HERE, *SERVERS[request.param]) as served:
        yield served
    assert "Traceback" not in served.log


@contextmanager
def proxy(site: Any, port: int = 0) -> Iterator[str]:
    """A proxy that serves the site below a prefix and tells it of that; gives the URL of the site there."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix(PREFIX) or "/"
            headers = {
                "Host": "internal",
                "X-Forwarded-For": ", ".join(filter(None, [self.headers["X-Forwarded-For"], self.client_address[0]])),
                "X-Forwarded-Proto": "http",
                "X-Forwarded-Host": self.headers["Host"],
                "X-Forwarded-Prefix": PREFIX,
            }
            answer = httpx.get(f"{site.url}{path}", headers=headers)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name not in ("date", "server", "transfer-encoding", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
        finally:
            server.shutdown()
            thread.join()


def ask(site: Any, path: str = "/where", **headers: str) -> httpx.Response:
    return httpx.get(f"{site.url}{path}", headers={name.replace("_", "-"): value for name, value in headers.items()})


def where(answer: httpx.Response) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in answer.text.splitlines())


def test_without_a_proxy(site: Any) -> None:
    url = f"{site.url}/where"
    assert where(ask(site)) == {"client": "127.0.0.1", "url": url, "link": url}


def test_behind_a_proxy_links_and_redirects_lead_through_it(site: Any) -> None:
    with proxy(site) as url:
        assert where(httpx.get(f"{url}/where"))["url"] == f"{url}/where"
        assert where(httpx.get(f"{url}/where"))["link"] == f"{url}/where"
        redirected = httpx.get(f"{url}/where/", follow_redirects=True)
        assert (str(redirected.url), where(redirected)["url"]) == (f"{url}/where", f"{url}/where")


def test_what_a_proxy_tells(site: Any) -> None:
    told = {
        "X_Forwarded_For": "203.0.113.9, 2001:DB8::1, 127.0.0.1",
        "X_Forwarded_Proto": "https",
        "X_Forwarded_Host": "example.com",
        "X_Forwarded_Prefix": "/caf%C3%A9",
    }
    url = "https://example.com/café/where"
    answer = ask(site, **told)
    assert where(answer) == {"client": "2001:db8::1", "url": url, "link": url}
    assert answer.headers["strict-transport-security"] == "max-age=63072000"


def test_clients_of_a_network_that_is_denied(site: Any) -> None:
    refused = ask(site, X_Forwarded_For="198.51.100.7, 203.0.113.9")
    assert (refused.status_code, refused.text) == (403, "Not allowed from this address.")


def test_the_headers_of_a_page(site: Any) -> None:
    headers = ask(site, "/").headers
    assert headers["content-security-policy"].startswith("default-src 'self'; script-src 'nonce-")
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in headers
    assert ask(site, "/").headers["content-security-policy"] != headers["content-security-policy"]


@pytest.fixture(name="page")
def page_fixture(browser: Any) -> Iterator[Any]:
    page = browser.new_page()
    yield page
    page.close()


def listen(page: Any) -> list[str]:
    """What the browser writes on its console from now on."""
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    return messages


def test_only_the_script_with_the_nonce_runs_in_a_browser(page: Any, serve: Any) -> None:
    console = listen(page)
    with serve("uvicorn", "security:app", HERE, "--no-proxy-headers") as served, proxy(served) as url:
        for _ in range(2):  # with another nonce each time
            page.goto(f"{url}/")
            assert page.text_content("#own") == "ran"
            assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 128, 0)"
            page.click("a")
            assert page.text_content("#foreign") == "did not run"
    assert len(console) == 4, console  # a script and an attribute, twice: nothing is said of the other headers
    assert all("Content Security Policy directive" in message for message in console), console


def test_a_page_is_not_shown_in_a_frame(page: Any, serve: Any) -> None:
    console = listen(page)
    with serve("uvicorn", "security:app", HERE, "--no-proxy-headers") as served:
        page.goto(f"{served.url}/frame")
        assert page.frames[1].url == "chrome-error://chromewebdata/"
    assert any("'X-Frame-Options' to 'deny'" in message for message in console), console


def test_uvicorn_reads_the_headers_by_itself_unless_told_not_to(serve: Any) -> None:
    """What it has done already is not undone, but the peer is then the client, from whom nothing more is believed."""
    with serve("uvicorn", "security:app", HERE) as served:
        told = where(ask(served, X_Forwarded_For="192.0.2.1", X_Forwarded_Proto="https", X_Forwarded_Prefix="/shop"))
    url = f"https://127.0.0.1:{served.port}/where"
    assert told == {"client": "192.0.2.1", "url": url, "link": url}
