"""The HTTP events have the keys of the ASGI specification, written out here once more."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_type_hints, is_typeddict

import pytest

from asgi_types import events

# Name, type, the other keys that are required, and those that are not.
EVENTS: list[tuple[str, str, set[str], set[str]]] = [
    ("HTTPRequestEvent", "http.request", {"body", "more_body"}, set()),
    ("HTTPDisconnectEvent", "http.disconnect", set(), set()),
    ("HTTPResponseStartEvent", "http.response.start", {"status", "headers", "trailers"}, set()),
    ("HTTPResponseBodyEvent", "http.response.body", {"body", "more_body"}, set()),
    ("HTTPResponseTrailersEvent", "http.response.trailers", {"headers", "more_trailers"}, set()),
    ("HTTPResponsePathsendEvent", "http.response.pathsend", {"path"}, set()),
    ("HTTPResponseZeroCopySendEvent", "http.response.zerocopysend", {"file"}, {"offset", "count", "more_body"}),
    ("HTTPResponseEarlyHintEvent", "http.response.early_hint", {"links"}, set()),
    ("HTTPServerPushEvent", "http.response.push", {"path", "headers"}, set()),
    ("HTTPResponseDebugEvent", "http.response.debug", {"info"}, set()),
]
INCOMING = {"HTTPRequestEvent", "HTTPDisconnectEvent"}


def found(name: str) -> Any:
    return getattr(events, name)


def test_there_is_one_typed_dict_for_each() -> None:
    names = {name for name in events.__all__ if name.startswith("HTTP") and is_typeddict(found(name))}
    assert names == {row[0] for row in EVENTS}


@pytest.mark.parametrize(("name", "kind", "required", "optional"), EVENTS)
def test_keys_and_type(name: str, kind: str, required: set[str], optional: set[str]) -> None:
    event = found(name)
    assert event.__required_keys__ == {"type"} | required
    assert event.__optional_keys__ == optional
    assert get_type_hints(event)["type"] == Literal[kind]


def test_every_event_comes_in_or_goes_out() -> None:
    names = [row[0] for row in EVENTS]
    assert get_args(events.HTTPIncomingEvent) == tuple(found(name) for name in names if name in INCOMING)
    assert set(get_args(events.HTTPOutgoingEvent)) == {found(name) for name in names if name not in INCOMING}
