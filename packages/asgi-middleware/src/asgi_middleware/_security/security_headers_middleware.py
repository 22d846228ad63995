"""The headers by which a site asks browsers to protect it."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Final, Literal

from asgi_types import ASGIApp, Headers, Message, RawHeaders, Receive, Scope, Send, start_with

from .content_security_policy import NONCE, ContentSecurityPolicy
from .csp_nonce import CSP_NONCE, CSPNonce
from .header_values import check_value

DEFAULT_POLICY: Final = ContentSecurityPolicy(base_uri="'self'", object_src="'none'")

_STARTS = ("http.response.start", "websocket.http.response.start")


class SecurityHeadersMiddleware:
    """Add security headers to every response that has not set them itself; None leaves one out.

    The defaults are the strictest of the OWASP Secure Headers Project that ordinary sites and APIs can live with: see
    the parameters. A response of the application keeps each of these headers that it has, so one route is exempted by
    setting its own. Denial responses of WebSockets get them, too.

    ``content_security_policy`` is a `ContentSecurityPolicy` or its text. The default forbids plugins and a foreign
    ``<base>``; a policy for scripts depends on the site. `ContentSecurityPolicy.NONCE` in it becomes a nonce, new in
    every response, which `csp_nonce` tells; a 304 has no policy with a nonce, since the page that it is about has the
    one it came with. ``content_security_policy_report_only`` is a policy that is reported and not enforced.
    ``strict_transport_security`` is sent over HTTPS alone. It does not name the subdomains, as they may not have HTTPS.

    Raises `ValueError` for a value that no browser would take. The text of a policy is taken as it is: have a typing
    error in it found by `ContentSecurityPolicy`.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> app = SecurityHeadersMiddleware(Response("Hello"), content_security_policy=None, permissions_policy=None)
    >>> async def send(message):
    ...     for name, value in message.get("headers", ()):
    ...         print(f"{name.decode()}: {value.decode()}")
    >>> asyncio.run(app({"type": "http", "method": "GET", "scheme": "http", "headers": []}, None, send))
    content-length: 5
    x-content-type-options: nosniff
    x-frame-options: DENY
    referrer-policy: strict-origin-when-cross-origin
    cross-origin-opener-policy: same-origin-allow-popups
    cross-origin-resource-policy: same-site
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        content_security_policy: ContentSecurityPolicy | str | None = DEFAULT_POLICY,
        content_security_policy_report_only: ContentSecurityPolicy | str | None = None,
        strict_transport_security: str | None = "max-age=63072000",
        x_content_type_options: Literal["nosniff"] | None = "nosniff",
        x_frame_options: Literal["DENY", "SAMEORIGIN"] | None = "DENY",
        referrer_policy: str | None = "strict-origin-when-cross-origin",
        cross_origin_opener_policy: str | None = "same-origin-allow-popups",
        cross_origin_resource_policy: Literal["same-origin", "same-site", "cross-origin"] | None = "same-site",
        cross_origin_embedder_policy: str | None = None,
        permissions_policy: str | None = "hid=(), midi=(), serial=(), usb=()",
        reporting_endpoints: str | None = None,
    ) -> None:
        self.app = app
        policies = _pairs(
            {
                "content-security-policy": content_security_policy,
                "content-security-policy-report-only": content_security_policy_report_only,
            }
        )
        others = _pairs(
            {
                "x-content-type-options": x_content_type_options,
                "x-frame-options": x_frame_options,
                "referrer-policy": referrer_policy,
                "cross-origin-opener-policy": cross_origin_opener_policy,
                "cross-origin-resource-policy": cross_origin_resource_policy,
                "cross-origin-embedder-policy": cross_origin_embedder_policy,
                "permissions-policy": permissions_policy,
                "reporting-endpoints": reporting_endpoints,
            }
        )
        self._nonce_policies = [pair for pair in policies if NONCE.encode() in pair[1]]
        self._plain = [*(pair for pair in policies if pair not in self._nonce_policies), *others]
        self._secure = [*self._plain, *_pairs({"strict-transport-security": strict_transport_security})]
        self._names = frozenset(name for name, _ in [*self._nonce_policies, *self._secure])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        added = self._secure if scope.get("scheme") in ("https", "wss") else self._plain
        with_nonce = self._nonce_policies
        nonce = scope.setdefault(CSP_NONCE, CSPNonce()) if with_nonce else None

        def send_secured(message: Message) -> Awaitable[None]:
            if message["type"] not in _STARTS:
                return send(message)
            pairs = added
            if with_nonce and message["status"] != 304:
                source = f"'nonce-{nonce}'".encode()
                pairs = [*((name, value.replace(NONCE.encode(), source)) for name, value in with_nonce), *added]
            headers = [*message.get("headers", ())]
            given = {name for name, _ in headers}
            if not given.isdisjoint(self._names):
                pairs = [pair for pair in pairs if pair[0] not in given]
            return send(start_with(message, headers + pairs))

        await self.app(scope, receive, send_secured)


def _pairs(values: Mapping[str, ContentSecurityPolicy | str | None]) -> RawHeaders:
    """Those with a value, as pairs of bytes, checked as all headers are; an empty policy is none."""
    texts = {name: str(value) for name, value in values.items() if value is not None}
    return Headers({name: check_value(name, text) for name, text in texts.items() if text}).raw
