"""The exceptions that stand for an answer."""

from __future__ import annotations

from http.client import responses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import HTTPException, WebSocketException


def test_an_http_exception_is_its_parts() -> None:
    error = HTTPException(401, "Sign in first.", headers={"WWW-Authenticate": "Bearer"})
    assert (error.status_code, error.detail, error.headers) == (401, "Sign in first.", {"WWW-Authenticate": "Bearer"})
    assert str(error) == "401: Sign in first."
    assert repr(error) == "HTTPException(status_code=401, detail='Sign in first.')"


def test_the_detail_is_the_reason_phrase_by_default() -> None:
    error = HTTPException(status_code=404)
    assert (error.detail, error.headers, str(error)) == ("Not Found", None, "404: Not Found")


@given(st.integers(0, 1000))
def test_every_code_has_the_phrase_of_the_standard_library_or_none(status_code: int) -> None:
    assert HTTPException(status_code).detail == responses.get(status_code, "")


def test_an_empty_detail_stays_empty() -> None:
    assert HTTPException(404, "").detail == ""


def test_a_subclass_shows_its_own_name() -> None:
    class Teapot(HTTPException):
        pass

    assert repr(Teapot(418, "Short.")) == "Teapot(status_code=418, detail='Short.')"


@pytest.mark.parametrize(
    ("error", "text", "shown"),
    [
        (WebSocketException(1008), "1008: ", "WebSocketException(code=1008, reason='')"),
        (WebSocketException(1008, "No."), "1008: No.", "WebSocketException(code=1008, reason='No.')"),
        (WebSocketException(code=1011, reason=None), "1011: ", "WebSocketException(code=1011, reason='')"),
    ],
)
def test_a_websocket_exception_is_its_code_and_reason(error: WebSocketException, text: str, shown: str) -> None:
    assert f"{error.code}: {error.reason}" == str(error) == text
    assert repr(error) == shown


def test_neither_is_the_other() -> None:
    assert HTTPException.__bases__ == WebSocketException.__bases__ == (Exception,)
