"""Who asks for a nonce, and how."""

from __future__ import annotations

import pytest

from asgi_middleware import SecurityHeadersMiddleware, csp_nonce
from asgi_types import HTTPConnection, Response


async def test_scope_and_request_give_the_same(drive):
    seen = []

    async def app(scope, receive, send):
        seen.extend([csp_nonce(scope), csp_nonce(HTTPConnection(scope)), csp_nonce({**scope})])
        await Response()(scope, receive, send)

    await drive.request(SecurityHeadersMiddleware(app, content_security_policy="script-src 'nonce'"))
    assert len(seen) == 3
    assert len(set(seen)) == 1
    assert type(seen[0]) is str


@pytest.mark.parametrize("view", [dict, HTTPConnection])
def test_without_the_middleware(view, drive):
    with pytest.raises(RuntimeError, match=r"and ContentSecurityPolicy\.NONCE among the sources of its policy\."):
        csp_nonce(view(drive.scope()))
