"""Under `install_as_starlette` shine does what Starlette does, where a program could depend on that."""

from __future__ import annotations

import json
import logging
import math
from contextvars import ContextVar

import anyio
import pytest

import shine
from shine import install_as_starlette
from shine.middleware.base import BaseHTTPMiddleware
from shine.middleware.cors import CORSMiddleware
from shine.middleware.httpsredirect import HTTPSRedirectMiddleware
from shine.middleware.sessions import SessionMiddleware
from shine.middleware.trustedhost import TrustedHostMiddleware
from shine.requests import Request
from shine.routing import Host, Mount, Route, Router
from shine.websockets import WebSocket


@pytest.fixture(autouse=True)
def _installed(clean):
    install_as_starlette()


def receive_all(*messages):
    remaining = iter(messages)

    async def receive():
        return next(remaining)

    return receive


def body(content, more=False):
    return {"type": "http.request", "body": content, "more_body": more}


def request(content_type, *contents):
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", content_type)]}
    return Request(scope, receive_all(*(body(content, True) for content in contents), body(b"")))


async def lifespans_of(route):
    started = []

    async def mounted(scope, receive, send):
        if scope["type"] == "lifespan":
            started.append(scope["type"])
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})

    app = shine.Shine(routes=[route(mounted)])

    async def send(message): ...

    receive = receive_all({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    await app({"type": "lifespan", "state": {}}, receive, send)
    return started


async def test_lifespans_of_mounts_run_where_they_are_asked_for():
    assert await lifespans_of(lambda app: Mount("/m", app)) == []
    assert await lifespans_of(lambda app: Host("h.example", app)) == []
    assert await lifespans_of(lambda app: Mount("/m", app, lifespan=True)) == ["lifespan"]
    assert await lifespans_of(lambda app: Host("h.example", app, lifespan=True)) == ["lifespan"]


async def test_lifespans_of_mounts_that_a_router_makes():
    router = Router()
    router.mount("/m", router)
    router.host("h.example", router)
    assert [route.lifespan_app() for route in router.routes] == [None, None]


async def test_bodies_and_files_have_no_limit():
    chunk = b"x" * (1 << 20)
    assert len(await request(b"text/plain", *[chunk] * 17).body()) == 17 << 20
    name = b'--b\r\nContent-Disposition: form-data; name="%s"; filename="f"\r\n\r\n' % (b"n" * 2000)
    async with request(b"multipart/form-data; boundary=b", name, *[chunk] * 201, b"\r\n--b--\r\n").form() as form:
        assert form["n" * 2000].size == 201 << 20


async def test_counts_of_fields_are_limited_as_in_starlette():
    with pytest.raises(shine.HTTPException, match="Too many fields"):
        await request(b"application/x-www-form-urlencoded", b"a=1&" * 1001).form()
    assert len(await request(b"application/x-www-form-urlencoded", b"a=1&" * 1001).form(max_fields=math.inf)) == 1


async def test_json_is_what_python_takes_for_it():
    assert math.isnan(await request(b"application/json", b"NaN").json())
    assert await request(b"application/json", rb'"\ud800"').json() == "\ud800"
    with pytest.raises(json.JSONDecodeError):
        await request(b"application/json", b"{").json()


def websocket(*messages, session=False):
    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"example.org"), (b"origin", b"https://other.example")]
    scope = {"type": "websocket", "path": "/", "headers": headers, **({"session": {}} if session else {})}
    return WebSocket(scope, receive_all({"type": "websocket.connect"}, *messages), send), sent


async def test_websockets_have_no_limit_on_messages_and_origins():
    text = "x" * (17 << 20)
    connection, sent = websocket({"type": "websocket.receive", "text": text}, session=True)
    await connection.accept()
    assert await connection.receive_text() == text
    await connection.send_json({"é": math.inf})
    assert sent[-1]["text"] == '{"é":Infinity}'


async def test_a_session_may_be_larger_than_browsers_take():
    async def app(scope, receive, send):
        scope["session"]["text"] = "x" * 5000
        await shine.Response()(scope, receive, send)

    sent = []

    async def send(message):
        sent.append(message)

    await SessionMiddleware(app, "key")({"type": "http", "method": "GET", "path": "/", "headers": []}, None, send)
    assert len(dict(sent[0]["headers"])[b"set-cookie"]) > 5000


async def test_middleware_sees_what_an_endpoint_raises():
    seen = []

    def noting(app):
        async def middleware(scope, receive, send):
            try:
                await app(scope, receive, send)
            except LookupError as error:
                seen.append(repr(error))
                await shine.PlainTextResponse("by the middleware", 503)(scope, receive, send)

        return middleware

    async def failing(request):
        raise LookupError("a bug")

    app = shine.Shine(routes=[Route("/", failing)], middleware=[shine.Middleware(noting)])
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    await app(scope, receive_all(body(b"")), send)
    assert (seen, sent[0]["status"]) == (["LookupError('a bug')"], 503)
    assert set(scope["starlette.exception_handlers"][0]) == {shine.HTTPException, shine.WebSocketException}


async def test_who_closes_a_websocket_of_a_failing_endpoint():
    async def failing(websocket):
        await websocket.accept()
        raise LookupError("a bug")

    sent = []

    async def send(message):
        sent.append(message["type"])

    app = shine.Shine(routes=[shine.WebSocketRoute("/", failing)])
    scope = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
    with pytest.raises(LookupError):
        await app(scope, receive_all({"type": "websocket.connect"}), send)
    assert sent == ["websocket.accept"]


async def test_limits_of_bodies_are_told_as_in_starlette():
    async def home(request):
        return shine.PlainTextResponse("not read")

    sent = []

    async def send(message):
        sent.append(message)

    app = shine.Shine(routes=[Route("/", home, methods=["POST"])], max_body_size=3)
    headers = [(b"content-length", b"4")]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b""}
    await app(scope, receive_all(body(b"1234")), send)
    assert (sent[0]["status"], sent[1]["body"]) == (413, b"Content Too Large")
    with pytest.raises(shine.HTTPException, match="400: Too many fields"):
        await request(b"application/x-www-form-urlencoded", b"a=1&b=2").form(max_fields=1)


async def test_large_files_are_opened_by_anyio_as_well(tmp_path, monkeypatch):
    opened = []
    open_file = anyio.open_file

    async def counting_open_file(*args, **kwargs):
        opened.append(await open_file(*args, **kwargs))
        return opened[-1]

    monkeypatch.setattr(anyio, "open_file", counting_open_file)
    path = tmp_path / "large.bin"
    await anyio.Path(path).write_bytes(b"x" * 200_000)
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "asgi": {"spec_version": "2.4"}}
    await shine.FileResponse(path)(scope, anyio.sleep_forever, send)
    assert sum(len(message.get("body", b"")) for message in sent) == 200_000
    assert [file.closed for file in opened] == [True]


async def test_the_application_behind_a_middleware_keeps_its_context_variables():
    variable = ContextVar("variable", default="lost")

    async def chunks():
        yield variable.get()

    async def dispatch(request, call_next):
        token = variable.set("kept")
        try:
            return await call_next(request)
        finally:
            variable.reset(token)

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "asgi": {"spec_version": "2.4"}}
    await BaseHTTPMiddleware(shine.StreamingResponse(chunks()), dispatch)(scope, anyio.sleep_forever, send)
    assert sent[1]["body"] == b"kept"


async def test_a_refusal_of_a_middleware_is_its_error():
    async def dispatch(request, call_next):
        raise shine.HTTPException(418)

    sent = []

    async def send(message):
        sent.append(message)

    app = shine.Shine(middleware=[shine.Middleware(BaseHTTPMiddleware, dispatch=dispatch)])
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    with pytest.raises(shine.HTTPException):
        await app(scope, receive_all(body(b"")), send)
    assert sent[0]["status"] == 500


async def test_hosts_that_can_be_in_no_url():
    async def answer(app, host):
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/", "scheme": "http", "headers": [(b"host", host)]}
        await app({**scope, "query_string": b"", "server": ("s.example", 80)}, receive_all(body(b"")), send)
        return sent[0]["status"], dict(sent[0]["headers"]).get(b"location")

    hosts = TrustedHostMiddleware(shine.Response(), allowed_hosts=["a.example"])
    assert await answer(hosts, b"a.example:65536") == (200, None)
    assert await answer(HTTPSRedirectMiddleware(shine.Response()), b"a b") == (307, b"https://s.example/")


def test_the_layers_of_an_application_lead_to_its_router():
    app = shine.Shine(middleware=[shine.Middleware(CORSMiddleware)])
    layer = app.build_middleware_stack()
    while not isinstance(layer, Router):
        layer = layer.app
    assert layer is app.router


def test_options_without_effect_are_logged(caplog):
    caplog.set_level(logging.WARNING, "asgi_middleware")
    app = shine.Response()
    cors = CORSMiddleware(
        app,
        allow_origins=["https://a.example", "https://b.example/"],
        allow_methods=["GET", "X Y"],
        allow_headers=["X-A", "X B"],
        max_age=600.0,
    )
    assert (cors.allow_origins, cors.allow_methods, cors.max_age) == (("https://a.example",), ("GET",), 600)
    hosts = TrustedHostMiddleware(app, allowed_hosts=["example.org", "example.org:8000"])
    assert hosts.allowed_hosts == ["example.org"]
    assert len(caplog.records) == 5
    with pytest.raises(AssertionError):  # as in Starlette
        TrustedHostMiddleware(app, allowed_hosts=["example.*"])


def test_templates_escape_by_name_as_jinja2_does(tmp_path):
    from shine.templating import Jinja2Templates

    for name in ("page.html", "page.j2"):
        (tmp_path / name).write_text("{{ text }}{% if csrf_token %}never{% endif %}{{ url_for('home') }}")
    templates = Jinja2Templates(tmp_path)

    def home(request):
        return templates.TemplateResponse(request, request.query_params["name"], {"text": "<b>"})

    assert set(templates.env.globals) & {"url_for", "csrf_token", "csrf_input", "csp_nonce"} == {"url_for"}
    shown = {}
    app = shine.Shine(routes=[Route("/", home)])
    for name in ("page.html", "page.j2"):
        shown[name] = get(app, f"name={name}")
    assert shown == {"page.html": b"&lt;b&gt;http://t/", "page.j2": b"<b>http://t/"}


def get(app, query):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "scheme": "http"}
    anyio.run(app, {**scope, "headers": [(b"host", b"t")]}, receive_all(body(b"")), send)
    return sent[1]["body"]
