"""What the tests of forms share: requests with a form, linear time, and Hypothesis without its deadline."""

import timeit
from collections import deque

import pytest
from hypothesis import settings

from asgi_forms import parse_form

# A busy machine or a coverage run makes one example slow now and then; time is measured by `assert_linear` alone.
settings.register_profile("no-deadline", parent=settings.default, deadline=None)
settings.load_profile("no-deadline")

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


@pytest.fixture(scope="session")
def assert_linear():
    """Four times the input takes about four times as long; quadratic time would be sixteen times as long."""

    def best_time(function, argument):
        return min(timeit.repeat(lambda: function(argument), number=1, repeat=3))

    def check(function, make_input, n):
        ratios = []
        for _ in range(4):  # a pause of the machine spoils one attempt, not all of them
            ratios.append(best_time(function, make_input(4 * n)) / best_time(function, make_input(n)))
            if ratios[-1] < 12:
                return
        pytest.fail(f"4n took {ratios} times as long as n = {n}")

    return check
