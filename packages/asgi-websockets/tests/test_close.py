from asgi_websockets import WebSocketClose


async def test_it_closes_with_the_code_and_reason(drive):
    close = WebSocketClose(4001, "Too late.")
    assert (close.code, close.reason) == (4001, "Too late.")
    answer = await drive.websocket(close)
    assert answer.messages == [{"type": "websocket.close", "code": 4001, "reason": "Too late."}]


async def test_the_default_is_a_normal_closure_without_a_reason(drive):
    answer = await drive.websocket(WebSocketClose())
    assert answer.messages == [{"type": "websocket.close", "code": 1000, "reason": ""}]
