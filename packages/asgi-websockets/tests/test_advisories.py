"""What went wrong elsewhere and must not here; each test is named for it, its ids are the advisories."""

import anyio
import pytest

from asgi_websockets import WebSocket, WebSocketEndpoint, WebSocketPolicyMiddleware, websocket_session

COOKIE = (b"cookie", b"session=that-of-the-victim")
HOST = (b"host", b"bank.example")
EVIL, OWN = (b"origin", b"https://evil.example"), (b"origin", b"https://bank.example")
DENIAL = {"extensions": {"websocket.http.response": {}}}


def advisory(*cases):
    """Cases by the advisories they are from."""
    return [pytest.param(*values, id=f"cross-site websocket hijacking, {name}") for name, *values in cases]


class Account(WebSocketEndpoint):
    async def on_connect(self, websocket):
        await tell(websocket)
        await websocket.close()


async def tell(websocket):
    """What an application does that thinks of nothing but the session."""
    await websocket.accept()
    await websocket.send_text(f"{websocket.scope['session']['user']} has 1000 coins.")


async def raw(scope, receive, send):
    """The same by an application that knows only ASGI, and none of our classes."""
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": f"{scope['session']['user']} has 1000 coins."})


APPS = {"function": websocket_session(tell), "endpoint": Account, "any application": WebSocketPolicyMiddleware(raw)}


@pytest.fixture(params=APPS.values(), ids=APPS)
def app(request):
    return request.param


async def opened(serve, app, *headers, **scope):
    """A connection that a browser has opened with these headers and the cookie of the victim's session."""
    server = serve({"type": "websocket.disconnect", "code": 1000})
    with anyio.fail_after(20):
        await server.run(app, headers=[HOST, *headers, COOKIE], session={"user": "Ann"}, **scope)
    return server


@pytest.mark.parametrize(
    "origin",
    advisory(
        ("another site", b"https://evil.example"),
        ("the same name and another port", b"https://bank.example:8443"),
        ("a name that ends like it", b"https://evil-bank.example"),
        ("a name that begins like it", b"https://bank.example.evil.example"),
        ("a subdomain", b"https://user-pages.bank.example"),
        ("a sandboxed page", b"null"),
        ("an empty origin", b""),
    ),
)
async def test_a_page_of_another_origin_used_the_session_of_who_looked_at_it(serve, app, origin):
    server = await opened(serve, app, (b"origin", origin), **DENIAL)
    assert server.types == ["http.response.start", "http.response.body"]
    assert server.sent[0]["status"] == 403
    assert b"1000 coins" not in server.sent[1]["body"]
    server = await opened(serve, app, (b"origin", origin))  # of a server that can deny with a close message only
    assert (server.types, server.closed[0]) == (["close"], 3003)


@pytest.mark.parametrize(
    "headers",
    advisory(
        ("the same origin", [OWN]),
        ("the same origin by its port", [(b"origin", b"https://bank.example:443")]),
        ("no page of a browser", []),
    ),
)
async def test_who_may_use_the_session_still_can(serve, app, headers):
    server = await opened(serve, app, *headers, **DENIAL)
    assert server.types[:2] == ["accept", "send"]
    assert server.texts == ["Ann has 1000 coins."]


@pytest.mark.parametrize("headers", advisory(("two origins", [OWN, EVIL]), ("and the other way round", [EVIL, OWN])))
async def test_two_origins_passed_where_one_was_looked_at(serve, app, headers):
    server = await opened(serve, app, *headers, **DENIAL)
    assert server.sent[0]["status"] == 403


@pytest.mark.parametrize("allowed", advisory(("none", []), ("the site itself", ["https://bank.example"])))
async def test_a_list_of_origins_is_no_less_strict(serve, allowed):
    class Listed(WebSocket):
        allowed_origins = allowed

    server = await opened(serve, websocket_session(tell, Listed), EVIL, **DENIAL)
    assert server.sent[0]["status"] == 403
    server = await opened(serve, WebSocketPolicyMiddleware(raw, allowed_origins=allowed), EVIL, **DENIAL)
    assert server.sent[0]["status"] == 403
