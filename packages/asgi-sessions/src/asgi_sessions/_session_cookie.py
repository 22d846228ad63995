"""The cookie of a session: how it is named, read, set and removed, and what its response says to caches."""

from __future__ import annotations

from typing import Final

from asgi_types import Message, RawHeaders, Response, SameSite, Scope, add_vary, parse_cookies, start_with

_EPOCH: Final = "Thu, 01 Jan 1970 00:00:00 GMT"


class SessionCookie:
    """A cookie with the attributes of RFC 6265 section 4.1.2, never shown to scripts.

    ``https_only`` is whether it is ``Secure``; None makes it so where the connection is.

    Raises `ValueError` for a name that is no token, for ``;``, CR, LF or NUL in an attribute, and for a name that
    begins with ``__Host-`` or ``__Secure-`` where browsers would refuse the cookie for its attributes; `AssertionError`
    for an unknown ``same_site``.

    >>> cookie = SessionCookie("session", "/", None, "lax", https_only=None, partitioned=False)
    >>> cookie.setting("abc", 60, {"type": "http", "scheme": "https"})
    'session=abc; path=/; Max-Age=60; httponly; samesite=lax; secure'
    """

    def __init__(
        self,
        name: str,
        path: str,
        domain: str | None,
        same_site: SameSite,
        *,
        https_only: bool | None,
        partitioned: bool,
    ) -> None:
        # What the core refuses in a cookie is refused here, not with the first response.
        Response().set_cookie(name, path=path, domain=domain, samesite=same_site)
        _check_prefix(name, path, domain, is_secure=https_only is True)
        self.name = name
        self._name = name.encode()
        self.path = path
        self.is_secure = https_only
        secure = "; secure" if https_only else ""
        more = ("" if domain is None else f"; domain={domain}") + ("; partitioned" if partitioned else "")
        self.flags: str = f"httponly; samesite={same_site}{secure}{more}"

    def read(self, scope: Scope) -> str | None:
        """The value that the client has sent; of several, the last, as of any cookie."""
        name = self._name
        last: bytes | None = None
        for field, header in scope["headers"]:
            if field == b"cookie" and name in header:  # and no other cookie is looked at
                for pair in header.split(b";"):
                    if name in pair:
                        key, separator, sent = pair.partition(b"=")
                        if separator and key.strip(b" \t") == name:
                            last = sent.strip(b" \t")
        if last is None:
            return None
        value = last.decode("latin-1")
        return parse_cookies(f"quoted={value}")["quoted"] if value.startswith('"') else value

    def setting(self, value: str, max_age: int | None, scope: Scope) -> str:
        """What makes the client keep ``value`` for so many seconds, or until it is closed."""
        lasting = "" if max_age is None else f"Max-Age={max_age}; "
        return f"{self.name}={value}; path={self.path}; {lasting}{self._flags(scope)}"

    def removing(self, scope: Scope) -> str:
        """What makes the client forget the cookie."""
        return f"{self.name}=null; path={self.path}; expires={_EPOCH}; {self._flags(scope)}"

    def _flags(self, scope: Scope) -> str:
        if self.is_secure is None and scope.get("scheme") in ("https", "wss"):
            return f"{self.flags}; secure"
        return self.flags


def _check_prefix(name: str, path: str, domain: str | None, *, is_secure: bool) -> None:
    is_host = name.startswith("__Host-")
    if (is_host or name.startswith("__Secure-")) and not is_secure:
        raise ValueError(f"Browsers refuse a cookie named {name!r} without https_only=True.")
    if is_host and (path != "/" or domain is not None):
        raise ValueError(f"Browsers refuse a cookie named {name!r} with another path than '/', or with a domain.")


def start_with_cookie(message: Message, cookie: str | None) -> Message:
    """The message that begins a response which depends on the session, and sets this cookie.

    Caches are told so by ``Vary``, and one that others share is told not to keep somebody's cookie, unless the
    application has said something itself. An application may send the same message again, so this is one of its own.
    """
    headers: RawHeaders = [*message.get("headers", ())]
    add_vary(headers, b"Cookie")
    if cookie is not None:
        headers.append((b"set-cookie", cookie.encode("latin-1")))
        if all(name != b"cache-control" for name, _ in headers):
            headers.append((b"cache-control", b"private"))
    return start_with(message, headers)
