from __future__ import annotations

import pytest

from asgi_middleware import ClientNetworksMiddleware, ProxyHeadersMiddleware
from asgi_types import GUARD, HTTPException, Response

INSIDE = "10.1.2.3"
MAPPED = f"::ffff:{INSIDE}"
OUTSIDE = "192.0.2.1"
DENIAL = {"extensions": {"websocket.http.response": {}}}


@pytest.mark.parametrize(
    ("options", "clients"),
    [
        ({"allow": ["10.0.0.0/8"]}, {INSIDE: True, OUTSIDE: False, MAPPED: True, None: False, "unknown": False}),
        ({"allow": "10.1.2.3"}, {INSIDE: True, "10.1.2.4": False}),
        ({"allow": ["10.0.0.0/8", "unix"]}, {INSIDE: True, OUTSIDE: False, None: True}),
        ({"allow": ["fd00::/8"]}, {"fd00::1": True, "fe80::1": False, INSIDE: False}),
        ({"allow": []}, {INSIDE: False, None: False}),
        ({"deny": ["10.0.0.0/8"]}, {INSIDE: False, OUTSIDE: True, MAPPED: False, None: True, "unknown": True}),
        ({"deny": ["unix"]}, {INSIDE: True, None: False}),
        ({"deny": "*"}, {INSIDE: False, None: False, "unknown": False}),
        ({"allow": ["10.0.0.0/8"], "deny": ["10.1.0.0/16"]}, {INSIDE: False, "10.2.0.1": True, OUTSIDE: False}),
        ({"allow": ["10.1.2.3"], "deny": ["10.0.0.0/8"]}, {INSIDE: False}),
        ({"allow": "*", "deny": [INSIDE]}, {INSIDE: False, OUTSIDE: True, None: True, "unknown": True}),
    ],
)
async def test_who_may_connect(options, clients, drive):
    app = ClientNetworksMiddleware(Response("Hello"), **options)
    for host, is_let_in in clients.items():
        answer = await drive.request(app, client=None if host is None else (host, 1))
        expected = (200, "Hello") if is_let_in else (403, "Not allowed from this address.")
        assert (answer.status, answer.text) == expected, host


async def test_a_scope_without_a_client(drive):
    scope = drive.scope()
    del scope["client"]
    answer = await drive.events(ClientNetworksMiddleware(Response("Hello"), allow=["unix"]), scope, [])
    assert answer.status == 200


async def test_a_websocket_is_denied_or_closed(drive):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})

    middleware = ClientNetworksMiddleware(app, allow=["10.0.0.0/8"])
    accepted = await drive.websocket(middleware, client=(INSIDE, 1))
    denied = await drive.websocket(middleware, client=(OUTSIDE, 1), **DENIAL)
    closed = await drive.websocket(middleware, client=(OUTSIDE, 1))
    assert [message["type"] for message in accepted.messages] == ["websocket.accept"]
    assert (denied.status, denied.text) == (403, "Not allowed from this address.")
    assert closed.messages == [{"type": "websocket.close", "code": 3003, "reason": "Not allowed from this address."}]


async def test_an_error_layer_answers_in_its_place(drive):
    async def guard(app, scope, receive, send):
        with pytest.raises(HTTPException, match="403"):
            await app(scope, receive, send)
        await Response("By the layer.", 403)(scope, receive, send)

    app = ClientNetworksMiddleware(Response("Hello"), deny="*")
    answer = await drive.request(app, **{GUARD: guard})
    assert answer.text == "By the layer."


async def test_behind_a_proxy(drive):
    app = ProxyHeadersMiddleware(ClientNetworksMiddleware(Response("Hello"), allow=["10.0.0.0/8"]), trusted="10.0.0.1")
    for told, status in (
        ("10.1.2.3", 200),
        (OUTSIDE, 403),
        ("10.1.2.3, 192.0.2.1", 403),
        ("localhost", 403),
        ("", 200),
    ):
        answer = await drive.request(app, headers={"x-forwarded-for": told}, client=("10.0.0.1", 1))
        assert answer.status == status, told


@pytest.mark.parametrize("kind", ["lifespan", "other"])
async def test_what_is_no_connection_goes_through(kind):
    seen = []

    async def app(*given):
        seen.append(given)

    await ClientNetworksMiddleware(app, deny="*")({"type": kind}, "receive", "send")
    assert seen == [({"type": kind}, "receive", "send")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Give allow or deny"),
        ({"deny": []}, "without them nobody is refused"),
        ({"allow": ["10.0.0.1/8"]}, "has host bits set"),
        ({"deny": ["localhost"]}, "Not a network"),
        ({"allow": ""}, "Not a network"),
    ],
)
def test_misuse(options, message):
    with pytest.raises(ValueError, match=message):
        ClientNetworksMiddleware(None, **options)


def test_the_application_is_public():
    assert ClientNetworksMiddleware("app", deny="*").app == "app"
