"""What the parameters of the middleware take, and what not: browsers would drop it without a word."""

from __future__ import annotations

import pytest

from asgi_middleware import SecurityHeadersMiddleware
from asgi_types import Response


@pytest.mark.parametrize(
    ("parameter", "values"),
    [
        ("x_content_type_options", ["nosniff"]),
        ("x_frame_options", ["DENY", "SAMEORIGIN"]),
        ("referrer_policy", ["no-referrer", "same-origin", "no-referrer, strict-origin-when-cross-origin"]),
        (
            "cross_origin_opener_policy",
            ["unsafe-none", "same-origin-allow-popups", "same-origin", 'same-origin; report-to="x"'],
        ),
        ("cross_origin_embedder_policy", ["unsafe-none", "require-corp", 'credentialless; report-to="x"']),
        ("cross_origin_resource_policy", ["same-origin", "same-site", "cross-origin"]),
        (
            "permissions_policy",
            [
                *("camera=(), geolocation=(self)", "camera=*", "camera=self,usb=()", 'usb=(self "https://a.example")'),
                'camera=();report-to=csp, fullscreen="https://a.example"',
            ],
        ),
        ("reporting_endpoints", ['csp="https://a.example/csp"', 'a="/a", b-2="https://b.example"']),
        ("content_security_policy_report_only", ["default-src 'self'"]),
        (
            "strict_transport_security",
            [
                *("max-age=0", "max-age=63072000", "Max-Age=1; INCLUDESUBDOMAINS", "max-age=1;includeSubDomains"),
                "max-age=31536000; includeSubDomains; preload",
                "max-age=63072000; preload; includeSubDomains",
            ],
        ),
    ],
)
async def test_what_is_taken_is_sent(parameter, values, drive):
    for value in values:
        app = SecurityHeadersMiddleware(Response("Hello"), **{parameter: value})
        answer = await drive.request(app, scheme="https")
        assert answer.headers.getlist(parameter.replace("_", "-")) == [value]


@pytest.mark.parametrize(
    ("parameter", "values", "message"),
    [
        ("x_content_type_options", ["sniff", "NoSniff"], "x-content-type-options is one of nosniff, or None"),
        ("x_frame_options", ["deny", "ALLOW-FROM https://a.example"], "is one of DENY, SAMEORIGIN, or None"),
        ("referrer_policy", ["origin-only", "no-referrer,", "no-referrer, oops"], "referrer-policy is one of"),
        ("cross_origin_opener_policy", ["same-site", "same-origin;x"], "cross-origin-opener-policy is one of"),
        ("cross_origin_embedder_policy", ["require"], "cross-origin-embedder-policy is one of"),
        ("cross_origin_resource_policy", ["none"], "but not 'none'."),
        (
            "permissions_policy",
            [
                "camera 'none'",
                "camera=none",
                "camera=();geolocation=()",
                "camera=(),",
                "Camera=()",
                "camera=()\r\nX: y",
            ],
            "Write it as 'camera=(), geolocation=(self)'.",
        ),
        (
            "reporting_endpoints",
            ["https://x", "csp=https://x", 'csp="https://x" x'],
            "Not a value of reporting-endpoints",
        ),
        ("content_security_policy", ["default-src 'self'\n"], "CR, LF and NUL are not allowed"),
        (
            "strict_transport_security",
            [
                *("63072000", "max-age=", "max-age=-1", "max-age=1y", "includeSubDomains; max-age=1", "max-age=1;"),
                *("max-age=1; includeSubDomain", "max-age=1; includeSubDomains; includeSubDomains", 'max-age="1"'),
                "max-age=12345678901",
            ],
            "Write it as 'max-age=63072000'",
        ),
        (
            "strict_transport_security",
            ["max-age=63072000; preload", "max-age=31535999; includeSubDomains; preload"],
            "preload asks for includeSubDomains and a max-age of at least 31536000 seconds.",
        ),
    ],
)
def test_what_is_not(parameter, values, message):
    for value in values:
        with pytest.raises(ValueError) as caught:
            SecurityHeadersMiddleware(None, **{parameter: value})
        assert message in str(caught.value)
