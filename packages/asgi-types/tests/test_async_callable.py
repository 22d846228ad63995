"""Telling coroutine functions from others."""

from __future__ import annotations

from functools import partial
from typing import Any
from unittest.mock import AsyncMock, MagicMock, create_autospec

import pytest

from asgi_types import is_async_callable


async def coroutine_function() -> None: ...


async def generator_function() -> Any:
    yield 1


def function() -> None: ...


class Async:
    async def __call__(self) -> None: ...

    async def method(self) -> None: ...

    def plain(self) -> None: ...


class Plain:
    def __call__(self) -> None: ...

    @classmethod
    async def method(cls) -> None: ...

    @staticmethod
    async def static() -> None: ...


@pytest.mark.parametrize(
    "obj",
    [
        coroutine_function,
        partial(coroutine_function),
        partial(partial(coroutine_function, 1), 2),
        Async(),
        partial(Async()),
        Async().method,
        Async().__call__,
        Plain.method,
        Plain.static,
        partial(Plain().method),
    ],
)
def test_what_gives_a_coroutine_is(obj: Any) -> None:
    assert is_async_callable(obj) is True


@pytest.mark.parametrize(
    "obj",
    [
        function,
        partial(function),
        generator_function,
        lambda: 5,
        Async().plain,
        Plain(),
        partial(Plain()),
        print,
        Async,
        partial(Async),
        Plain,
        5,
        None,
        "coroutine_function",
    ],
)
def test_what_gives_something_else_is_not(obj: Any) -> None:
    assert is_async_callable(obj) is False


def test_a_mock_of_a_coroutine_function_is_one() -> None:
    assert is_async_callable(create_autospec(coroutine_function)) is True
    assert is_async_callable(AsyncMock()) is True
    assert is_async_callable(create_autospec(function)) is False
    assert is_async_callable(MagicMock()) is False


def test_a_partial_that_is_kept_whole_inside_another_is_looked_through() -> None:
    inner = partial(Async())
    inner.note = "what has attributes is not merged"  # type: ignore[attr-defined]
    outer = partial(inner)
    assert outer.func is inner
    assert is_async_callable(outer) is True
