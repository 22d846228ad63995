"""A request as it is shown beside an exception: secrets in its URL, headers and parameters are masked by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from asgi_types import HTTPConnection

from .bounded_repr import BoundedRepr
from .masking import MASK, Secrets
from .secret_names import is_secret_name
from .secret_search import SecretSearch

_MOST = 100
_LONGEST = 1000

Pairs = list[tuple[str, str]]


@dataclass(slots=True)
class ShownRequest:
    """What the client asked for; of the cookies only the names are shown, since any of them may be a key."""

    method: str
    url: str
    http_version: str
    client: str
    headers: Pairs
    path_params: Pairs
    query_params: Pairs
    cookies: Pairs
    state: Pairs


def collect_request_secrets(request: HTTPConnection[Any], secrets: Secrets) -> None:
    """Learn the secrets that a request brings."""
    search = SecretSearch(secrets)
    for name, value in request.headers.items():
        if is_secret_name(name):
            secrets.add(value)
            for credentials in _credentials(value):
                secrets.add(credentials)
    for value in request.cookies.values():
        secrets.add(value)
    for name, value in request.query_params.multi_items():
        search.learn(name, value)
    for part in (request.path_params, request.scope.get("state") or {}):
        search.learn("", dict(part))


def shown_request(request: HTTPConnection[Any], secrets: Secrets) -> ShownRequest:
    """The request without its secrets, which must have been collected."""
    scope, client, values = request.scope, request.client, BoundedRepr(secrets)
    state: dict[str, Any] = dict(scope.get("state") or {})
    return ShownRequest(
        method=secrets.cut(str(scope.get("method", "")), _LONGEST),
        url=secrets.cut(_without_secret_params(request), 2 * _LONGEST),
        http_version=str(scope.get("http_version", "")),
        client="" if client is None else f"{client.host}:{client.port}",
        headers=_shown(request.headers.items(), secrets),
        path_params=_represented(request.path_params, secrets, values),
        query_params=_shown(request.query_params.multi_items(), secrets),
        cookies=[(secrets.cut(name, _LONGEST), MASK) for name in list(request.cookies)[:_MOST]],
        state=_represented(state, secrets, values),
    )


def _shown(pairs: Iterable[tuple[str, str]], secrets: Secrets) -> Pairs:
    return [
        (secrets.cut(name, _LONGEST), MASK if is_secret_name(name) and value else secrets.cut(value, _LONGEST))
        for name, value in list(pairs)[:_MOST]
    ]


def _represented(named: dict[str, Any], secrets: Secrets, values: BoundedRepr) -> Pairs:
    return [
        (secrets.cut(str(name), _LONGEST), values.named(name, value)) for name, value in list(named.items())[:_MOST]
    ]


def _without_secret_params(request: HTTPConnection[Any]) -> str:
    from urllib.parse import unquote_plus

    url, separator, query = str(request.url).partition("?")
    params: list[str] = []
    for param in query.split("&"):
        name, equals, value = param.partition("=")
        params.append(f"{name}={MASK}" if value and is_secret_name(unquote_plus(name)) else name + equals + value)
    return url + separator + "&".join(params)


def _credentials(value: str) -> Iterable[str]:
    """What stands behind the scheme of an ``Authorization``, and the password that is in it (RFC 7617)."""
    from base64 import b64decode

    scheme, _, credentials = value.partition(" ")
    if credentials:
        yield credentials
    if scheme.lower() == "basic":
        try:
            yield b64decode(credentials).decode("utf-8", "replace").partition(":")[2]
        except ValueError:
            return
