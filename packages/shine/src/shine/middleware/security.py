"""Headers that tell browsers what a page may do."""

from asgi_middleware import ContentSecurityPolicy as ContentSecurityPolicy
from asgi_middleware import SecurityHeadersMiddleware as SecurityHeadersMiddleware
from asgi_middleware import csp_nonce as csp_nonce

__all__ = ("ContentSecurityPolicy", "SecurityHeadersMiddleware", "csp_nonce")
