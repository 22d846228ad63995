"""Only requests for one of the application's own hosts."""

from asgi_middleware import ENFORCE_DOMAIN_WILDCARD as ENFORCE_DOMAIN_WILDCARD
from asgi_middleware import TrustedHostMiddleware as TrustedHostMiddleware

__all__ = ("ENFORCE_DOMAIN_WILDCARD", "TrustedHostMiddleware")
