from __future__ import annotations

import pytest

from asgi_middleware import ProxyHeadersMiddleware


@pytest.fixture(name="told")
def told_fixture(drive):
    """The scope that gets to the application: ``await told({"X-Forwarded-For": "..."}, hops=1)``."""

    async def told(headers, *, scope=None, websocket=False, **options):
        seen = []

        async def app(scope, receive, send):
            seen.append(scope)

        pairs = headers.items() if hasattr(headers, "items") else headers
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in pairs]
        given = {"client": ("127.0.0.1", 50000), **(scope or {})}
        make = drive.websocket_scope if websocket else drive.scope
        before = make(headers=raw, **given)
        headers, kept = before["headers"], [*before["headers"]]
        await drive.events(ProxyHeadersMiddleware(app, **options), before, [])
        assert headers == kept  # the list is the server's
        assert seen == [before]
        assert seen[0] is before
        return seen[0]

    return told
