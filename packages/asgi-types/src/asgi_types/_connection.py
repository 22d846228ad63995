"""The view of a connection's scope that requests and WebSockets share. Nothing is parsed before it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, cast

from ._address import Address
from ._asgi import Receive, Scope, Send
from ._cookies import parse_cookies
from ._headers import Headers
from ._query_params import QueryParams
from ._scope_url import scope_origin, url_path
from ._state import State
from ._url import URL

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    StateT = TypeVar("StateT", bound=Mapping[str, Any] | State, default=State)
    _ScopeMapping = Mapping[str, Any]
else:
    from typing import TypeVar

    StateT = TypeVar("StateT")  # TypeVar takes a default from Python 3.13 on, and only type checkers read it

    class _ScopeMapping:
        """Mapping's methods without its metaclass, which makes every instance slower to create; see the last line."""

        get = Mapping.get
        keys = Mapping.keys
        items = Mapping.items
        values = Mapping.values
        __contains__ = Mapping.__contains__


class HTTPConnection(_ScopeMapping, Generic[StateT]):
    """An ``http`` or ``websocket`` scope, readable as a mapping and through the properties below.

    It is a view: two of them on one scope see each other's changes. Parsed parts are kept on the view. Views compare
    by identity and can be hashed. Another scope type is an `AssertionError`. ``receive`` and ``send`` are taken so that
    every view is made alike; this one has no use for them.

    >>> scope = {"type": "http", "path": "/", "query_string": b"page=2", "headers": [(b"cookie", b"theme=dark")]}
    >>> connection = HTTPConnection(scope)
    >>> connection.query_params["page"], connection.cookies, connection["path"]
    ('2', {'theme': 'dark'}, '/')
    """

    scope: Scope
    _url: URL | None = None
    _base_url: URL | None = None
    _headers: Headers | None = None
    _query_params: QueryParams | None = None
    _cookies: dict[str, str] | None = None
    _state: Any = None

    def __init__(self, scope: Scope, receive: Receive | None = None, send: Send | None = None) -> None:  # noqa: ARG002
        assert scope["type"] in ("http", "websocket"), f"Not a connection's scope: {scope['type']!r}."
        self.scope = scope

    def __getitem__(self, key: str) -> Any:
        return self.scope[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.scope)

    def __len__(self) -> int:
        return len(self.scope)

    if TYPE_CHECKING:  # where this is a Mapping, which has none

        def __hash__(self) -> int: ...

    @property
    def app(self) -> Any:
        """The application that serves this connection; `KeyError` outside one."""
        return self.scope["app"]

    @property
    def url(self) -> URL:
        """The URL of this connection; see `URL` for where its host comes from."""
        if self._url is None:
            self._url = URL(scope=self.scope)
        return self._url

    @property
    def base_url(self) -> URL:
        """The URL of the application's root, which ends with a slash and has no query."""
        if self._base_url is None:
            root = self.scope.get("app_root_path", self.scope.get("root_path", ""))
            self._base_url = URL(scope_origin(self.scope) + url_path(root.rstrip("/") + "/"))
        return self._base_url

    @property
    def headers(self) -> Headers:
        """The header fields."""
        if self._headers is None:
            self._headers = Headers(scope=self.scope)
        return self._headers

    @property
    def query_params(self) -> QueryParams:
        """The parameters of the query string, which a WebSocket's scope need not have."""
        if self._query_params is None:
            self._query_params = QueryParams(self.scope.get("query_string") or b"")
        return self._query_params

    @property
    def path_params(self) -> dict[str, Any]:
        """What the router read from the path, by parameter name."""
        params: dict[str, Any] = self.scope.get("path_params", {})
        return params

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies, of all ``Cookie`` headers together (HTTP/2 splits them, RFC 9113 section 8.2.3)."""
        if self._cookies is None:
            self._cookies = parse_cookies("; ".join(self.headers.getlist("cookie")))
        return self._cookies

    @property
    def client(self) -> Address | None:
        """The address of the other side, if the server knows it."""
        address = self.scope.get("client")
        return None if address is None else Address(*address)

    @property
    def session(self) -> dict[str, Any]:
        """The session; `AssertionError` if no session middleware put one in the scope."""
        assert "session" in self.scope, "SessionMiddleware must be installed to access request.session"
        session = self.scope["session"]
        mark_accessed = getattr(session, "mark_accessed", None)
        if mark_accessed is not None:
            mark_accessed()
        return cast("dict[str, Any]", session)

    @property
    def auth(self) -> Any:
        """The credentials; `AssertionError` without authentication middleware."""
        assert "auth" in self.scope, "AuthenticationMiddleware must be installed to access request.auth"
        return self.scope["auth"]

    @property
    def user(self) -> Any:
        """The user; `AssertionError` without authentication middleware."""
        assert "user" in self.scope, "AuthenticationMiddleware must be installed to access request.user"
        return self.scope["user"]

    @property
    def state(self) -> StateT:
        """The state of this connection, which begins as the lifespan's; by attribute or by item."""
        if self._state is None:
            self._state = State(self.scope.setdefault("state", {}))
        return cast("StateT", self._state)

    def url_for(self, name: str, /, **path_params: Any) -> URL:
        """The absolute URL of the route with this name.

        Raises `RuntimeError` outside an application and a router, and the router's ``NoMatchFound`` if no route has
        this name and exactly these parameters.
        """
        provider = self.scope.get("router") or self.scope.get("app")
        if provider is None:
            raise RuntimeError("The `url_for` method can only be used inside a Starlette application or with a router.")
        return cast("URL", provider.url_path_for(name, **path_params).make_absolute_url(base_url=self.base_url))


cast("Any", Mapping).register(HTTPConnection)  # the abstract class has no such method for type checkers
