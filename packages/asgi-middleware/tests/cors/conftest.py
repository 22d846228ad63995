from dataclasses import dataclass, field

import pytest

from asgi_types import Response


@dataclass
class Page:
    """A page of one origin in a browser, as far as the Fetch standard (2026-06) tells how it does CORS."""

    origin: str
    credentials: bool = False  # whether its requests have the credentials mode "include"

    def may_read(self, answer):
        """Section "CORS check"."""
        allowed = combined(answer, b"access-control-allow-origin")
        if allowed is None:
            return False
        if not self.credentials and allowed == b"*":
            return True
        if allowed != self.origin.encode():
            return False
        return not self.credentials or combined(answer, b"access-control-allow-credentials") == b"true"

    def readable_headers(self, answer):
        """Section "CORS filtered response": names beyond the safelisted ones."""
        exposed = listed(answer, b"access-control-expose-headers")
        names = {name for name, _ in answer.start["headers"]} - {b"set-cookie"}
        return names if b"*" in exposed and not self.credentials else names & exposed

    def preflight(self, method, names=()):
        """Section "CORS-preflight fetch", steps 1 to 5: the fields of its request."""
        fields = [(b"origin", self.origin.encode()), (b"access-control-request-method", method.encode())]
        if names:
            value = ",".join(sorted(name.lower() for name in names)).encode()
            fields.append((b"access-control-request-headers", value))
        return fields

    def may_send(self, answer, method, names=()):
        """Section "CORS-preflight fetch", step 7."""
        if not (self.may_read(answer) and 200 <= answer.status < 300):
            return False
        methods, allowed = (
            listed(answer, b"access-control-allow-methods"),
            listed(answer, b"access-control-allow-headers"),
        )
        any_method = b"*" in methods and not self.credentials
        any_name = b"*" in allowed and not self.credentials
        if method.encode() not in methods and method not in ("GET", "HEAD", "POST") and not any_method:
            return False
        wanted = {name.lower().encode() for name in names}
        if b"authorization" in wanted and b"authorization" not in allowed:
            return False
        return any_name or wanted <= allowed


def combined(answer, name):
    """The value of all fields of this name, as a browser gets it."""
    values = [value for found, value in answer.start["headers"] if found == name]
    return b", ".join(values) if values else None


def listed(answer, name):
    lower = name != b"access-control-allow-methods"
    value = combined(answer, name) or b""
    return {item.strip().lower() if lower else item.strip() for item in value.split(b",")}


@dataclass
class Api:
    """An application that answers with these headers, and knows which methods came through to it."""

    headers: dict = field(default_factory=dict)
    status: int = 200
    seen: list = field(default_factory=list)

    async def __call__(self, scope, receive, send):
        self.seen.append(scope.get("method", scope["type"]))
        await Response("answer", self.status, self.headers)(scope, receive, send)


@pytest.fixture(name="page")
def page_fixture():
    return Page


@pytest.fixture(name="api")
def api_fixture():
    return Api
