"""What the tests of forms share: requests with a form."""

from collections import deque

import pytest

from asgi_forms import parse_form

URLENCODED = "application/x-www-form-urlencoded"


class Upload:
    """A request whose body comes in these chunks; ``left`` are those nobody has received."""

    def __init__(self, *chunks, content_type=URLENCODED, ends=True):
        self.left = deque({"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks)
        if ends:
            self.left[-1]["more_body"] = False
        self.left.append({"type": "http.disconnect"})
        headers = [] if content_type is None else [(b"content-type", content_type.encode("latin-1"))]
        self.scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}

    async def receive(self):
        return self.left.popleft()

    def parse(self, **limits):
        return parse_form(self.scope, self.receive, **limits)

    def parse_now(self, **limits):
        """The form, without an event loop: nothing in it waits, so one step runs the coroutine to its end."""
        try:
            self.parse(**limits).send(None)
        except StopIteration as done:
            return done.value
        raise AssertionError("The coroutine waits for something.")


@pytest.fixture(scope="session")
def upload():
    return Upload
