"""The cookie of a session: how it is named, read, set and removed, and what its response says to caches."""

from __future__ import annotations

from copy import copy
from typing import Final

from asgi_types import Message, RawHeaders, Response, SameSite, Scope, add_vary, parse_cookies, start_with

_SAME_SITE: Final = ("lax", "strict", "none")
_KEEPING_OUT: Final = frozenset({b"private", b"no-store", b"no-cache"})
_EPOCH: Final = "Thu, 01 Jan 1970 00:00:00 GMT"


class SessionCookie:
    """A cookie with the attributes of RFC 6265 section 4.1.2, never shown to scripts.

    ``https_only`` is whether it is ``Secure``; None makes it so where the connection is.

    Raises `ValueError` for a name that is no token, for ``;``, CR, LF or NUL in an attribute, and for a name that
    begins with ``__Host-``, ``__Secure-`` or ``__Http-``, in whatever case, where browsers would refuse the cookie for
    its attributes (RFC 6265bis section 5.7); `AssertionError` for an unknown ``same_site``.

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
        if not isinstance(same_site, str) or same_site.lower() not in _SAME_SITE:
            raise AssertionError(f"same_site is one of 'lax', 'strict' and 'none', which are texts, not {same_site!r}.")
        # What the core refuses in a cookie is refused here, not with the first response.
        Response().set_cookie(name, path=path, domain=domain)
        self.name = name
        self._name = name.encode()
        self.path = path
        self.is_secure = https_only
        secure = "; secure" if https_only else ""
        more = ("" if domain is None else f"; domain={domain}") + ("; partitioned" if partitioned else "")
        self.flags: str = f"httponly; samesite={same_site}{secure}{more}"
        _check_prefix(name, path, self.flags)

    def altered(self, *, name: str | None = None, path: str | None = None, flags: str | None = None) -> SessionCookie:
        """The same cookie by another name, with another path, or with other attributes (``httponly; secure``)."""
        cookie = copy(self)
        cookie.name = self.name if name is None else name
        cookie._name = cookie.name.encode()
        cookie.path = self.path if path is None else path
        cookie.flags = self.flags if flags is None else flags
        Response().set_cookie(cookie.name, path=cookie.path)
        if not cookie.flags.isprintable():
            raise ValueError(f"The attributes of a cookie are one line of text, not {cookie.flags!r}.")
        _check_prefix(cookie.name, cookie.path, cookie.flags)
        return cookie

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


def _check_prefix(name: str, path: str, flags: str) -> None:
    lower = name.lower()  # as browsers compare it
    attributes = [attribute.strip() for attribute in flags.lower().split(";")]
    if lower.startswith(("__host-", "__secure-", "__http-")) and "secure" not in attributes:
        raise ValueError(f"Browsers refuse a cookie named {name!r} without https_only=True.")
    has_domain = any(attribute.startswith("domain=") for attribute in attributes)
    if lower.startswith("__host-") and (path != "/" or has_domain):
        raise ValueError(f"Browsers refuse a cookie named {name!r} with another path than '/', or with a domain.")


def start_with_cookie(message: Message, cookie: str | None) -> Message:
    """The message that begins a response which depends on the session, and sets this cookie.

    Caches are told so by ``Vary``, and one that others share is told not to keep somebody's cookie: by ``private``, and
    where the application has said something itself that does not, by ``no-cache="set-cookie"`` (RFC 9111 section
    5.2.2.4). An application may send the same message again, so this is one of its own.
    """
    headers: RawHeaders = [*message.get("headers", ())]
    add_vary(headers, b"Cookie")
    if cookie is not None:
        headers.append((b"set-cookie", cookie.encode("latin-1")))
        _protect(headers)
    return start_with(message, headers)


def _protect(headers: RawHeaders) -> None:
    said = [index for index, (name, _) in enumerate(headers) if name == b"cache-control"]
    if not said:
        headers.append((b"cache-control", b"private"))
    elif not any(_keeps_others_out(headers[index][1]) for index in said):
        last = headers[said[-1]][1]
        headers[said[-1]] = (b"cache-control", last + b', no-cache="set-cookie"')


def _keeps_others_out(cache_control: bytes) -> bool:
    return any(word.strip().lower() in _KEEPING_OUT for word in cache_control.split(b","))
