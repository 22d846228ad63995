"""The response that sends a page while it is rendered."""

from __future__ import annotations

import anyio
import pytest

from asgi_templates import StreamingTemplateResponse, TemplateResponse
from asgi_types import Response

LIST = "<ul>{% for row in rows %}<li>{{ row }}</li>{% endfor %}</ul>"


async def test_it_is_a_response(kind, drive):
    response = kind.page(LIST, rows=[1])
    assert isinstance(response, Response)
    answer = await drive.request(response)
    assert (answer.status, answer.text) == (200, "<ul><li>1</li></ul>")
    assert answer.headers.items() == [("content-type", "text/html; charset=utf-8")]


async def test_arguments(kind, drive):
    ran = []

    async def background():
        ran.append(True)

    template = kind.env.from_string("{{ name }}")
    response = StreamingTemplateResponse(template, {"name": "Zoë"}, 201, {"X-Name": "value"}, "text/plain", background)
    response.set_cookie("seen", "yes")
    answer = await drive.request(response)
    assert (answer.status, answer.text) == (201, "Zoë")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-name"] == "value"
    assert answer.headers["set-cookie"].startswith("seen=yes")
    assert ran == [True]


def test_as_much_is_rendered_ahead_as_the_documentation_says():
    assert StreamingTemplateResponse.buffer_size == 64 * 1024


def test_keeps_what_it_is_rendered_from(kind):
    response = kind.page(LIST, rows=[1])
    assert response.context == {"rows": [1]}
    assert response.template.render


async def test_the_charset_is_that_of_the_class(kind, drive):
    class Latin(StreamingTemplateResponse):
        charset = "latin-1"

    answer = await drive.request(Latin(kind.env.from_string("{{ name }}"), {"name": "Zoë"}))
    assert answer.body == b"Zo\xeb"
    assert answer.headers["content-type"] == "text/html; charset=latin-1"


async def test_rendering_begins_when_it_is_called(kind, drive):
    calls = []
    response = kind.page("{{ call() }}", call=lambda: calls.append(1))
    assert calls == []
    await drive.request(response)
    await drive.request(response)
    assert calls == [1, 1]


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 304)])
async def test_without_a_body_nothing_is_rendered(kind, drive, method, status):
    ran = []

    async def background():
        ran.append(True)

    response = kind.page("{{ fail() }}", status, {"etag": '"1"'}, background)
    answer = await drive.request(response, method=method)
    assert (answer.status, answer.body, answer.headers["etag"]) == (status, b"", '"1"')
    assert [message["type"] for message in answer.messages] == ["http.response.start", "http.response.body"]
    assert not answer.messages[-1].get("more_body")
    assert ran == [True]


async def test_a_client_that_leaves_at_head_is_no_error(kind, new_client, drive):
    client = new_client()
    client.has_left.set()
    await client.get(kind.page(LIST, rows=[]), drive, method="HEAD")
    assert client.messages == []


class TestDebugMessage:
    async def test_test_clients_have_template_and_context(self, kind, drive):
        response = kind.page(LIST, rows=[1])
        answer = await drive.request(response, extensions={"http.response.debug": {}})
        info = {"template": response.template, "context": response.context}
        assert answer.messages[0] == {"type": "http.response.debug", "info": info}
        assert answer.messages[1]["type"] == "http.response.start"

    async def test_of_head(self, kind, drive):
        answer = await drive.request(kind.page(LIST), method="HEAD", extensions={"http.response.debug": {}})
        assert answer.messages[0]["type"] == "http.response.debug"

    @pytest.mark.parametrize("extensions", [{}, None, {"other": {}}])
    async def test_only_where_the_extension_is(self, kind, drive, extensions):
        answer = await drive.request(kind.page(LIST, rows=[1]), extensions=extensions)
        assert answer.messages[0]["type"] == "http.response.start"

    async def test_the_whole_page_has_it_too(self, kind, drive):
        template = kind.env.from_string("{{ name }}")
        response = TemplateResponse(template, {"name": "Ann"}, content="Ann")
        answer = await drive.request(response, extensions={"http.response.debug": {}})
        assert answer.messages[0]["info"] == {"template": template, "context": {"name": "Ann"}}


async def test_a_websocket_is_denied(kind, drive):
    extensions = {"http.response.debug": {}, "websocket.http.response": {}}
    answer = await drive.websocket(kind.page(LIST, 403, rows=[1]), extensions=extensions)
    assert (answer.status, answer.text) == (403, "<ul><li>1</li></ul>")
    assert answer.messages[0]["type"] == "websocket.http.response.start"
    assert {message["type"] for message in answer.messages[1:]} == {"websocket.http.response.body"}


async def test_nobody_listens_to_a_websocket(kind, drive):
    async def receive():
        pytest.fail("its handshake is not ours")

    messages = []

    async def send(message):
        messages.append(message)

    scope = drive.websocket_scope(asgi={"version": "3.0", "spec_version": "2.3"})
    await kind.page(LIST, 403, rows=[1])(scope, receive, send)
    assert messages[-1]["more_body"] is False


@pytest.mark.parametrize("version", ["2.4", "2.10", "3.0"])
async def test_newer_servers_are_not_listened_to(kind, drive, version):
    async def receive():
        pytest.fail("send tells it")

    messages = []

    async def send(message):
        messages.append(message)

    await kind.page(LIST, rows=[1])(drive.scope(asgi={"version": "3.0", "spec_version": version}), receive, send)
    assert messages[-1]["more_body"] is False


@pytest.mark.parametrize("asgi", [{}, {"spec_version": "2.3"}, {"spec_version": "latest"}, {"spec_version": "2"}, None])
async def test_older_servers_are_listened_to(kind, drive, gate, asgi):
    async def receive():
        gate.open()
        await anyio.sleep_forever()

    async def send(message):
        pass

    scope = drive.scope()
    del scope["asgi"]
    await kind.page(LIST, rows=kind.rows(gate, 1))({**scope, **({} if asgi is None else {"asgi": asgi})}, receive, send)


@pytest.mark.parametrize("template", [None, "page.html", object()])
def test_a_template_that_cannot_be_streamed(template):
    with pytest.raises(TypeError, match=r"cannot be streamed: it needs a method generate\(context\)"):
        StreamingTemplateResponse(template, {})


def test_headers_that_cannot_be_sent(kind):
    with pytest.raises(ValueError):
        kind.page("", headers={"x-name": "a\r\nb"})
