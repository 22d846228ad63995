"""What trusted proxies say of a connection."""

from asgi_middleware import ForwardedElement as ForwardedElement
from asgi_middleware import ProxyHeadersMiddleware as ProxyHeadersMiddleware
from asgi_middleware import parse_forwarded as parse_forwarded

__all__ = ("ForwardedElement", "ProxyHeadersMiddleware", "parse_forwarded")
