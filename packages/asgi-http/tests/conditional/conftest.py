"""What the tests of conditional requests share."""

import pytest


@pytest.fixture
def streaming():
    """Makes an application that sends its body in parts, and then is done."""

    def make(*chunks, status=200, headers=(), on_error=None):
        async def app(scope, receive, send):
            app.sent = 0
            await send({"type": "http.response.start", "status": status, "headers": headers})
            for number, chunk in enumerate(chunks, 1):
                await send({"type": "http.response.body", "body": chunk, "more_body": number < len(chunks)})
                app.sent += 1

        return app

    return make
