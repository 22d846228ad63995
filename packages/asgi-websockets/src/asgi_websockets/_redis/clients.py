"""From a URL to a client of Redis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from coredis import Redis

# The client factories of asgi-middleware and of asgi-sessions do the same. Siblings do not import each other, and what
# they share, the core, imports nothing but the standard library; so what is mended here is to be mended there.
MISSING: Final = "Redis is reached by coredis, which is not installed: pip install asgi-websockets[redis]"


def clients_of(url: str, seconds: float) -> Callable[[], Redis[bytes]]:
    """A function that makes a client, one for each attempt: a pool counts a broken connection as in use for ever.

    ``rediss://`` checks the certificate and the name of the host, unless ``ssl_cert_reqs`` or ``ssl_check_hostname`` in
    the query says what to check. Percent-encoding in the password is decoded. Raises `ValueError` for other
    schemes, and `ImportError` without coredis.
    """
    from ssl import CERT_REQUIRED
    from urllib.parse import parse_qs, urlsplit

    try:
        from coredis import Redis
        from coredis.retry import NoRetryPolicy
    except ModuleNotFoundError as exc:
        raise ImportError(MISSING) from exc

    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError(f"The URL of Redis begins with redis://, rediss:// or unix://, not with {parts.scheme!r}.")
    try:
        _ = parts.port
    except ValueError:  # whose text has a part of the password
        raise ValueError("The port of the URL of Redis is no number. In a password, '/' is %2F.") from None
    options: dict[str, Any] = {
        "decode_components": True,
        "connect_timeout": seconds,
        "retry_policy": NoRetryPolicy(),  # trying again is ours
        "client_name": "asgi_websockets",
    }

    def make_client() -> Redis[bytes]:
        # from_url has overloads, of which its type parameter fits none.
        return cast("Redis[bytes]", cast(Any, Redis).from_url(url, **options))

    # Certificates are read from disk, which must not happen on the event loop.
    context = make_client().connection_pool.connection_kwargs.get("ssl_context")
    if context is not None:
        if not {"ssl_cert_reqs", "ssl_check_hostname"} & parse_qs(parts.query).keys():
            context.verify_mode = CERT_REQUIRED
            context.check_hostname = True
        options["ssl_context"] = context
    return make_client
