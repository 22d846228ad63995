"""The scopes have the keys of the ASGI specification, written out here once more."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_type_hints, is_typeddict

import pytest

from asgi_types import scopes

CONNECTION = {
    *("type", "asgi", "http_version", "scheme", "path", "raw_path", "query_string", "root_path", "headers", "client"),
    *("server", "extensions"),
}
REQUIRED = {
    "ASGIVersions": {"spec_version", "version"},
    "HTTPScope": CONNECTION | {"method"},
    "WebSocketScope": CONNECTION | {"subprotocols"},
    "LifespanScope": {"type", "asgi"},
    "TLSExtension": {"server_cert", "tls_version", "cipher_suite"},
}
OPTIONAL = {
    "ASGIVersions": set[str](),
    "HTTPScope": {"state"},
    "WebSocketScope": {"state"},
    "LifespanScope": {"state"},
    "TLSExtension": {"client_cert_chain", "client_cert_name", "client_cert_error"},
}
TYPES = {"HTTPScope": "http", "WebSocketScope": "websocket", "LifespanScope": "lifespan"}


def found(name: str) -> Any:
    return getattr(scopes, name)


def test_there_is_one_typed_dict_for_each() -> None:
    assert {name for name in scopes.__all__ if is_typeddict(found(name))} == REQUIRED.keys() == OPTIONAL.keys()


@pytest.mark.parametrize("name", REQUIRED)
def test_keys(name: str) -> None:
    assert found(name).__required_keys__ == REQUIRED[name]
    assert found(name).__optional_keys__ == OPTIONAL[name]


@pytest.mark.parametrize("name", TYPES)
def test_type(name: str) -> None:
    assert get_type_hints(found(name))["type"] == Literal[TYPES[name]]


def test_versions() -> None:
    assert get_type_hints(scopes.ASGIVersions)["version"] == Literal["2.0", "3.0"]


def test_unions() -> None:
    assert get_args(scopes.WWWScope) == (scopes.HTTPScope, scopes.WebSocketScope)
    assert get_args(scopes.ConnectionScope) == (scopes.HTTPScope, scopes.WebSocketScope, scopes.LifespanScope)


def test_the_scopes_that_tests_use_are_complete(drive: Any) -> None:
    assert drive.scope().keys() == REQUIRED["HTTPScope"] | {"state"}
    assert drive.websocket_scope().keys() == REQUIRED["WebSocketScope"] | {"state"}
