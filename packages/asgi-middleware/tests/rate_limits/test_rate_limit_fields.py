"""The header fields, as draft-ietf-httpapi-ratelimit-headers-11 has them."""

import pytest

from asgi_middleware import RateLimit, RateLimitMiddleware, RateLimitVerdict

ALLOWED = "RateLimit-Policy", "RateLimit"


class Says:
    """A store that says what it is told to."""

    def __init__(self, *numbers):
        self.numbers = numbers
        self.hits = []

    async def hit(self, key, limits, cost=1):
        self.hits.append((key, cost))
        return [RateLimitVerdict(limit, *numbers) for limit, numbers in zip(limits, self.numbers, strict=True)]

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        return None


async def untouched(scope, receive, send):
    headers = [(b"ratelimit", b'"inner";r=1;t=1')]
    await send({"type": "http.response.early_hint", "links": []})
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
    assert len(headers) == 1


def fields(answer):
    return [answer.headers.getlist(name) for name in ("ratelimit-policy", "ratelimit")]


@pytest.mark.parametrize(
    ("limit", "policy"),
    [
        (RateLimit(100, per=10), '"default";q=100;w=10'),
        (RateLimit(1, per=0.5), '"default";q=1;w=1'),
        (RateLimit(1, per=1.5), '"default";q=1;w=2'),
        (RateLimit(10**15 - 1, per=10**9), '"default";q=999999999999999;w=1000000000'),
    ],
)
async def test_policy(drive, limit, policy):
    answer = await drive.request(RateLimitMiddleware(untouched, limit, store=Says((True, 50, 29.2, 0.0))))
    assert fields(answer) == [[policy], ['"inner";r=1;t=1', '"default";r=50;t=30']]


@pytest.mark.parametrize(("reset", "t"), [(0.0, 0), (0.001, 1), (1.0, 1), (1.001, 2)])
async def test_window_is_rounded_up(drive, reset, t):
    answer = await drive.request(RateLimitMiddleware(untouched, "5/minute", store=Says((True, 5, reset, 0.0))))
    assert fields(answer)[1][1] == f'"default";r=5;t={t}'


async def test_several_limits_are_told_apart(drive):
    store = Says((True, 9, 1.0, 0.0), (True, 800, 600.0, 0.0), (True, 7, 8.0, 0.0))
    app = RateLimitMiddleware(untouched, "10/second", "1000/hour", "8/90s", store=store, name="api")
    answer = await drive.request(app)
    assert fields(answer) == [
        ['"api:10/second";q=10;w=1, "api:1000/hour";q=1000;w=3600, "api:8/90s";q=8;w=90'],
        ['"inner";r=1;t=1', '"api:10/second";r=9;t=1, "api:1000/hour";r=800;t=600, "api:8/90s";r=7;t=8'],
    ]


async def test_a_refusal_has_them_too(drive):
    answer = await drive.request(RateLimitMiddleware(untouched, "5/minute", store=Says((False, 0, 3.2, 7.1))))
    assert (answer.status, answer.text) == (429, "Too many requests. Try again in 8 seconds.")
    assert answer.headers["retry-after"] == "8"
    assert fields(answer) == [['"default";q=5;w=60'], ['"default";r=0;t=4']]


async def test_without_headers(drive):
    app = RateLimitMiddleware(untouched, "5/minute", store=Says((False, 0, 3.2, 7.1)), headers=False)
    answer = await drive.request(app)
    assert fields(answer) == [[], []]
    assert answer.headers["retry-after"] == "8"


async def test_handshake_and_denial_of_a_websocket(drive):
    async def accepting(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "Hello"})

    store = Says((True, 4, 60.0, 0.0))
    answer = await drive.websocket(RateLimitMiddleware(accepting, "5/minute", store=store))
    accept, hello = answer.messages
    assert accept["headers"] == [(b"ratelimit-policy", b'"default";q=5;w=60'), (b"ratelimit", b'"default";r=4;t=60')]
    assert "headers" not in hello
    store.numbers = ((False, 0, 60.0, 60.0),)
    denied = await drive.websocket(
        RateLimitMiddleware(accepting, "5/minute", store=store), extensions={"websocket.http.response": {}}
    )
    assert denied.status == 429
    assert denied.headers["ratelimit"] == '"default";r=0;t=60'


@pytest.mark.parametrize("name", ["", 'a"b', "a\\b", "ü", "a\nb", "a\x7f", "a" * 65])
def test_name(name):
    with pytest.raises(ValueError, match="A name is 1 to 64 characters of ASCII without quotes and backslashes"):
        RateLimitMiddleware(untouched, "5/minute", name=name)


@pytest.mark.parametrize("name", [" ", "!#[]~", "a" * 64])
async def test_names_that_are(drive, name):
    answer = await drive.request(RateLimitMiddleware(untouched, "5/minute", name=name))
    assert answer.headers["ratelimit-policy"] == f'"{name}";q=5;w=60'
