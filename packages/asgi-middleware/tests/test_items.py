"""A string where several are meant is one, wherever an option takes several."""

import pytest

from asgi_middleware._items import items

SEVERAL = [["a", "bc"], ("a", "bc"), {"a": 1, "bc": 2}, iter(["a", "bc"])]


@pytest.mark.parametrize("given", SEVERAL, ids=["list", "tuple", "dict", "iterator"])
def test_the_items_of_anything_that_has_some(given):
    assert items(given) == ("a", "bc")


@pytest.mark.parametrize("given", ["", "a", "abc", "a, b"])
def test_a_string_is_one_item(given):
    assert items(given) == (given,)


def test_there_may_be_none():
    assert items([]) == ()


@pytest.mark.parametrize("given", [None, 1])
def test_what_has_no_items_is_an_error(given):
    with pytest.raises(TypeError):
        items(given)
