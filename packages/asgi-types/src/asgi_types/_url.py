"""URLs as immutable values: parts by name, and changed copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from ._asgi import Scope
from ._host import is_ipv6
from ._multi_dict import MultiDict
from ._scope_url import scope_url


class URL:
    """A URL, from a string, from a connection's ``scope``, or from components; two of them are an `AssertionError`.

    From a scope, host and port come from its ``Host`` header if there is one and it is well-formed (see `parse_host`),
    else from the server's address without the scheme's default port. The path comes from the scope alone: what could
    end it early, or would be dropped in reading, is percent-encoded, and it begins with one slash unless it is empty.

    ``str()`` is the URL as it was given. Anything with an equal ``str()`` is equal. ``repr`` hides a password.

    Reading a part of a malformed string raises `ValueError`, as `urllib.parse.urlsplit` does.

    >>> url = URL("https://example.org/search?q=asgi")
    >>> url.hostname, url.path, url.is_secure
    ('example.org', '/search', True)
    >>> str(url.include_query_params(page=2).replace(port=8443))
    'https://example.org:8443/search?q=asgi&page=2'
    """

    _url: str
    _components: SplitResult | None = None

    def __init__(self, url: str = "", scope: Scope | None = None, **components: Any) -> None:
        if scope is not None:
            assert not url, 'Cannot set both "url" and "scope".'
            assert not components, 'Cannot set both "scope" and "**components".'
            self._url = scope_url(scope)
        elif components:
            assert not url, 'Cannot set both "url" and "**components".'
            self._url = str(URL("").replace(**components))
        else:
            self._url = url

    @property
    def components(self) -> SplitResult:
        """The URL split by `urllib.parse.urlsplit`."""
        if self._components is None:
            self._components = urlsplit(self._url)
        return self._components

    @property
    def scheme(self) -> str:
        """Scheme, such as ``https``."""
        return self.components.scheme

    @property
    def netloc(self) -> str:
        """User information, host and port."""
        return self.components.netloc

    @property
    def path(self) -> str:
        """Path, as it stands in the URL."""
        return self.components.path

    @property
    def query(self) -> str:
        """Query, without its question mark."""
        return self.components.query

    @property
    def fragment(self) -> str:
        """Fragment, without its number sign."""
        return self.components.fragment

    @property
    def username(self) -> str | None:
        """User name, if there is one."""
        return self.components.username

    @property
    def password(self) -> str | None:
        """Password, if there is one."""
        return self.components.password

    @property
    def hostname(self) -> str | None:
        """Host in lower case, an IPv6 address without brackets."""
        return self.components.hostname

    @property
    def port(self) -> int | None:
        """Port, if it is given."""
        return self.components.port

    @property
    def is_secure(self) -> bool:
        """Whether the scheme is ``https`` or ``wss``."""
        return self.scheme in ("https", "wss")

    def replace(self, **kwargs: Any) -> URL:
        """A copy with these parts changed.

        The parts are ``scheme netloc path query fragment`` and, inside the netloc, ``username password hostname
        port``. None removes the port, the password, or the user name and the password with it, and keeps the host name.
        A password without a user name is dropped. An IPv6 host name may be given with or without brackets.
        """
        parts = ("username", "password", "hostname", "port")
        if any(part in kwargs for part in parts):
            changed = {part: kwargs.pop(part) for part in parts if part in kwargs}
            kwargs["netloc"] = self._netloc(changed)
        return type(self)(self.components._replace(**kwargs).geturl())

    def include_query_params(self, **kwargs: Any) -> URL:
        """A copy whose query has these parameters set, each replacing all of its name."""
        params = MultiDict(parse_qsl(self.query, keep_blank_values=True))
        params.update({str(key): str(value) for key, value in kwargs.items()})
        return self.replace(query=urlencode(params.multi_items()))

    def replace_query_params(self, **kwargs: Any) -> URL:
        """A copy whose query has these parameters and no others."""
        return self.replace(query=urlencode([(str(key), str(value)) for key, value in kwargs.items()]))

    def remove_query_params(self, keys: str | Sequence[str]) -> URL:
        """A copy whose query has no parameter of these names."""
        params = MultiDict(parse_qsl(self.query, keep_blank_values=True))
        for key in [keys] if isinstance(keys, str) else keys:
            params.pop(key, None)
        return self.replace(query=urlencode(params.multi_items()))

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)

    def __hash__(self) -> int:
        return hash(self._url)

    def __str__(self) -> str:
        return self._url

    def __repr__(self) -> str:
        try:
            shown = str(self.replace(password="********")) if self.password else self._url
        except ValueError:  # where a password begins and ends in this is anybody's guess
            shown = "malformed"
        return f"{type(self).__name__}({shown!r})"

    def _netloc(self, changed: dict[str, Any]) -> str:
        # The port is taken as it stands, so that one that is out of range can be replaced.
        host, port = _split_port(self.netloc.rpartition("@")[2])
        port = changed.get("port", port)
        username = changed.get("username", self.username)
        password = changed.get("password", self.password)
        hostname = changed.get("hostname")
        if hostname is not None:
            host = f"[{hostname}]" if is_ipv6(hostname) else hostname
        if port is not None and port != "":
            host = f"{host}:{port}"
        if username is None:
            return host
        return f"{username}@{host}" if password is None else f"{username}:{password}@{host}"


def _split_port(host_and_port: str) -> tuple[str, str | None]:
    if host_and_port.endswith("]") or ":" not in host_and_port:
        return host_and_port, None
    host, _, port = host_and_port.rpartition(":")
    return host, port
