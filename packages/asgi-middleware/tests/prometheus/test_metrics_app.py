"""The page that Prometheus reads."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY, CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families

from asgi_middleware.prometheus import MetricsApp


@pytest.fixture
def app():
    registry = CollectorRegistry()
    Counter("visits", "Visits.", registry=registry).inc(3)
    Counter("orders", "Orders.", registry=registry).inc()
    return MetricsApp(registry)


async def test_it_answers_with_the_metrics(drive, app):
    answer = await drive.request(app)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["content-length"] == str(len(answer.body))
    assert (answer.headers["vary"], answer.headers["cache-control"]) == ("Accept", "no-store")
    assert {family.name for family in text_string_to_metric_families(answer.text)} >= {"visits", "orders"}


@pytest.mark.parametrize(("accept", "content_type"), [
    ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text; version=1.0.0"),
    ("text/html, application/openmetrics-text", "application/openmetrics-text; version=1.0.0"),
    ("text/plain;version=0.0.4", "text/plain; version=0.0.4"),
    ("text/plain;version=nonsense", "text/plain; version=0.0.4"),
    ("application/openmetrics-text;version=1.x", "text/plain; version=0.0.4"),
    ("application/openmetrics-text;version=1.\t0.0", "application/openmetrics-text; version=1.0.0"),
    ("*/*", "text/plain; version=0.0.4"),
])  # fmt: skip
async def test_the_format_is_negotiated(drive, app, accept, content_type):
    answer = await drive.request(app, headers={"accept": accept})
    assert answer.status == 200
    assert answer.headers["content-type"].startswith(content_type)
    assert answer.text.endswith("# EOF\n") == content_type.startswith("application/openmetrics")


async def test_fields_that_come_twice_are_one_list(drive, app):
    headers = [(b"accept", b"text/html"), (b"accept", b"application/openmetrics-text;version=1.0.0")]
    assert (await drive.request(app, headers=headers)).text.endswith("# EOF\n")


@given(st.text(st.sampled_from("application/openmetrics-text;version=1.0. ,q=\t_"), max_size=80))
def test_no_accept_breaks_it(accept):
    body, content_type = MetricsApp(CollectorRegistry())._render(accept, [])
    assert content_type.isprintable()
    assert isinstance(body, bytes)


async def test_names_may_be_chosen(drive, app):
    assert "orders" not in (await drive.request(app, "/?name[]=visits_total")).text
    text = (await drive.request(app, "/?name[]=visits_total&name%5B%5D=orders_total")).text
    assert "visits_total 3.0" in text
    assert "orders_total 1.0" in text


async def test_head_has_no_body(drive, app):
    answer = await drive.request(app, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_other_methods_are_refused(drive, app):
    answer = await drive.request(app, method="POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_a_websocket_is_refused(drive, app):
    assert [message["type"] for message in (await drive.websocket(app)).messages] == ["websocket.close"]


async def test_a_lifespan_ends_at_once(app):
    await app({"type": "lifespan"}, None, None)


async def test_the_default_is_the_registry_of_the_library(drive):
    assert MetricsApp()._current_registry() is REGISTRY
    assert "python_info" in (await drive.request(MetricsApp())).text


async def test_the_page_is_made_in_a_thread(drive):
    from threading import current_thread

    threads = []

    class Slow:
        def collect(self):
            threads.append(current_thread())
            return []

    registry = CollectorRegistry()
    registry.register(Slow())
    threads.clear()
    await drive.request(MetricsApp(registry))
    assert threads
    assert current_thread() not in threads


COUNT = """
from prometheus_client import CollectorRegistry
from asgi_middleware.prometheus import PrometheusMiddleware
import anyio, sys
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})
async def send(message): ...
scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
anyio.run(PrometheusMiddleware(app), scope, None, send)
"""
SHOW = """
from asgi_middleware.prometheus import MetricsApp
import anyio
async def send(message): print(message.get("body", b"").decode())
anyio.run(MetricsApp(), {"type": "http", "method": "GET", "path": "/", "headers": []}, None, send)
"""


def test_the_metrics_of_several_processes_are_added_up(tmp_path):
    from os import environ

    def run(code):
        env = {**environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
        return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout

    run(COUNT)
    run(COUNT)
    page = run(SHOW)
    assert 'http_requests_total{method="GET",route="unmatched",status="200"} 2.0' in page
    assert 'http_request_duration_seconds_count{method="GET",route="unmatched"} 2.0' in page


def test_of_several_processes_the_page_is_that_of_their_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    own = CollectorRegistry()
    assert MetricsApp(own)._current_registry() is own
    assert MetricsApp()._current_registry() is not REGISTRY
