"""Pure ASGI middleware, each usable around any ASGI application.

Each name is loaded with its module when it is first asked for, so that a program pays for what it uses. What is all
about a library is a module of its own, with an extra of that name: `asgi_middleware.redis`,
`asgi_middleware.prometheus` and `asgi_middleware.opentelemetry`. `asgi_middleware.wsgi` has what else Starlette's
module of that name has.
"""

from typing import TYPE_CHECKING

from asgi_types import lazy_names as _lazy_names

if TYPE_CHECKING:
    from asgi_types.request_body_limit import RequestBodyLimitMiddleware as RequestBodyLimitMiddleware

    from ._access_log.access_log_middleware import AccessLogMiddleware as AccessLogMiddleware
    from ._access_log.access_record import AccessRecord as AccessRecord
    from ._authentication.authentication_middleware import AuthenticationMiddleware as AuthenticationMiddleware
    from ._authentication.backend import AuthenticationBackend as AuthenticationBackend
    from ._authentication.backend import AuthenticationError as AuthenticationError
    from ._authentication.credentials import AuthCredentials as AuthCredentials
    from ._authentication.requires import has_required_scope as has_required_scope
    from ._authentication.requires import requires as requires
    from ._authentication.users import BaseUser as BaseUser
    from ._authentication.users import SimpleUser as SimpleUser
    from ._authentication.users import UnauthenticatedUser as UnauthenticatedUser
    from ._clients.client_networks_middleware import ClientNetworksMiddleware as ClientNetworksMiddleware
    from ._compression.compression_middleware import CompressionMiddleware as CompressionMiddleware
    from ._compression.decompression_middleware import DecompressionMiddleware as DecompressionMiddleware
    from ._compression.excluded_types import DEFAULT_EXCLUDED_CONTENT_TYPES as DEFAULT_EXCLUDED_CONTENT_TYPES
    from ._compression.gzip_middleware import GZipMiddleware as GZipMiddleware
    from ._cors.cors_middleware import CORSMiddleware as CORSMiddleware
    from ._cors.cors_options import ALL_METHODS as ALL_METHODS
    from ._cors.cors_options import SAFELISTED_HEADERS as SAFELISTED_HEADERS
    from ._csrf.csrf_middleware import CSRFMiddleware as CSRFMiddleware
    from ._csrf.csrf_token import csrf_token as csrf_token
    from ._errors.error_handler import ExceptionHandler as ExceptionHandler
    from ._errors.exception_middleware import ExceptionMiddleware as ExceptionMiddleware
    from ._errors.problem import Problem as Problem
    from ._errors.problem_details import ProblemDetails as ProblemDetails
    from ._errors.server_error_middleware import ServerErrorMiddleware as ServerErrorMiddleware
    from ._hosts.https_redirect_middleware import HTTPSRedirectMiddleware as HTTPSRedirectMiddleware
    from ._hosts.trusted_host_middleware import ENFORCE_DOMAIN_WILDCARD as ENFORCE_DOMAIN_WILDCARD
    from ._hosts.trusted_host_middleware import TrustedHostMiddleware as TrustedHostMiddleware
    from ._middleware import Middleware as Middleware
    from ._middleware import MiddlewareFactory as MiddlewareFactory
    from ._proxies.forwarded import ForwardedElement as ForwardedElement
    from ._proxies.forwarded import parse_forwarded as parse_forwarded
    from ._proxies.proxy_headers_middleware import ProxyHeadersMiddleware as ProxyHeadersMiddleware
    from ._rate_limits.connection_key import client_key as client_key
    from ._rate_limits.connection_key import user_key as user_key
    from ._rate_limits.memory_store import MemoryRateLimitStore as MemoryRateLimitStore
    from ._rate_limits.rate_limit import RateLimit as RateLimit
    from ._rate_limits.rate_limit_middleware import RateLimitMiddleware as RateLimitMiddleware
    from ._rate_limits.rate_limit_store import RateLimitStore as RateLimitStore
    from ._rate_limits.rate_limit_unavailable import RateLimitUnavailable as RateLimitUnavailable
    from ._rate_limits.rate_limit_verdict import RateLimitVerdict as RateLimitVerdict
    from ._request_ids.request_id import request_id as request_id
    from ._request_ids.request_id import trace_id as trace_id
    from ._request_ids.request_id_filter import RequestIDFilter as RequestIDFilter
    from ._request_ids.request_id_middleware import RequestIDMiddleware as RequestIDMiddleware
    from ._security.content_security_policy import ContentSecurityPolicy as ContentSecurityPolicy
    from ._security.csp_nonce import csp_nonce as csp_nonce
    from ._security.security_headers_middleware import SecurityHeadersMiddleware as SecurityHeadersMiddleware
    from ._server_timing.server_timing import ServerTiming as ServerTiming
    from ._server_timing.server_timing import server_timing as server_timing
    from ._server_timing.server_timing_middleware import ServerTimingMiddleware as ServerTimingMiddleware
    from ._timeouts.timeout_middleware import TimeoutMiddleware as TimeoutMiddleware
    from ._where import where as where
    from ._wsgi.wsgi_middleware import WSGIMiddleware as WSGIMiddleware

_HOMES = {
    "ALL_METHODS": "._cors.cors_options",
    "AccessLogMiddleware": "._access_log.access_log_middleware",
    "AccessRecord": "._access_log.access_record",
    "AuthCredentials": "._authentication.credentials",
    "AuthenticationBackend": "._authentication.backend",
    "AuthenticationError": "._authentication.backend",
    "AuthenticationMiddleware": "._authentication.authentication_middleware",
    "BaseUser": "._authentication.users",
    "CORSMiddleware": "._cors.cors_middleware",
    "CSRFMiddleware": "._csrf.csrf_middleware",
    "ClientNetworksMiddleware": "._clients.client_networks_middleware",
    "CompressionMiddleware": "._compression.compression_middleware",
    "ContentSecurityPolicy": "._security.content_security_policy",
    "DEFAULT_EXCLUDED_CONTENT_TYPES": "._compression.excluded_types",
    "DecompressionMiddleware": "._compression.decompression_middleware",
    "ENFORCE_DOMAIN_WILDCARD": "._hosts.trusted_host_middleware",
    "ExceptionHandler": "._errors.error_handler",
    "ExceptionMiddleware": "._errors.exception_middleware",
    "ForwardedElement": "._proxies.forwarded",
    "GZipMiddleware": "._compression.gzip_middleware",
    "HTTPSRedirectMiddleware": "._hosts.https_redirect_middleware",
    "MemoryRateLimitStore": "._rate_limits.memory_store",
    "Middleware": "._middleware",
    "MiddlewareFactory": "._middleware",
    "Problem": "._errors.problem",
    "ProblemDetails": "._errors.problem_details",
    "ProxyHeadersMiddleware": "._proxies.proxy_headers_middleware",
    "RateLimit": "._rate_limits.rate_limit",
    "RateLimitMiddleware": "._rate_limits.rate_limit_middleware",
    "RateLimitStore": "._rate_limits.rate_limit_store",
    "RateLimitUnavailable": "._rate_limits.rate_limit_unavailable",
    "RateLimitVerdict": "._rate_limits.rate_limit_verdict",
    "RequestBodyLimitMiddleware": "asgi_types.request_body_limit",
    "RequestIDFilter": "._request_ids.request_id_filter",
    "RequestIDMiddleware": "._request_ids.request_id_middleware",
    "SAFELISTED_HEADERS": "._cors.cors_options",
    "SecurityHeadersMiddleware": "._security.security_headers_middleware",
    "ServerErrorMiddleware": "._errors.server_error_middleware",
    "ServerTiming": "._server_timing.server_timing",
    "ServerTimingMiddleware": "._server_timing.server_timing_middleware",
    "SimpleUser": "._authentication.users",
    "TimeoutMiddleware": "._timeouts.timeout_middleware",
    "TrustedHostMiddleware": "._hosts.trusted_host_middleware",
    "UnauthenticatedUser": "._authentication.users",
    "WSGIMiddleware": "._wsgi.wsgi_middleware",
    "client_key": "._rate_limits.connection_key",
    "csp_nonce": "._security.csp_nonce",
    "csrf_token": "._csrf.csrf_token",
    "has_required_scope": "._authentication.requires",
    "parse_forwarded": "._proxies.forwarded",
    "request_id": "._request_ids.request_id",
    "requires": "._authentication.requires",
    "server_timing": "._server_timing.server_timing",
    "trace_id": "._request_ids.request_id",
    "user_key": "._rate_limits.connection_key",
    "where": "._where",
}

__all__ = (
    "ALL_METHODS",
    "AccessLogMiddleware",
    "AccessRecord",
    "AuthCredentials",
    "AuthenticationBackend",
    "AuthenticationError",
    "AuthenticationMiddleware",
    "BaseUser",
    "CORSMiddleware",
    "CSRFMiddleware",
    "ClientNetworksMiddleware",
    "CompressionMiddleware",
    "ContentSecurityPolicy",
    "DEFAULT_EXCLUDED_CONTENT_TYPES",
    "DecompressionMiddleware",
    "ENFORCE_DOMAIN_WILDCARD",
    "ExceptionHandler",
    "ExceptionMiddleware",
    "ForwardedElement",
    "GZipMiddleware",
    "HTTPSRedirectMiddleware",
    "MemoryRateLimitStore",
    "Middleware",
    "MiddlewareFactory",
    "Problem",
    "ProblemDetails",
    "ProxyHeadersMiddleware",
    "RateLimit",
    "RateLimitMiddleware",
    "RateLimitStore",
    "RateLimitUnavailable",
    "RateLimitVerdict",
    "RequestBodyLimitMiddleware",
    "RequestIDFilter",
    "RequestIDMiddleware",
    "SAFELISTED_HEADERS",
    "SecurityHeadersMiddleware",
    "ServerErrorMiddleware",
    "ServerTiming",
    "ServerTimingMiddleware",
    "SimpleUser",
    "TimeoutMiddleware",
    "TrustedHostMiddleware",
    "UnauthenticatedUser",
    "WSGIMiddleware",
    "client_key",
    "csp_nonce",
    "csrf_token",
    "has_required_scope",
    "parse_forwarded",
    "request_id",
    "requires",
    "server_timing",
    "trace_id",
    "user_key",
    "where",
)

_lazy_names(globals(), _HOMES)
