"""Spans and metrics of requests and connections, as the SDK of OpenTelemetry gets them."""

import importlib
import importlib.util

import anyio
import anyio.lowlevel
import pytest
from anyio import to_thread
from opentelemetry import baggage, trace
from opentelemetry.trace import SpanKind, StatusCode

from asgi_middleware.opentelemetry import OpenTelemetryMiddleware
from asgi_types import HTTPException, Response

TRACE = {"traceparent": "00-0000000000000000000000000000002a-0000000000000007-01", "baggage": "user=ann"}


class Route:
    path = "/users/{id}"


def routed(app):
    async def routing(scope, receive, send):
        scope["route"] = Route()
        await app(scope, receive, send)

    return routing


async def test_a_request_is_a_span(drive, telemetry):
    app = telemetry.around(routed(Response("Hello")))
    answer = await drive.request(
        app, "/users/7?a=1", headers={"host": "example.org:8000", "user-agent": "tests"}, http_version="2"
    )
    assert answer.text == "Hello"
    span = telemetry.span
    assert (span.name, span.kind, span.status.status_code) == ("GET /users/{id}", SpanKind.SERVER, StatusCode.UNSET)
    assert dict(span.attributes) == {
        "http.request.method": "GET",
        "url.path": "/users/7",
        "url.query": "a=1",
        "url.scheme": "http",
        "server.address": "example.org",
        "server.port": 8000,
        "network.protocol.version": "2",
        "client.address": "testclient",
        "user_agent.original": "tests",
        "http.route": "/users/{id}",
        "http.response.status_code": 200,
    }
    assert span.instrumentation_scope.name == "asgi_middleware"


async def test_a_request_without_a_route_is_named_by_its_method(drive, telemetry):
    await drive.request(telemetry.around(Response("x")), "/made/up")
    assert telemetry.span.name == "GET"
    assert "http.route" not in telemetry.span.attributes


async def test_the_provider_of_the_process_may_come_after_the_middleware(drive, telemetry, monkeypatch):
    app = OpenTelemetryMiddleware(Response("x"), meter_provider=telemetry.meter_provider)
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: telemetry.tracer_provider)
    await drive.request(app)
    assert telemetry.span.name == "GET"


async def test_its_trace_and_baggage_go_on(drive, telemetry):
    seen = []

    def in_thread():
        with telemetry.tracer.start_as_current_span("thread"):
            seen.append(baggage.get_baggage("user"))

    async def app(scope, receive, send):
        with telemetry.tracer.start_as_current_span("child"):
            seen.append(baggage.get_baggage("user"))
        await to_thread.run_sync(in_thread)
        await Response("x")(scope, receive, send)

    await drive.request(telemetry.around(app), headers=TRACE)
    child, thread, server = telemetry.spans
    assert (child.name, thread.name, server.name) == ("child", "thread", "GET")
    assert {span.context.trace_id for span in telemetry.spans} == {42}
    assert server.parent.span_id == 7
    assert {child.parent.span_id, thread.parent.span_id} == {server.context.span_id}
    assert seen == ["ann", "ann"]
    assert not trace.get_current_span().get_span_context().is_valid


async def test_requests_at_once_keep_their_spans_apart(drive, telemetry):
    async def app(scope, receive, send):
        await anyio.lowlevel.checkpoint()
        with telemetry.tracer.start_as_current_span(scope["path"]):
            await anyio.lowlevel.checkpoint()
        await Response("x")(scope, receive, send)

    app = telemetry.around(routed(app))
    async with anyio.create_task_group() as group:
        for n in range(5):
            group.start_soon(drive.request, app, f"/{n}")
    servers = {span.context.span_id: span.attributes["url.path"] for span in telemetry.spans if span.parent is None}
    children = {span.name: servers[span.parent.span_id] for span in telemetry.spans if span.parent is not None}
    assert children == {f"/{n}": f"/{n}" for n in range(5)}


async def test_it_ends_with_the_last_byte(drive, telemetry):
    seen = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        seen.append(len(telemetry.spans))
        await send({"type": "http.response.body", "body": b"b"})
        seen.append(len(telemetry.spans))
        raise ValueError("in a background task")

    with pytest.raises(ValueError):
        await drive.request(telemetry.around(app))
    assert seen == [0, 1]
    assert telemetry.span.status.status_code == StatusCode.UNSET


async def test_an_error_that_is_answered_and_raised_is_recorded(drive, telemetry, monkeypatch, clock):
    monkeypatch.setattr("asgi_middleware._exchange.exchange.time_ns", lambda: 10**18)

    async def app(scope, receive, send):
        clock.now += 2
        await Response("Internal Server Error", 500)(scope, receive, send)
        clock.now += 1
        raise ValueError("no such thing")

    with pytest.raises(ValueError, match="no such thing"):
        await drive.request(telemetry.around(app))
    span = telemetry.span
    assert span.end_time == 10**18 + 2 * 10**9
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "ValueError: no such thing")
    assert span.attributes["error.type"] == "ValueError"
    assert span.attributes["http.response.status_code"] == 500
    (event,) = span.events
    assert (event.name, event.attributes["exception.message"]) == ("exception", "no such thing")


async def test_an_error_in_a_stream_is_recorded(drive, telemetry):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise HTTPException(400)

    with pytest.raises(HTTPException):
        await drive.request(telemetry.around(app))
    assert telemetry.span.status.status_code == StatusCode.ERROR
    assert (
        dict(telemetry.span.attributes).items()
        >= {
            "error.type": "HTTPException",
            "http.response.status_code": 200,
        }.items()
    )


@pytest.mark.parametrize(("status", "code", "error"), [
    (200, StatusCode.UNSET, None),
    (404, StatusCode.UNSET, None),
    (499, StatusCode.UNSET, None),
    (500, StatusCode.ERROR, "500"),
    (503, StatusCode.ERROR, "503"),
])  # fmt: skip
async def test_only_server_errors_are_errors(drive, telemetry, status, code, error):
    await drive.request(telemetry.around(Response("x", status)))
    assert telemetry.span.status.status_code == code
    assert telemetry.span.attributes.get("error.type") == error
    assert telemetry.span.attributes["http.response.status_code"] == status


async def test_one_that_is_cancelled_is_no_error_of_the_application(drive, telemetry):
    with anyio.CancelScope() as cancelling:

        async def app(scope, receive, send):
            cancelling.cancel()
            await anyio.sleep_forever()

        await drive.request(telemetry.around(app))
    span = telemetry.span
    assert span.status.status_code == StatusCode.UNSET
    assert span.attributes["error.type"] in ("CancelledError", "Cancelled")
    assert span.attributes["http.response.status_code"] == 499


@pytest.mark.parametrize("raises", [None, ConnectionError("gone")])
async def test_a_client_that_has_left_is_no_error_of_the_application(drive, telemetry, raises):
    async def app(scope, receive, send):
        await receive()
        assert (await receive())["type"] == "http.disconnect"
        if raises:
            raise raises

    if raises:
        with pytest.raises(ConnectionError):
            await drive.request(telemetry.around(app))
    else:
        await drive.request(telemetry.around(app))
    span = telemetry.span
    assert (span.status.status_code, span.attributes["http.response.status_code"]) == (StatusCode.UNSET, 499)
    assert [event.name for event in span.events] == (["exception"] if raises else [])


@pytest.mark.parametrize("raises", [None, LookupError()])
async def test_one_without_an_answer_is_a_500(drive, telemetry, raises):
    async def app(scope, receive, send):
        if raises:
            raise raises

    if raises:
        with pytest.raises(LookupError):
            await drive.request(telemetry.around(app))
    else:
        await drive.request(telemetry.around(app))
    span = telemetry.span
    assert (span.status.status_code, span.attributes["http.response.status_code"]) == (StatusCode.ERROR, 500)
    assert span.attributes["error.type"] == ("LookupError" if raises else "500")


@pytest.mark.parametrize(("method", "name", "known", "original"), [
    ("QUERY", "QUERY", "QUERY", None),
    ("get", "GET", "GET", "get"),
    ("MADEUP", "HTTP", "_OTHER", "MADEUP"),
])  # fmt: skip
async def test_methods_are_known_ones(drive, telemetry, method, name, known, original):
    await drive.request(telemetry.around(Response("x")), method=method)
    attributes = telemetry.span.attributes
    found = (telemetry.span.name, attributes["http.request.method"], attributes.get("http.request.method_original"))
    assert found == (name, known, original)


@pytest.mark.parametrize(("scope", "address", "port"), [
    ({"headers": {"host": "example.org"}}, "example.org", 80),
    ({"headers": {"host": "example.org:81"}}, "example.org", 81),
    ({"headers": {"host": "[::1]:81"}}, "::1", 81),
    ({"headers": {"host": "no host"}}, "testserver", 80),
    ({"server": ("/run/app.sock", None)}, "/run/app.sock", None),
    ({"server": None}, None, None),
    ({"server": None, "headers": {"host": "example.org"}}, "example.org", None),
])  # fmt: skip
async def test_the_server_is_that_of_the_host_field(drive, telemetry, scope, address, port):
    await drive.request(telemetry.around(Response("x")), **scope)
    attributes = telemetry.span.attributes
    assert (attributes.get("server.address"), attributes.get("server.port")) == (address, port)


async def test_what_is_not_known_is_left_out(drive, telemetry):
    await drive.request(telemetry.around(Response("x")), client=None, http_version="")
    assert telemetry.span.attributes.keys() == {
        *("http.request.method", "url.path", "url.scheme", "server.address", "server.port"),
        "http.response.status_code",
    }


@pytest.mark.parametrize(("query", "seen"), [
    ("a=1&sig=secret&b=2", "a=1&sig=REDACTED&b=2"),
    ("Signature=x&Signature=y&AWSAccessKeyId=z", "Signature=REDACTED&Signature=REDACTED&AWSAccessKeyId=REDACTED"),
    ("X-Amz-Signature=x&X-Goog-Signature=y&X-Amz-Security-Token=t&X-Amz-Credential=c",
     "X-Amz-Signature=REDACTED&X-Goog-Signature=REDACTED&X-Amz-Security-Token=REDACTED&X-Amz-Credential=REDACTED"),
    ("SIG=a&design=b&sig", "SIG=a&design=b&sig=REDACTED"),
    ("a=sig", "a=sig"),
])  # fmt: skip
async def test_values_of_signed_urls_are_left_out(drive, telemetry, query, seen):
    await drive.request(telemetry.around(Response("x")), f"/?{query}")
    assert telemetry.span.attributes["url.query"] == seen


@pytest.mark.parametrize("names", [["token"], "token"])
async def test_what_is_sensitive_may_be_said(drive, telemetry, names):
    app = telemetry.around(Response("x"), sensitive_query_parameters=names)
    await drive.request(app, "/?sig=a&token=b")
    assert telemetry.span.attributes["url.query"] == "sig=a&token=REDACTED"


@pytest.mark.parametrize(("excluded", "path", "spans"), [
    ((), "/health", 1),
    ("", "/health", 1),
    ("health", "/health", 0),
    ("nothing, /health$", "/health", 0),
    (["/health$", "x=1"], "/healthy", 1),
    (["/health$", "x=1"], "/?x=1", 0),
    (["^http://testserver/health"], "/health", 0),
])  # fmt: skip
async def test_urls_may_be_excluded(drive, telemetry, excluded, path, spans):
    assert (await drive.request(telemetry.around(Response("x"), excluded_urls=excluded), path)).text == "x"
    assert len(telemetry.spans) == spans
    assert len(telemetry.points("http.server.request.duration")) == spans


async def test_around_each_other_the_outermost_is_at_work(drive, telemetry):
    await drive.request(telemetry.around(telemetry.around(Response("x"))))
    assert len(telemetry.spans) == 1


async def test_what_the_outermost_leaves_alone_the_others_do_too(drive, telemetry):
    await drive.request(telemetry.around(telemetry.around(Response("x")), excluded_urls="health"), "/health")
    assert telemetry.spans == ()


async def test_a_scope_that_is_served_again_has_another_span(drive, telemetry):
    app, scope = telemetry.around(Response("x")), drive.scope()
    for _n in range(2):
        await drive.events(app, scope, [])
    assert len(telemetry.spans) == 2


class TestWebSocket:
    async def test_a_connection_is_a_span(self, drive, telemetry):
        async def app(scope, receive, send):
            await receive()
            await send({"type": "websocket.accept"})
            with telemetry.tracer.start_as_current_span("child"):
                await receive()

        await drive.websocket(telemetry.around(routed(app)), "/users/7", headers=TRACE)
        child, span = telemetry.spans
        assert (span.name, span.kind, span.parent.span_id) == ("websocket /users/{id}", SpanKind.SERVER, 7)
        assert child.parent.span_id == span.context.span_id
        assert dict(span.attributes) == {
            "url.path": "/users/7",
            "url.scheme": "ws",
            "network.protocol.name": "websocket",
            "server.address": "testserver",
            "server.port": 80,
            "client.address": "testclient",
            "http.route": "/users/{id}",
            "http.response.status_code": 101,
        }

    async def test_a_subclass_may_leave_it_alone(self, drive, telemetry):
        class Requests(OpenTelemetryMiddleware):
            traces_websockets = False

        async def app(scope, receive, send):
            await Response("x")(scope, receive, send)

        requests = Requests(app, tracer_provider=telemetry.tracer_provider, meter_provider=telemetry.meter_provider)
        await drive.websocket(requests, extensions={"websocket.http.response": {}})
        assert telemetry.spans == ()
        await drive.request(requests)
        assert telemetry.span.name == "GET"

    async def test_one_that_is_refused_has_a_status(self, drive, telemetry):
        async def app(scope, receive, send):
            await send({"type": "websocket.close", "code": 1008})

        await drive.websocket(telemetry.around(app))
        denied = telemetry.around(Response("no", 401))
        await drive.websocket(denied, extensions={"websocket.http.response": {}})
        assert [span.attributes["http.response.status_code"] for span in telemetry.spans] == [403, 401]

    async def test_one_that_never_answers_is_a_500(self, drive, telemetry):
        async def app(scope, receive, send): ...

        await drive.events(telemetry.around(app), {**drive.websocket_scope(), "scheme": "wss"}, [])
        assert telemetry.span.attributes["url.scheme"] == "wss"
        assert telemetry.span.attributes["http.response.status_code"] == 500

    async def test_one_that_fails_is_an_error(self, drive, telemetry):
        async def app(scope, receive, send):
            await send({"type": "websocket.accept"})
            raise ValueError

        with pytest.raises(ValueError):
            await drive.websocket(telemetry.around(app))
        assert telemetry.span.status.status_code == StatusCode.ERROR
        assert telemetry.span.attributes["error.type"] == "ValueError"

    async def test_it_is_not_measured(self, drive, telemetry):
        async def app(scope, receive, send): ...

        await drive.websocket(telemetry.around(app))
        assert telemetry.points("http.server.request.duration") == []
        assert telemetry.points("http.server.active_requests") == []


class TestMetrics:
    async def test_the_duration_is_a_histogram(self, drive, telemetry):
        await drive.request(telemetry.around(routed(Response("x", 503))), "/users/7?a=1")
        (point,) = telemetry.points("http.server.request.duration")
        assert dict(point.attributes) == {
            "http.request.method": "GET",
            "url.scheme": "http",
            "network.protocol.version": "1.1",
            "http.response.status_code": 503,
            "http.route": "/users/{id}",
            "error.type": "503",
        }
        assert point.count == 1
        assert 0 < point.sum < 60
        assert point.explicit_bounds == (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)

    async def test_it_is_the_time_until_the_last_byte(self, drive, telemetry, clock):
        async def app(scope, receive, send):
            clock.now += 3
            await Response("x", 500)(scope, receive, send)
            clock.now += 40

        await drive.request(telemetry.around(app))
        (point,) = telemetry.points("http.server.request.duration")
        assert point.sum == 3

    async def test_requests_are_active_until_the_last_byte(self, drive, telemetry):
        seen = []

        async def app(scope, receive, send):
            seen.append(telemetry.points("http.server.active_requests")[0].value)
            await Response("x", 500)(scope, receive, send)
            seen.append(telemetry.points("http.server.active_requests")[0].value)

        await drive.request(telemetry.around(app))
        (point,) = telemetry.points("http.server.active_requests")
        assert seen == [1, 0]
        assert (point.value, dict(point.attributes)) == (0, {"http.request.method": "GET", "url.scheme": "http"})

    async def test_labels_never_come_from_a_client(self, drive, telemetry):
        app = telemetry.around(Response("x"))
        for n in range(10):
            await drive.request(app, f"/{n}?{n}", method=f"METHOD{n}", headers={"user-agent": f"{n}", "host": f"h{n}"})
        (point,) = telemetry.points("http.server.request.duration")
        assert (point.count, point.attributes["http.request.method"]) == (10, "_OTHER")


async def test_a_lifespan_goes_through(telemetry):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    await telemetry.around(app)({"type": "lifespan"}, None, None)
    assert seen == [{"type": "lifespan"}]


async def test_what_goes_wrong_in_measuring_never_meets_the_request(drive, telemetry, monkeypatch, caplog):
    from asgi_middleware._opentelemetry import opentelemetry_middleware

    monkeypatch.setattr(opentelemetry_middleware, "route_template", lambda scope: 1 / 0)
    assert (await drive.request(telemetry.around(Response("x", 500)))).text == "x"
    assert "could not be measured" in caplog.text


def test_headers_are_listed_for_propagators():
    from asgi_middleware._opentelemetry.instruments import HeaderGetter

    headers = [(b"a", b"1"), (b"b", b"2"), (b"a", b"3")]
    assert HeaderGetter().keys(headers) == ["a", "b", "a"]
    assert HeaderGetter().get(headers, "A") == ["1", "3"]
    assert HeaderGetter().get(headers, "c") is None


def test_a_long_query_is_read_in_linear_time(assert_linear):
    from asgi_middleware._opentelemetry.instruments import redacted

    assert_linear(lambda query: redacted(query, frozenset({"sig"})), lambda n: "sig=a&" * n, 20_000)


def test_without_the_library_the_extra_is_named(monkeypatch):
    from asgi_middleware import _opentelemetry

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install asgi-middleware\[opentelemetry\]"):
        importlib.reload(_opentelemetry)
