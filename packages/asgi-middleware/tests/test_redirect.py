"""The answer with a Location; hosts and paths are in the tests of who redirects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware._redirect import redirect
from asgi_types import URL


def redirecting(*arguments):
    async def app(scope, receive, send):
        await redirect(scope, receive, send, *arguments)

    return app


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("https://example.org/a?b=1&c=[x]#d", "https://example.org/a?b=1&c=[x]#d"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("/é", "/%C3%A9"),
        ('/<"\\`{|}^>', "/%3C%22%5C%60%7B%7C%7D%5E%3E"),
        ("/a\r\nb\0", "/a%0D%0Ab%00"),
        ("/a\udc2fb", "/a%2Fb"),
        ("/a\ud800b", "/a%ED%A0%80b"),
        ("/-._~!$&'()*+,;=:@", "/-._~!$&'()*+,;=:@"),
        (URL("https://example.org/é"), "https://example.org/%C3%A9"),
        ("", ""),
    ],
)
async def test_location(drive, url, location):
    answer = await drive.request(redirecting(url))
    assert (answer.status, answer.headers["location"], answer.body) == (307, location, b"")
    assert answer.headers["content-length"] == "0"
    assert "content-type" not in answer.headers


async def test_status(drive):
    assert (await drive.request(redirecting("/", 303))).status == 303


async def test_a_websocket_is_denied_or_closed(drive):
    denied = await drive.websocket(redirecting("/a b", 308), extensions={"websocket.http.response": {}})
    assert (denied.start["type"], denied.status) == ("websocket.http.response.start", 308)
    assert denied.headers["location"] == "/a%20b"
    closed = await drive.websocket(redirecting("/"))
    assert closed.messages == [{"type": "websocket.close", "code": 1000, "reason": ""}]


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_a_location(text):
    sent = []

    async def send(message):
        sent.append(message)

    with pytest.raises(StopIteration):
        redirecting(text)({"type": "http", "method": "GET"}, None, send).send(None)
    location = dict(sent[0]["headers"])[b"location"].decode("ascii")
    assert location.isprintable()
    assert not set(location) & set(' <>"\\^`{|}')


def test_time_is_linear(assert_linear):
    async def nowhere(message):
        pass

    def answer(text):
        with pytest.raises(StopIteration):
            redirecting(text)({"type": "http", "method": "GET"}, None, nowhere).send(None)

    for part in ("a", "é", "%", "\udc2f"):
        assert_linear(answer, lambda n, part=part: part * n, 20_000)
