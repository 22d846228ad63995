"""What a client tells its transport: whether a response is collected, or read as a stream."""

START = {"type": "http.response.start", "status": 200, "headers": []}


def test_a_response_is_collected_also_after_a_redirect_and_an_authentication(ask):
    """Otherwise the application would wait for somebody to read, and be told that its client has gone."""
    seen = []

    async def app(scope, receive, send):
        path = scope["path"]
        is_known = any(name == b"authorization" for name, _ in scope["headers"])
        status = 302 if path == "/" else 200 if is_known else 401
        await send({**START, "status": status, "headers": [(b"location", b"/to")]})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await send({"type": "http.response.body"})
        seen.append((path, status))

    response = ask(app, auth=("user", "password"))
    assert response.text == "aaa"
    assert seen == [("/", 302), ("/to", 200)]
