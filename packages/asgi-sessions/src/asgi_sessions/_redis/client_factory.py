"""From a URL to clients of Redis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from coredis import Redis

    MakeClient = Callable[[], Redis[bytes]]

# The clients of asgi-websockets and those of asgi-middleware are made in the same way. Siblings do not import each
# other, and what they share, the core, imports nothing but the standard library; so what is mended here is to be mended
# there.
MISSING: Final = "Redis is reached by coredis, which is not installed: pip install asgi-sessions[redis]"


def client_factory(url: str, timeout: float) -> MakeClient:
    """A function that makes a client for each attempt to connect, so that nothing is left of the one before.

    ``rediss://`` checks the certificate and the name of the host, unless ``ssl_cert_reqs`` or ``ssl_check_hostname`` in
    the query says what to check. Raises `ValueError` for other schemes than ``redis``, ``rediss`` and ``unix``, and
    `ImportError` without coredis.

    >>> client_factory("http://localhost", 0.5)
    Traceback (most recent call last):
    ValueError: The URL of Redis begins with redis://, rediss:// or unix://, not with 'http'.
    """
    from urllib.parse import parse_qs, urlsplit

    try:
        from coredis import Redis
        from coredis.retry import NoRetryPolicy
    except ModuleNotFoundError as missing:
        raise ImportError(MISSING) from missing

    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError(f"The URL of Redis begins with redis://, rediss:// or unix://, not with {parts.scheme!r}.")
    try:
        _ = parts.port
    except ValueError:  # whose text has a part of the password
        raise ValueError("The port of the URL of Redis is no number. In a password, '/' is %2F.") from None
    options: dict[str, Any] = {
        "decode_components": True,
        "connect_timeout": timeout,
        "retry_policy": NoRetryPolicy(),
        "client_name": "asgi_sessions",
    }

    def make_client() -> Redis[bytes]:
        # from_url has overloads, of which its type parameter fits none.
        return cast("Redis[bytes]", cast(Any, Redis).from_url(url, **options))

    # Certificates are read from disk: here, once, and not on the event loop.
    context = make_client().connection_pool.connection_kwargs.get("ssl_context")
    if context is not None:
        if not {"ssl_cert_reqs", "ssl_check_hostname"} & parse_qs(parts.query).keys():
            from ssl import CERT_REQUIRED

            context.verify_mode = CERT_REQUIRED
            context.check_hostname = True
        options["ssl_context"] = context
    return make_client
