"""The interface of convertors; how arguments are read in a pattern is tested in test_path_pattern.py."""

from __future__ import annotations

import pytest

from asgi_routing import Convertor, IntegerConvertor


def test_the_interface_is_for_subclasses_to_define() -> None:
    convertor: Convertor[str] = Convertor()
    assert convertor.regex == ""
    with pytest.raises(NotImplementedError):
        convertor.convert("a")
    with pytest.raises(NotImplementedError):
        convertor.to_string("a")


def test_a_convertor_with_arguments_is_another_one_of_its_class() -> None:
    class Page(IntegerConvertor):
        pass

    page = Page()
    first = page.with_arguments("max=1")
    assert type(first) is Page
    with pytest.raises(ValueError, match=r"^Too small or too large\.$"):
        first.convert("2")
    assert page.convert("2") == 2


def test_what_the_constructor_refuses_is_its_own_error() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'largest'"):
        IntegerConvertor().with_arguments("largest=1")
    with pytest.raises(ValueError, match=r"^cannot read '=': "):
        IntegerConvertor().with_arguments("=")
