"""Requests and connections, counted and timed by route."""

import importlib
import importlib.util

import pytest
from prometheus_client import CollectorRegistry, Counter

from asgi_middleware.prometheus import PrometheusMiddleware
from asgi_types import HTTPException, Response


class Route:
    path = "/users/{id}"


@pytest.fixture
def registry():
    return CollectorRegistry()


def routed(app):
    async def routing(scope, receive, send):
        scope["route"] = Route()
        await app(scope, receive, send)

    return routing


def value(registry, name, **labels):
    return registry.get_sample_value(name, labels)


async def test_a_request_is_counted_and_timed(drive, registry):
    app = PrometheusMiddleware(routed(Response("Hello", 201)), registry=registry)
    for n in range(3):
        assert (await drive.request(app, f"/users/{n}")).text == "Hello"
    route = {"method": "GET", "route": "/users/{id}"}
    assert value(registry, "http_requests_total", **route, status="201") == 3
    assert value(registry, "http_request_duration_seconds_count", **route) == 3
    assert 0 < value(registry, "http_request_duration_seconds_sum", **route) < 60
    assert value(registry, "http_response_size_bytes_sum", **route) == 15
    assert value(registry, "http_request_size_bytes_sum", **route) == 0
    assert value(registry, "http_requests_in_progress", method="GET") == 0


async def test_it_is_in_progress_until_the_last_byte(drive, registry):
    seen = []

    async def app(scope, receive, send):
        note = lambda: seen.append(value(registry, "http_requests_in_progress", method="GET"))  # noqa: E731
        note()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        note()
        await send({"type": "http.response.body", "body": b"b"})
        note()
        seen.append(value(registry, "http_requests_total", method="GET", route="unmatched", status="200"))

    await drive.request(PrometheusMiddleware(app, registry=registry))
    assert seen == [1, 1, 0, 1]


async def test_the_time_is_that_of_the_last_byte(drive, registry, clock):
    async def app(scope, receive, send):
        clock.now += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        clock.now += 2
        await send({"type": "http.response.body", "body": b"b"})
        clock.now += 40

    await drive.request(PrometheusMiddleware(app, registry=registry))
    assert value(registry, "http_request_duration_seconds_sum", method="GET", route="unmatched") == 3


async def test_labels_never_come_from_a_client(drive, registry):
    app = PrometheusMiddleware(Response(None, 404), registry=registry)
    for n in range(20):
        await drive.request(app, f"/made/up/{n}", method=f"METHOD{n}")
    assert value(registry, "http_requests_total", method="other", route="unmatched", status="404") == 20
    methods = {sample.labels.get("method") for family in registry.collect() for sample in family.samples}
    assert methods <= {"other", None}


@pytest.mark.parametrize(("body", "headers", "size"), [
    (b"", {}, 0),
    ([b"abc", b"de"], {}, 5),
    ([b"abc", b"de"], {"content-length": "5"}, 5),
    (b"abc", {"content-length": "9" * 19}, 3),  # which the application may refuse
    (b"abc", {"content-length": "9" * 5000}, 3),
])  # fmt: skip
async def test_the_size_of_a_request_is_what_was_read_of_it(drive, registry, body, headers, size):
    async def app(scope, receive, send):
        while (await receive()).get("more_body"):
            pass
        await receive()  # a disconnect, which has no body
        await Response("x")(scope, receive, send)

    await drive.request(PrometheusMiddleware(app, registry=registry), body=body, headers=headers, method="POST")
    assert value(registry, "http_request_size_bytes_sum", method="POST", route="unmatched") == size


async def test_an_error_without_an_answer_is_a_500(drive, registry):
    async def app(scope, receive, send):
        raise HTTPException(418)

    with pytest.raises(HTTPException):
        await drive.request(PrometheusMiddleware(app, registry=registry))
    assert value(registry, "http_requests_total", method="GET", route="unmatched", status="500") == 1
    assert value(registry, "http_requests_in_progress", method="GET") == 0


async def test_an_error_after_the_start_keeps_the_status(drive, registry):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError

    with pytest.raises(ValueError):
        await drive.request(PrometheusMiddleware(app, registry=registry))
    assert value(registry, "http_requests_total", method="GET", route="unmatched", status="200") == 1


async def test_one_that_is_cancelled_before_the_answer_is_a_499(drive, registry):
    from anyio import CancelScope, sleep_forever

    with CancelScope() as cancelling:

        async def app(scope, receive, send):
            cancelling.cancel()
            await sleep_forever()

        await drive.request(PrometheusMiddleware(app, registry=registry))
    assert value(registry, "http_requests_total", method="GET", route="unmatched", status="499") == 1
    assert value(registry, "http_requests_in_progress", method="GET") == 0


async def test_one_whose_client_has_left_before_the_answer_is_a_499(drive, registry):
    async def app(scope, receive, send):
        await receive()
        assert (await receive())["type"] == "http.disconnect"

    await drive.request(PrometheusMiddleware(app, registry=registry))
    assert value(registry, "http_requests_total", method="GET", route="unmatched", status="499") == 1


async def test_the_response_to_head_has_no_bytes(drive, registry):
    await drive.request(PrometheusMiddleware(Response("Hello"), registry=registry), method="HEAD")
    assert value(registry, "http_response_size_bytes_sum", method="HEAD", route="unmatched") == 0


async def test_a_size_that_nobody_knows_is_no_size(drive, registry):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.pathsend", "path": "/file"})

    await drive.request(PrometheusMiddleware(app, registry=registry))
    assert value(registry, "http_response_size_bytes_count", method="GET", route="unmatched") == 0
    assert value(registry, "http_requests_total", method="GET", route="unmatched", status="200") == 1


async def test_what_goes_wrong_in_counting_never_meets_the_request(drive, registry, caplog):
    app = PrometheusMiddleware(Response("Hello"), registry=registry, route=lambda scope: 1 / 0)
    assert (await drive.request(app)).text == "Hello"
    assert "could not be measured" in caplog.text
    assert value(registry, "http_requests_in_progress", method="GET") == 0


async def test_the_label_of_the_route_may_be_chosen(drive, registry):
    app = PrometheusMiddleware(Response("x"), registry=registry, route=lambda scope: scope["path"][:2])
    await drive.request(app, "/abc")
    assert value(registry, "http_requests_total", method="GET", route="/a", status="200") == 1


class TestWebSocket:
    async def test_a_connection_is_counted_when_it_is_over(self, drive, registry):
        seen = []

        async def app(scope, receive, send):
            await receive()
            await send({"type": "websocket.accept"})
            seen.append(value(registry, "websocket_connections_in_progress"))
            await receive()

        await drive.websocket(PrometheusMiddleware(routed(app), registry=registry))
        assert seen == [1]
        assert value(registry, "websocket_connections_in_progress") == 0
        assert value(registry, "websocket_connections_total", route="/users/{id}", outcome="closed") == 1
        assert value(registry, "websocket_connection_duration_seconds_count", route="/users/{id}") == 1

    async def test_one_that_is_not_accepted_is_refused(self, drive, registry):
        async def app(scope, receive, send):
            await send({"type": "websocket.close", "code": 1008})

        await drive.websocket(PrometheusMiddleware(app, registry=registry))
        denied = PrometheusMiddleware(Response("no", 403), registry=registry)
        await drive.websocket(denied, extensions={"websocket.http.response": {}})
        assert value(registry, "websocket_connections_total", route="unmatched", outcome="refused") == 2

    async def test_one_that_fails_has_failed(self, drive, registry):
        async def app(scope, receive, send):
            await send({"type": "websocket.accept"})
            raise ValueError

        with pytest.raises(ValueError):
            await drive.websocket(PrometheusMiddleware(app, registry=registry))
        assert value(registry, "websocket_connections_total", route="unmatched", outcome="failed") == 1
        assert value(registry, "websocket_connections_in_progress") == 0

    async def test_one_that_is_never_answered_has_failed(self, drive, registry):
        async def app(scope, receive, send): ...

        await drive.websocket(PrometheusMiddleware(app, registry=registry))
        assert value(registry, "websocket_connections_total", route="unmatched", outcome="failed") == 1

    async def test_one_whose_client_has_left_has_not_failed(self, drive, registry):
        async def app(scope, receive, send):
            await receive()
            await send({"type": "websocket.accept"})
            assert (await receive())["type"] == "websocket.disconnect"
            raise LookupError

        with pytest.raises(LookupError):
            await drive.websocket(PrometheusMiddleware(app, registry=registry))
        assert value(registry, "websocket_connections_total", route="unmatched", outcome="closed") == 1


async def test_a_lifespan_goes_through(drive, registry):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    scope = {"type": "lifespan"}
    await PrometheusMiddleware(app, registry=registry)(scope, None, None)
    assert seen == [{"type": "lifespan"}]
    assert seen[0] is scope


class TestRegistry:
    async def test_several_share_their_metrics(self, drive, registry):
        for _n in range(2):
            await drive.request(PrometheusMiddleware(Response("x"), registry=registry))
        assert value(registry, "http_requests_total", method="GET", route="unmatched", status="200") == 2

    async def test_around_each_other_they_count_once(self, drive, registry):
        inner = PrometheusMiddleware(Response("x"), registry=registry)
        other = PrometheusMiddleware(inner, registry=registry, namespace="other")
        await drive.request(PrometheusMiddleware(other, registry=registry))
        labels = {"method": "GET", "route": "unmatched", "status": "200"}
        assert value(registry, "http_requests_total", **labels) == 1
        assert value(registry, "other_http_requests_total", **labels) == 1

    async def test_a_scope_that_is_served_again_counts_again(self, drive, registry):
        app, scope = PrometheusMiddleware(Response("x"), registry=registry), drive.scope()
        for _n in range(2):
            await drive.events(app, scope, [])
        assert value(registry, "http_requests_total", method="GET", route="unmatched", status="200") == 2

    def test_the_default_is_that_of_the_library(self):
        from prometheus_client import REGISTRY

        PrometheusMiddleware(Response("x"), namespace="default_registry")
        assert value(REGISTRY, "default_registry_websocket_connections_in_progress") == 0

    async def test_buckets_are_those_given(self, drive, registry):
        app = PrometheusMiddleware(Response("x"), registry=registry, buckets=(1, 60), size_buckets=(3,))
        await drive.request(app)
        found = {
            (sample.name, sample.labels["le"])
            for family in registry.collect()
            for sample in family.samples
            if "le" in sample.labels and sample.name.startswith("http")
        }
        sizes = {(f"http_{which}_size_bytes_bucket", le) for which in ("request", "response") for le in ("3.0", "+Inf")}
        assert found == sizes | {("http_request_duration_seconds_bucket", le) for le in ("1.0", "60.0", "+Inf")}

    def test_other_buckets_for_the_same_metrics_are_a_mistake(self, registry):
        PrometheusMiddleware(Response("x"), registry=registry)
        with pytest.raises(ValueError, match="other buckets"):
            PrometheusMiddleware(Response("x"), registry=registry, buckets=(1,))
        with pytest.raises(ValueError, match="other buckets"):
            PrometheusMiddleware(Response("x"), registry=registry, size_buckets=(1,))

    def test_buckets_must_ascend(self, registry):
        with pytest.raises(ValueError, match="sorted order"):
            PrometheusMiddleware(Response("x"), registry=registry, buckets=(2, 1))
        PrometheusMiddleware(Response("x"), registry=registry)  # nothing was left behind

    def test_a_name_that_is_taken_is_told(self, registry):
        Counter("http_response_size_bytes", "Another one's.", registry=registry)
        with pytest.raises(ValueError, match="namespace"):
            PrometheusMiddleware(Response("x"), registry=registry)
        assert value(registry, "websocket_connections_in_progress") is None
        Counter("http_requests", "Nothing of ours was left behind.", registry=registry)
        PrometheusMiddleware(Response("x"), registry=registry, namespace="shop")

    @pytest.mark.parametrize("namespace", ["1st", "a b", "a-b", "é", "a\n"])
    def test_a_namespace_must_be_a_name(self, registry, namespace):
        with pytest.raises(ValueError, match="letters"):
            PrometheusMiddleware(Response("x"), registry=registry, namespace=namespace)


def test_the_function_of_the_route_cannot_be_async(registry):
    async def route(scope): ...

    with pytest.raises(TypeError, match="route cannot be async"):
        PrometheusMiddleware(Response("x"), registry=registry, route=route)


def test_without_the_library_the_extra_is_named(monkeypatch):
    from asgi_middleware import _prometheus

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install asgi-middleware\[prometheus\]"):
        importlib.reload(_prometheus)
