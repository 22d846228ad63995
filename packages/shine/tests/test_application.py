"""The application: its layers in their order, its handlers, its lifespan."""

from __future__ import annotations

import math
from contextlib import asynccontextmanager

import pytest

from shine import (
    HTTPException,
    JSONResponse,
    Middleware,
    Mount,
    PlainTextResponse,
    Request,
    Route,
    Shine,
    WebSocketRoute,
)
from shine.applications import Starlette
from shine.middleware.base import BaseHTTPMiddleware
from shine.middleware.body_limit import RequestBodyLimitMiddleware
from shine.middleware.errors import ServerErrorMiddleware
from shine.middleware.exceptions import ExceptionMiddleware
from shine.middleware.trustedhost import TrustedHostMiddleware
from shine.routing import Router, request_response


async def hello(request):
    return PlainTextResponse(f"Hello, {request.path_params.get('name', 'world')}!")


async def broken(request):
    raise LookupError("no such thing")


async def forbidden(request):
    raise HTTPException(403, "Not for you.")


ROUTES = [
    Route("/", hello),
    Route("/hello/{name}", hello, name="greet"),
    Route("/broken", broken),
    Route("/forbidden", forbidden),
]


class Stamp:
    """Adds a header to every response, as CORS or request-id middleware does, and notes what passes it."""

    def __init__(self, app, name="stamp", seen=None):
        self.app = app
        self.name = name
        self.seen = [] if seen is None else seen

    async def __call__(self, scope, receive, send):
        async def stamping_send(message):
            if message["type"] == "http.response.start":
                self.seen.append(message["status"])
                message["headers"].append((self.name.encode(), b"yes"))
            await send(message)

        try:
            await self.app(scope, receive, stamping_send)
        except Exception as exc:
            self.seen.append(type(exc))
            raise


async def test_answers_requests(drive):
    app = Shine(routes=ROUTES)
    assert (await drive.request(app)).text == "Hello, world!"
    answer = await drive.request(app, "/hello/Zoë")
    assert (answer.status, answer.text) == (200, "Hello, Zoë!")
    assert answer.scope["app"] is app
    assert answer.scope["router"] is app.router
    assert answer.scope["route"] is app.routes[1]


async def test_misses(drive):
    app = Shine(routes=ROUTES)
    missing = await drive.request(app, "/missing")
    assert (missing.status, missing.text) == (404, "Not Found")
    wrong = await drive.request(app, "/", "DELETE")
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET, HEAD")
    assert (await drive.request(app, "/hello/x", "HEAD")).body == b""


async def test_unhandled_error_is_answered_and_raised(drive):
    sent = []

    async def send(message):
        sent.append(message)

    with pytest.raises(LookupError, match="no such thing"):
        await Shine(routes=ROUTES)(drive.scope("/broken"), None, send)
    assert [message.get("status") for message in sent] == [500, None]
    assert sent[1]["body"] == b"Internal Server Error"


async def collect(app, scope):
    """What is sent on a scope, and what is raised."""
    sent = []

    async def send(message):
        sent.append(message)

    try:
        await app(scope, None, send)
    except Exception as exc:
        return sent, exc
    return sent, None


async def test_middleware_sees_every_answer(drive):
    """The header that users miss on the errors of other frameworks (a CORS header on a 500) is there."""
    seen = []
    app = Shine(routes=ROUTES, middleware=[Middleware(Stamp, "x-outer", seen)])
    for path, status in {"/": 200, "/missing": 404, "/forbidden": 403, "/broken": 500}.items():
        sent, _ = await collect(app, drive.scope(path))
        assert sent[0]["status"] == status
        assert (b"x-outer", b"yes") in sent[0]["headers"]
    assert seen == [200, 404, 403, 500, LookupError]


async def test_error_in_middleware_is_answered_outside(drive):
    class Broken:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            raise ZeroDivisionError

    async def on_error(request, exc):
        return PlainTextResponse(type(exc).__name__, 500)

    app = Shine(routes=ROUTES, middleware=[Middleware(Broken)], exception_handlers={Exception: on_error})
    sent, raised = await collect(app, drive.scope("/"))
    assert (sent[0]["status"], sent[1]["body"]) == (500, b"ZeroDivisionError")
    assert isinstance(raised, ZeroDivisionError)


async def test_http_exception_in_middleware_is_an_answer(drive):
    class Refusing:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})

    async def page(request, exc):
        assert isinstance(request, Request)
        return PlainTextResponse(f"page for {exc.status_code}", exc.status_code, exc.headers)

    plain = await drive.request(Shine(routes=ROUTES, middleware=[Middleware(Refusing)]))
    assert (plain.status, plain.text, plain.headers["www-authenticate"]) == (401, "Unauthorized", "Basic")
    app = Shine(routes=ROUTES, middleware=[Middleware(Refusing)], exception_handlers={401: page})
    assert (await drive.request(app)).text == "page for 401"


async def test_middleware_order(drive):
    app = Shine(routes=ROUTES, middleware=[Middleware(Stamp, "x-second"), Middleware(Stamp, name="x-third")])
    app.add_middleware(Stamp, "x-first")
    answer = await drive.request(app)
    assert answer.headers.keys()[2:] == ["x-third", "x-second", "x-first"]
    with pytest.raises(RuntimeError, match="Cannot add middleware after an application has started"):
        app.add_middleware(Stamp)


def test_who_replaces_the_making_of_middleware_sees_every_layer(monkeypatch):
    """As Sentry does, which looks for the error layers there and nowhere else."""
    seen = []
    make = Middleware.__init__

    def noting(self, cls, *args, **kwargs):
        seen.append((cls, sorted(kwargs)))
        make(self, cls, *args, **kwargs)

    app = Shine(middleware=[Middleware(Stamp, "x-user")], max_body_size=9)
    monkeypatch.setattr(Middleware, "__init__", noting)
    app.build_middleware_stack()
    assert seen == [
        (ServerErrorMiddleware, ["debug", "handler"]),
        (ExceptionMiddleware, ["debug", "handlers", "server_errors"]),
        (RequestBodyLimitMiddleware, ["max_body_size"]),
    ]


async def test_errors_may_be_answered_outside_of_the_middleware(drive):
    """A subclass has what a middleware that turns exceptions into answers needs."""

    class Outside(Shine):
        answers_errors_inside = False

    async def catching(request, call_next):
        try:
            return await call_next(request)
        except LookupError as error:
            return PlainTextResponse(str(error), 418)

    routes = [Route("/", broken), Route("/forbidden", forbidden)]
    app = Outside(routes=routes, middleware=[Middleware(BaseHTTPMiddleware, dispatch=catching)])
    answer = await drive.request(app)
    assert (answer.status, answer.text) == (418, "no such thing")
    assert (await drive.request(app, "/forbidden")).status == 403

    sent, raised = await collect(Outside(routes=routes, middleware=[Middleware(Stamp, "x-outer", [])]), drive.scope())
    assert (sent[0]["status"], sent[1]["body"], type(raised)) == (500, b"Internal Server Error", LookupError)
    assert (b"x-outer", b"yes") not in sent[0]["headers"]


async def test_what_wraps_it_refuses_by_itself_where_errors_are_answered_outside(drive):
    class Outside(Shine):
        answers_errors_inside = False

    async def problem(request, exc):
        return PlainTextResponse("handled", exc.status_code)

    async def echo(request):
        return PlainTextResponse(await request.body())

    handlers = {400: problem, 404: problem, 413: problem}
    hosts = Middleware(TrustedHostMiddleware, ["example.org"])
    app = Outside(routes=[Route("/", echo)], middleware=[hosts], exception_handlers=handlers)
    assert (await drive.request(app)).text == "Invalid host header"
    assert (await drive.request(app, "/missing", headers=[(b"host", b"example.org")])).text == "handled"
    limited = Outside(routes=[Route("/", echo, methods=["POST"])], max_body_size=3, exception_handlers=handlers)
    refused = await drive.request(limited, method="POST", body=b"1234")
    assert (refused.status, refused.text) == (413, "handled")  # it is the endpoint that reads too much
    plain = Outside(routes=[Route("/", broken)], exception_handlers=handlers)
    sent, raised = await collect(plain, drive.scope())
    assert (sent[0]["status"], type(raised)) == (500, LookupError)


@pytest.mark.parametrize("key", [500, Exception])
async def test_handler_of_unhandled_errors(drive, key):
    async def on_error(request, exc):
        return JSONResponse({"error": str(exc)}, 500)

    app = Shine(routes=ROUTES)
    app.add_exception_handler(key, on_error)
    sent, raised = await collect(app, drive.scope("/broken"))
    assert sent[1]["body"] == b'{"error":"no such thing"}'
    assert isinstance(raised, LookupError)


async def test_handlers_by_class_and_status(drive):
    async def on_lookup(request, exc):
        return PlainTextResponse("looked up", 410)

    def on_missing(request, exc):
        return PlainTextResponse(f"no {request.url.path}", 404)

    app = Shine(routes=ROUTES, exception_handlers={LookupError: on_lookup, 404: on_missing})
    assert (await drive.request(app, "/broken")).text == "looked up"
    assert (await drive.request(app, "/gone")).text == "no /gone"


async def test_handlers_see_the_body_that_was_read(drive):
    """A handler gets the very request of the endpoint: its body comes over the wire once only."""

    async def reading(request):
        raise LookupError(await request.json())

    async def on_lookup(request, exc):
        return PlainTextResponse(f"{exc} in {await request.body()!r}", 400)

    app = Shine(routes=[Route("/", reading, methods=["POST"])], exception_handlers={LookupError: on_lookup})
    answer = await drive.request(app, "/", "POST", [b"[1", b",2]"])
    assert answer.text == "[1, 2] in b'[1,2]'"
    app = Shine(routes=[Route("/", reading, methods=["POST"])], exception_handlers={500: on_lookup})
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"7", "more_body": False}

    async def send(message):
        sent.append(message)

    with pytest.raises(LookupError):
        await app(drive.scope("/", "POST"), receive, send)
    assert sent[1]["body"] == b"7 in b'7'"


async def test_websocket_handlers_see_the_state(drive):
    async def failing(websocket):
        await websocket.accept()
        raise LookupError("gone")

    async def on_lookup(websocket, exc):
        await websocket.close(4000, f"{exc}, {websocket.application_state.name}")

    app = Shine(routes=[WebSocketRoute("/", failing)], exception_handlers={LookupError: on_lookup})
    answer = await drive.websocket(app, "/")
    assert answer.messages[-1] == {"type": "websocket.close", "code": 4000, "reason": "gone, CONNECTED"}


async def test_handlers_are_added_before_the_first_request(drive):
    app = Shine(routes=ROUTES)
    await drive.request(app)
    with pytest.raises(RuntimeError, match="Cannot add an exception handler after an application has started"):
        app.add_exception_handler(404, broken)


async def test_debug(drive):
    app = Shine(debug=True, routes=ROUTES)
    sent, _ = await collect(app, drive.scope("/broken", headers={"accept": "text/html"}))
    assert b"LookupError" in sent[1]["body"]
    assert (b"content-type", b"text/html; charset=utf-8") in sent[0]["headers"]


async def test_lifespan_gives_its_state_to_requests(drive):
    log = []

    @asynccontextmanager
    async def lifespan(app):
        log.append(app)
        yield {"greeting": "Hi"}
        log.append("closed")

    async def greet(request):
        return PlainTextResponse(request.state.greeting)

    app = Shine(routes=[Route("/", greet)], lifespan=lifespan)
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    answer = await drive.events(app, scope, events)
    assert [message["type"] for message in answer.messages] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert log == [app, "closed"]
    assert scope["state"] == {"greeting": "Hi"}
    assert (await drive.request(app, state=dict(scope["state"]))).text == "Hi"


async def test_lifespan_passes_middleware(drive):
    app = Shine(middleware=[Middleware(Stamp)])
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}}
    answer = await drive.events(app, scope, [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    assert len(answer.messages) == 2


async def test_websocket(drive):
    async def echo(websocket):
        await websocket.accept()
        await websocket.send_text((await websocket.receive_text()).upper())
        await websocket.close()

    app = Shine(routes=[WebSocketRoute("/ws", echo)])
    answer = await drive.websocket(app, "/ws", ["hello"])
    assert answer.messages[1] == {"type": "websocket.send", "text": "HELLO"}
    refused = await drive.websocket(app, "/other")
    assert [message["type"] for message in refused.messages] == ["websocket.close"]


async def test_routes_change_at_any_time(drive):
    app = Shine()
    assert (await drive.request(app)).status == 404
    app.add_route("/", hello)
    assert (await drive.request(app)).status == 200
    app.routes.clear()
    assert (await drive.request(app)).status == 404


async def test_router_with_its_own_call(drive):
    """An overridden ``__call__`` is called: the short way in is for those that add nothing."""

    class Counting(Router):
        calls = 0

        async def __call__(self, scope, receive, send):
            self.calls += 1
            await super().__call__(scope, receive, send)

    class App(Shine):
        router_class = Counting

    app = App(routes=ROUTES)
    assert (await drive.request(app)).status == 200
    assert app.router.calls == 1


def test_layers():
    app = Shine(middleware=[Middleware(Stamp)])
    outermost = app.build_middleware_stack()
    assert type(outermost) is ServerErrorMiddleware
    assert type(outermost.app) is ExceptionMiddleware
    assert type(outermost.app.app) is Stamp
    assert type(outermost.app.app.app) is ExceptionMiddleware
    assert type(Shine().build_middleware_stack().app) is ExceptionMiddleware


def test_surface():
    assert Starlette is Shine
    app = Shine(routes=ROUTES)
    assert app.url_path_for("greet", name="x") == "/hello/x"
    app.state.counter = 1
    assert app.state["counter"] == 1


async def test_requests_do_not_share_anything(drive):
    """Interleaved requests see their own data only (CVE-2020-35681)."""
    import anyio

    async def slow(request):
        await anyio.sleep(0.001 * (int(request.path_params["name"]) % 7))
        return PlainTextResponse(request.path_params["name"] + request.headers["x-id"])

    app = Shine(routes=[Route("/{name}", slow)])
    answers = {}

    async def ask(number):
        answer = await drive.request(app, f"/{number}", headers={"x-id": f"-{number}"})
        answers[number] = answer.text

    async with anyio.create_task_group() as group:
        for number in range(300):
            group.start_soon(ask, number)
    assert answers == {number: f"{number}-{number}" for number in range(300)}


# The limit of bodies


async def size(request):
    return PlainTextResponse(str(len(await request.body())))


async def streamed_size(request):
    return PlainTextResponse(str(sum([len(chunk) async for chunk in request.stream()])))


@pytest.mark.parametrize("endpoint", [size, streamed_size])
async def test_the_limit_of_an_application_and_of_a_route(drive, endpoint):
    routes = [
        Route("/", endpoint, methods=["POST"]),
        Route("/large", request_response(endpoint, max_body_size=8), methods=["POST"]),
        Route("/any", request_response(endpoint, max_body_size=math.inf), methods=["POST"]),
        Route("/same", request_response(endpoint, max_body_size=None), methods=["POST"]),
        Route("/none", endpoint, methods=["POST"], max_body_size=math.inf),
    ]
    app = Shine(routes=routes, max_body_size=4)
    assert (await drive.request(app, "/", "POST", b"1234")).text == "4"
    refused = await drive.request(app, "/", "POST", [b"1234", b"5"])
    assert (refused.status, refused.text) == (413, "The body is larger than the limit of 4 bytes.")
    assert (await drive.request(app, "/large", "POST", b"12345678")).text == "8"
    assert (await drive.request(app, "/large", "POST", b"123456789")).status == 413
    assert (await drive.request(app, "/any", "POST", b"123456789")).text == "9"
    assert (await drive.request(app, "/same", "POST", b"1234")).text == "4"
    assert (await drive.request(app, "/same", "POST", b"12345")).status == 413
    assert (await drive.request(app, "/none", "POST", b"123456789")).text == "9"


@pytest.mark.parametrize("none", [{}, {"max_body_size": None}])
async def test_the_limit_when_nobody_sets_one(drive, none):
    routes = [Route("/", size, methods=["POST"]), Route("/stream", streamed_size, methods=["POST"])]
    app = Shine(routes=routes, **none)
    chunks = [b"x" * 2**20] * 17
    assert (await drive.request(app, "/", "POST", chunks)).status == 413
    assert (await drive.request(app, "/stream", "POST", chunks)).text == str(17 * 2**20)
    unlimited = Shine(routes=app.routes, max_body_size=math.inf)
    assert (await drive.request(unlimited, "/", "POST", chunks)).text == str(17 * 2**20)


@pytest.mark.parametrize("limit", [-1, True, math.nan, "4"])
def test_what_is_no_limit_is_refused_before_anything_runs(limit):
    with pytest.raises(ValueError, match=r"^max_body_size is .*: give a number of bytes, or math\.inf for no limit\.$"):
        Shine(max_body_size=limit)


async def test_routes_by_decorators_and_methods(drive):
    app = Shine()

    @app.get("/a/{id:int}", name="a")
    @app.post("/b", max_body_size=1)
    async def endpoint(request):
        return PlainTextResponse(f"{request.method} {len(await request.body())} {request.url_for('a', id=7).path}")

    @app.websocket("/ws")
    async def socket(websocket):
        await websocket.accept()
        await websocket.close(4000)

    inner = Shine(routes=[Route("/", endpoint, name="inner")])
    app.mount("/mount", inner, name="m")
    app.host("other.example", inner)
    assert (await drive.request(app, "/a/1")).text == "GET 0 /a/7"
    assert (await drive.request(app, "/b", "POST", body=b"x")).text == "POST 1 /a/7"
    assert (await drive.request(app, "/b", "POST", body=b"xy")).status == 413
    assert (await drive.websocket(app, "/ws")).messages[1]["code"] == 4000
    assert (await drive.request(app, "/mount/")).text == "GET 0 /a/7"
    assert (await drive.request(app, "/", headers={"host": "other.example"})).status == 200
    assert (await drive.request(app, "/")).status == 404
    assert app.url_path_for("m:inner") == "/mount/"


async def test_the_limit_of_the_body_is_kept_whatever_is_mounted(drive):
    async def bare(scope, receive, send):
        while (await receive())["more_body"]:
            pass
        await PlainTextResponse("all")(scope, receive, send)

    async def too_large(request, exc):
        return PlainTextResponse(f"handled {exc.limit}", 413)

    app = Shine(routes=[Mount("/bare", bare)], max_body_size=3, exception_handlers={413: too_large})
    assert (await drive.request(app, "/bare/", "POST", body=[b"a", b"b", b"c"])).text == "all"
    answer = await drive.request(app, "/bare/", "POST", body=[b"a", b"b", b"c", b"d"])
    assert (answer.status, answer.text) == (413, "handled 3")


async def test_a_router_whose_call_was_replaced_is_called(drive, monkeypatch):
    called = []
    original = Router.__call__

    async def replaced(self, scope, receive, send):
        called.append(scope["type"])
        await original(self, scope, receive, send)

    monkeypatch.setattr("asgi_routing.Router.__call__", replaced)
    assert (await drive.request(Shine(routes=ROUTES), "/")).status == 200
    assert called == ["http"]


def test_a_router_of_ones_own_may_have_starlettes_signatures():
    class Own(Router):
        def add_route(self, path, endpoint, methods=None, name=None, include_in_schema=True):
            super().add_route(f"/v1{path}", endpoint, methods, name, include_in_schema)

    class OwnShine(Shine):
        router_class = Own

    app = OwnShine()
    app.add_route("/a", hello)
    app.get("/b")(hello)
    assert [route.path for route in app.routes] == ["/v1/a", "/v1/b"]
