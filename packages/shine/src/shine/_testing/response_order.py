"""The order of the messages of a response, which a test client insists on where many servers do not."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from asgi_types import Message


class Phase(Enum):
    """What an application has yet to send."""

    START = auto()
    BODY = auto()
    TRAILERS = auto()
    OVER = auto()


START: Final = "http.response.start"
BODY: Final = ("http.response.body", "http.response.pathsend")
TRAILERS: Final = "http.response.trailers"


class ResponseOrder:
    """How far a response has come."""

    def __init__(self) -> None:
        self.phase = Phase.START
        self._has_trailers = False

    def check(self, message: Message) -> None:
        """`AssertionError` for a message that may not be sent now; what is beside the response may, until its end."""
        name, phase = message["type"], self.phase
        problem = None
        if name == START:
            problem = None if phase is Phase.START else "twice"
        elif name in BODY:
            problem = self._body_problem()
        elif name == TRAILERS:
            problem = self._trailers_problem()
        elif phase is Phase.OVER:
            problem = "after response completed"
        assert problem is None, f"The application sent {name!r} {problem}."

    def advance(self, message: Message) -> None:
        """Go on after a message that was taken."""
        name = message["type"]
        if name == START:
            self.phase = Phase.BODY
            self._has_trailers = message.get("trailers", False)
        elif name in BODY and not message.get("more_body", False):
            self.phase = Phase.TRAILERS if self._has_trailers else Phase.OVER
        elif name == TRAILERS and not message.get("more_trailers", False):
            self.phase = Phase.OVER

    def _body_problem(self) -> str | None:
        if self.phase is Phase.START:
            return "before 'http.response.start'"
        return {Phase.TRAILERS: "after body completed", Phase.OVER: "after response completed"}.get(self.phase)

    def _trailers_problem(self) -> str | None:
        if self.phase is Phase.TRAILERS:
            return None
        if self.phase is Phase.OVER:
            return "after response completed" if self._has_trailers else "without declaring trailers"
        return "before body completed" if self._has_trailers else "without declaring trailers"
