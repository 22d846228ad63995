"""The types that users see of typed sessions; each commented line is an error, and the file fails if it is none.

Nothing here runs. mypy and pyright read it.
"""
# ruff: noqa: RUF012
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict, assert_type

from asgi_sessions import FlashMessage, Session, SessionMiddleware, TypedSession, get_session
from asgi_sessions.encrypted import EncryptedSessionMiddleware
from asgi_types import ASGIApp, HTTPConnection


class Item(TypedDict):
    name: str
    count: int


class Visit(TypedSession, prefix="visit."):
    user: str | None = None
    cart: list[str] = []
    items: dict[str, Item] = {}
    theme: Literal["dark", "light"] = "light"


class Wrong(TypedSession, prefix=1):  # type: ignore[arg-type]
    pass


def entries(scope: Mapping[str, Any], connection: HTTPConnection, session: Session) -> None:
    visit = Visit.of(scope)
    assert_type(visit, Visit)
    assert_type(Visit.of(connection), Visit)
    assert_type(Visit.of(session), Visit)
    assert_type(visit.user, str | None)
    assert_type(visit.cart, list[str])
    assert_type(visit.items["tea"]["count"], int)
    visit.user = "ann"
    visit.cart.append("tea")
    visit.theme = "dark"
    del visit.user


def mistakes(visit: Visit) -> None:
    visit.user = 1  # type: ignore[assignment]
    visit.cart.append(1)  # type: ignore[arg-type]
    visit.theme = "blue"  # type: ignore[assignment]
    visit.usr = "ann"  # type: ignore[attr-defined]
    Visit.of(1)  # type: ignore[arg-type]


def sessions(scope: Mapping[str, Any], session: Session) -> None:
    assert_type(get_session(scope), Session)
    session.flash("Saved.", "success")
    assert_type(session.flashes(), list[FlashMessage])
    assert_type(session["user"], Any)
    assert_type(session.key, str | None)
    session.flash(1)  # type: ignore[arg-type]


class Secret:
    """Whose ``str()`` is the key."""


def middleware(app: ASGIApp) -> None:
    wrapped: ASGIApp = SessionMiddleware(app, ["new", b"old"], same_site="strict", https_only=None)
    wrapped = EncryptedSessionMiddleware(wrapped, Secret(), "name", None, rolling=True, max_lifetime=60)
    SessionMiddleware(app, "secret", same_site="some")  # type: ignore[arg-type]
    SessionMiddleware(app)  # type: ignore[call-arg]
