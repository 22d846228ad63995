"""Functions that are given as options."""

import functools

import pytest

from asgi_middleware._option_function import check_function


class Asking:
    def __call__(self, scope): ...


class AskingLater:
    async def __call__(self, scope): ...


async def later(scope): ...


@pytest.mark.parametrize("given", [print, Asking(), Asking, functools.partial(print, 1)])
def test_functions_are_taken(given):
    check_function("when", given, "a function")


@pytest.mark.parametrize("given", [later, AskingLater(), functools.partial(later, 1)])
def test_async_ones_are_not(given):
    with pytest.raises(TypeError, match=r"when cannot be async.*Use 'def'"):
        check_function("when", given, "a function")


@pytest.mark.parametrize("given", [later, AskingLater(), functools.partial(later, 1), print])
def test_but_where_they_are_awaited(given):
    check_function("key", given, "a function", may_be_async=True)


@pytest.mark.parametrize("given", ["/health", 5, None])
def test_neither_is_anything_else(given):
    with pytest.raises(TypeError, match=f"when is {given!r}: give a function of the scope"):
        check_function("when", given, "a function of the scope")
