"""Time of a request with a session, and of a rendered page, beside Starlette's, in one process, interleaved.

    python benchmarks/sessions_and_templates.py [--rounds 25] [--only WORDS]

Both sides have the same parameters and are around the same bare ASGI application, which does with ``scope["session"]``
what the case says; a page is a bare application that makes a response of the same template and sends it. Every round
times each side once, in changing order, so a machine that slows down slows both. Reported are the median rounds in
microseconds of one request, and their ratio.

A second table has what Starlette has nothing like, as it is.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import platform
import statistics
import tempfile
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from itsdangerous import TimestampSigner

App = Callable[[Any, Any, Any], Awaitable[None]]
Use = Callable[[Any], object]

SECRET = "a long random string, kept out of the code"
SESSION = {"user": 17, "name": "Zoë", "cart": [1, 2, 3], "theme": "dark"}
COOKIE = b"theme=dark; session=" + TimestampSigner(SECRET).sign(b64encode(json.dumps(SESSION).encode()))

PAGES = {
    "layout.html": "<!DOCTYPE html><title>{% block title %}{% endblock %}</title>"
    "<main>{% block main %}{% endblock %}</main>",
    "page.html": "{% extends 'layout.html' %}{% block title %}{{ title }}{% endblock %}"
    "{% block main %}<ul>{% for item in items %}<li>{{ item }}</li>{% endfor %}</ul>{% endblock %}",
    "small.html": "<p>Hello, {{ name }}!</p>",
}


def around(use: Use) -> App:
    """An application that uses its session and answers."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        use(scope["session"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})

    return app


def sessions(side: str) -> Any:
    if side == "ours":
        from asgi_sessions import SessionMiddleware
    else:
        from starlette.middleware.sessions import SessionMiddleware  # type: ignore[assignment]
    return SessionMiddleware


def with_session(use: Use) -> Callable[[str], App]:
    return lambda side: sessions(side)(around(use), SECRET)


def write(session: Any) -> None:
    session["theme"] = "light"


def templating(side: str, env: jinja2.Environment) -> tuple[Any, Any]:
    if side == "ours":
        from asgi_templates import Jinja2Templates
        from asgi_types import HTTPConnection

        return Jinja2Templates(env=env), HTTPConnection
    from starlette.requests import Request
    from starlette.templating import Jinja2Templates as TheirTemplates

    return TheirTemplates(env=env), Request


def page(name: str, env: Callable[[], jinja2.Environment], context: dict[str, Any]) -> Callable[[str], App]:
    def build(side: str) -> App:
        templates, request_class = templating(side, env())

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await templates.TemplateResponse(request_class(scope), name, dict(context))(scope, receive, send)

        return app

    return build


def in_memory() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.DictLoader(PAGES), autoescape=True)


@dataclass
class Case:
    """What is timed, and the request."""

    title: str
    build: Callable[[str], App]
    cookie: bytes = COOKIE
    requests: int = 2000


ITEMS = {"title": "Items", "items": [f"item {number} & more" for number in range(20)]}
CASES = [
    Case("session not touched", with_session(lambda _session: None)),
    Case("session read", with_session(lambda session: session["user"])),
    Case("session written", with_session(write)),
    Case("session begun", with_session(write), b"theme=dark"),
    Case("no session, looked for", with_session(lambda session: session.get("user")), b"theme=dark"),
    Case("session forged", with_session(lambda session: session.get("user")), COOKIE[:-3] + b"xxx"),
    Case("page, one line", page("small.html", in_memory, {"name": "<Zoë>"})),
    Case("page, layout and 20 items", page("page.html", in_memory, ITEMS)),
]


async def seconds(app: App, cookie: bytes, requests: int) -> float:
    """Of one request, the mean of a round."""
    statuses: set[int] = set()

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.add(message["status"])

    scopes = [
        {
            "type": "http",
            "method": "GET",
            "scheme": "https",
            "path": "/",
            "query_string": b"",
            "headers": [(b"host", b"example.org"), (b"accept", b"text/html"), (b"cookie", cookie)],
            "extensions": {},
        }
        for _ in range(requests)
    ]
    begin = time.perf_counter()
    for scope in scopes:
        await app(scope, receive, send)
    elapsed = time.perf_counter() - begin
    assert statuses == {200}, statuses
    return elapsed / requests


async def medians(apps: dict[str, App], case: Case, rounds: int) -> dict[str, float]:
    """Microseconds of each, all in one interleaved run."""
    times: dict[str, list[float]] = {name: [] for name in apps}
    for number in range(-1, rounds):
        for name in sorted(apps, reverse=bool(number % 2)):
            gc.collect()
            elapsed = await seconds(apps[name], case.cookie, case.requests)
            if number >= 0:
                times[name].append(elapsed)
    return {name: statistics.median(values) * 1_000_000 for name, values in times.items()}


async def measure(rounds: int, only: str) -> None:
    print(f"{'µs':<28}{'ours':>11}{'Starlette':>12}{'ratio':>8}")
    for case in CASES:
        if only in case.title:
            found = await medians({side: case.build(side) for side in ("ours", "starlette")}, case, rounds)
            our, their = found["ours"], found["starlette"]
            print(f"{case.title:<28}{our:>11.2f}{their:>12.2f}{our / their:>8.3f}", flush=True)


async def measure_others(rounds: int, only: str) -> None:
    import asgi_sessions
    from asgi_sessions.encrypted import EncryptedSessionMiddleware

    print(f"\n{'µs':<28}{'read':>11}{'written':>12}")
    with tempfile.TemporaryDirectory() as folder:
        stores: dict[str, Callable[[App], App]] = {
            "encrypted cookie": lambda app: EncryptedSessionMiddleware(app, SECRET),
            "memory": lambda app: asgi_sessions.StoredSessionMiddleware(app, asgi_sessions.MemorySessionStore()),
            "SQLite": lambda app: asgi_sessions.StoredSessionMiddleware(
                app, asgi_sessions.SQLiteSessionStore(Path(folder) / "sessions.db")
            ),
        }
        for name, build in stores.items():
            if only in name:
                await measure_kept(name, build, rounds)


async def measure_kept(name: str, build: Callable[[App], App], rounds: int) -> None:
    uses: dict[str, Use] = {"now": lambda session: session.update(SESSION)}
    app = build(around(lambda session: uses["now"](session)))  # noqa: PLW0108 - it changes
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {"type": "http", "method": "GET", "scheme": "https", "path": "/", "query_string": b"", "headers": []}
    await app(scope, None, send)
    cookie = dict(sent[0]["headers"])[b"set-cookie"].partition(b";")[0]
    numbers = iter(range(10**9))
    figures: list[float] = []
    for uses["now"] in (lambda session: session["user"], lambda session: session.update(user=next(numbers))):
        figures.extend((await medians({name: app}, Case(name, lambda _side: app, cookie, 500), rounds)).values())
    print(f"{name:<28}{figures[0]:>11.2f}{figures[1]:>12.2f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--only", default="", help="cases with these words in their title")
    given = parser.parse_args()
    print(f"CPython {platform.python_version()}, {given.rounds} rounds")
    asyncio.run(measure(given.rounds, given.only))
    asyncio.run(measure_others(given.rounds, given.only))
