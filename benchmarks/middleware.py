"""Time of a request through our middleware beside Starlette's, in one process, interleaved round by round.

    python benchmarks/middleware.py [--rounds 25] [--only WORDS]

Both sides have the same parameters and are around the same bare ASGI application, so that what differs is the
middleware; "application" is one with a route, its layers of errors, and the same five in its list. Every round times
each side once, in changing order, so a machine that slows down slows both. Reported are the median rounds in
microseconds of one request, and their ratio. "bare" is the application without middleware, part of both sides' figures.

A second table has what Starlette has nothing like: what each of our other middleware adds to a request, with its
defaults. The access log writes to a file that keeps nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import platform
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

App = Callable[[Any, Any, Any], Awaitable[None]]

ORIGIN = (b"origin", b"https://page.example")
HOST = (b"host", b"api.example.org")
GZIP = (b"accept-encoding", b"gzip, deflate, br, zstd")
BROWSER = [
    HOST,
    (
        b"user-agent",
        b"Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
    ),
    (b"accept", b"application/json, text/plain, */*"),
    (b"accept-language", b"en-GB,en;q=0.9,de;q=0.8"),
    (b"referer", b"https://page.example/items"),
    (b"cookie", b"theme=dark; visits=17"),
]
PREFLIGHT = [
    *BROWSER,
    ORIGIN,
    (b"access-control-request-method", b"PUT"),
    (b"access-control-request-headers", b"content-type,x-token"),
]
CORS = {
    "allow_origins": ["https://page.example", "https://other.example"],
    "allow_methods": ["GET", "PUT"],
    "allow_headers": ["X-Token"],
    "allow_credentials": True,
}

SMALL = json.dumps({"id": 1, "name": "Zoë", "tags": ["a", "b"]}).encode()
RECORD = {"id": 1, "name": "Zoë", "tags": ["a", "b"], "price": 12.5, "active": True, "note": None}
LARGE = json.dumps([{**RECORD, "id": number, "price": number * 1.25} for number in range(11_000)]).encode()


def answering(body: bytes) -> App:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    return app


def ours() -> Any:
    import asgi_middleware

    return asgi_middleware


class _Starlette:
    """Starlette's middleware under the names of its package."""

    def __getattr__(self, name: str) -> Any:
        from importlib import import_module

        for module in ("cors", "gzip", "trustedhost", "httpsredirect", "authentication"):
            found = getattr(import_module(f"starlette.middleware.{module}"), name, None)
            if found is not None:
                return found
        from starlette import authentication

        return getattr(authentication, name)


def authenticated(side: Any, app: App) -> App:
    class Backend(side.AuthenticationBackend):  # type: ignore[misc]
        async def authenticate(self, conn: Any) -> Any:
            return side.AuthCredentials(["authenticated"]), side.SimpleUser("zoe")

    return side.AuthenticationMiddleware(app, Backend())


def compressed(side: Any, app: App) -> App:
    """What each side has for a new application: ours takes gzip at level 6, and zstd where a client does."""
    return side.GZipMiddleware(app) if isinstance(side, _Starlette) else side.CompressionMiddleware(app)


def five(side: Any, app: App) -> App:
    app = authenticated(side, app)
    app = side.GZipMiddleware(app)
    app = side.CORSMiddleware(app, **CORS)
    app = side.HTTPSRedirectMiddleware(app)
    return side.TrustedHostMiddleware(app, ["example.org", "*.example.org"])


def whole(side: Any, _app: App) -> App:
    if isinstance(side, _Starlette):
        from starlette.applications import Starlette as Application
        from starlette.middleware import Middleware
        from starlette.responses import JSONResponse
        from starlette.routing import Route
    else:
        from shine import JSONResponse, Middleware, Route
        from shine import Shine as Application

    async def item(request: Any) -> Any:
        return JSONResponse({"id": 1, "name": "Zoë"})

    class Backend(side.AuthenticationBackend):  # type: ignore[misc]
        async def authenticate(self, conn: Any) -> Any:
            return side.AuthCredentials(["authenticated"]), side.SimpleUser("zoe")

    return Application(
        routes=[Route("/", item)],
        middleware=[
            Middleware(side.TrustedHostMiddleware, ["example.org", "*.example.org"]),
            Middleware(side.HTTPSRedirectMiddleware),
            Middleware(side.CORSMiddleware, **CORS),
            Middleware(side.GZipMiddleware),
            Middleware(side.AuthenticationMiddleware, backend=Backend()),
        ],
    )


@dataclass
class Case:
    """What is put around the application, and the request."""

    title: str
    build: Callable[[Any, App], App]
    headers: list[tuple[bytes, bytes]]
    body: bytes = SMALL
    requests: int = 2000
    method: str = "GET"
    status: int = 200


CASES = [
    Case("bare", lambda _side, app: app, BROWSER),
    Case("CORS, no Origin", lambda side, app: side.CORSMiddleware(app, **CORS), BROWSER),
    Case("CORS, Origin allowed", lambda side, app: side.CORSMiddleware(app, **CORS), [*BROWSER, ORIGIN]),
    Case("CORS, any Origin", lambda side, app: side.CORSMiddleware(app, ["*"]), [*BROWSER, ORIGIN]),
    Case("CORS, preflight", lambda side, app: side.CORSMiddleware(app, **CORS), PREFLIGHT, method="OPTIONS"),
    Case("GZip, client takes none", lambda side, app: side.GZipMiddleware(app), BROWSER, LARGE),
    Case("GZip, body too small", lambda side, app: side.GZipMiddleware(app), [*BROWSER, GZIP]),
    Case("GZip, 4 KiB JSON", lambda side, app: side.GZipMiddleware(app), [*BROWSER, GZIP], LARGE[:4096], 500),
    Case("GZip, 1 MiB JSON", lambda side, app: side.GZipMiddleware(app), [*BROWSER, GZIP], LARGE, 1),
    Case("the same, our defaults", compressed, [*BROWSER, GZIP], LARGE, 1),
    Case("TrustedHost", lambda side, app: side.TrustedHostMiddleware(app, ["example.org", "*.example.org"]), BROWSER),
    Case("HTTPSRedirect, https", lambda side, app: side.HTTPSRedirectMiddleware(app), BROWSER),
    Case("Authentication", authenticated, BROWSER),
    Case("five, stacked", five, [*BROWSER, GZIP, ORIGIN]),
    Case("five, application", whole, [*BROWSER, GZIP, ORIGIN]),
]


def others() -> dict[str, Callable[[App], App]]:
    import logging
    import os

    import asgi_middleware as ours
    from asgi_middleware.prometheus import PrometheusMiddleware

    logger = logging.getLogger("benchmark.access")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(logging.FileHandler(os.devnull))
    return {
        "SecurityHeaders": ours.SecurityHeadersMiddleware,
        "ProxyHeaders": lambda app: ours.ProxyHeadersMiddleware(app, trusted=["192.0.2.0/24"]),
        "ClientNetworks": lambda app: ours.ClientNetworksMiddleware(app, deny=["10.0.0.0/8"]),
        "CSRF": ours.CSRFMiddleware,
        "RequestID": ours.RequestIDMiddleware,
        "AccessLog": lambda app: ours.AccessLogMiddleware(app, logger=logger),
        "ServerTiming": ours.ServerTimingMiddleware,
        "Timeout": ours.TimeoutMiddleware,
        "RateLimit, memory": lambda app: ours.RateLimitMiddleware(app, ours.RateLimit(10**9, per=60)),
        "RequestBodyLimit": lambda app: ours.RequestBodyLimitMiddleware(app, 1_000_000),
        "Prometheus": PrometheusMiddleware,
    }


async def measure_others(rounds: int, only: str) -> None:
    case = Case("bare", lambda _side, app: app, [*BROWSER, (b"x-forwarded-for", b"198.51.100.7")])
    bare = answering(case.body)
    apps = {"bare": bare, **{name: build(bare) for name, build in others().items() if only in name}}
    times: dict[str, list[float]] = {name: [] for name in apps}
    for number in range(-1, rounds):
        for name in sorted(apps, reverse=bool(number % 2)):
            gc.collect()
            elapsed = await seconds(apps[name], case)
            if number >= 0:
                times[name].append(elapsed)
    floor = statistics.median(times.pop("bare")) * 1_000_000
    print(f"\n{'µs':<26}{'added':>11}")
    for name, values in times.items():
        print(f"{name:<26}{statistics.median(values) * 1_000_000 - floor:>11.2f}")


async def seconds(app: App, case: Case) -> float:
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
            "http_version": "1.1",
            "method": case.method,
            "scheme": "https",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "root_path": "",
            "headers": list(case.headers),
            "client": ("192.0.2.1", 50000),
            "server": ("192.0.2.2", 443),
            "state": {},
            "extensions": {},
        }
        for _ in range(case.requests)
    ]
    begin = time.perf_counter()
    for scope in scopes:
        await app(scope, receive, send)
    elapsed = time.perf_counter() - begin
    assert statuses == {case.status}, f"{case.title}: answered with {statuses}."
    return elapsed / case.requests


async def measure(rounds: int, only: str) -> None:
    print(f"{'µs':<26}{'ours':>11}{'Starlette':>12}{'ratio':>8}")
    for case in CASES:
        if only not in case.title:
            continue
        apps = {name: case.build(side, answering(case.body)) for name, side in (("o", ours()), ("s", _Starlette()))}
        times: dict[str, list[float]] = {name: [] for name in apps}
        for app in apps.values():
            await seconds(app, case)
        for number in range(rounds):
            for name in sorted(apps, reverse=bool(number % 2)):
                gc.collect()
                times[name].append(await seconds(apps[name], case))
        our, their = (statistics.median(times[name]) * 1_000_000 for name in ("o", "s"))
        print(f"{case.title:<26}{our:>11.2f}{their:>12.2f}{our / their:>8.3f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--only", default="", help="cases with these words in their title")
    given = parser.parse_args()
    print(f"CPython {platform.python_version()}, {given.rounds} rounds")
    asyncio.run(measure(given.rounds, given.only))
    asyncio.run(measure_others(given.rounds, given.only))
