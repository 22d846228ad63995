from __future__ import annotations

import pytest

from asgi_routing import FloatConvertor, IntegerConvertor, StringConvertor


@pytest.mark.parametrize(
    ("convertor", "bounds", "message"),
    [
        (IntegerConvertor, {"min": 2, "max": 1}, "nothing is at least 2 and at most 1: swap the bounds, or widen them"),
        (StringConvertor, {"min_length": 2, "max_length": 1}, "nothing is at least 2 and at most 1: swap the bounds.*"),
        (FloatConvertor, {"min": float("nan")}, "nothing is at least nan and at most inf: swap the bounds.*"),
    ],
)
def test_a_range_holds_some_number(convertor: type, bounds: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        convertor(**bounds)


@pytest.mark.parametrize(
    ("convertor", "bounds", "message"),
    [
        (IntegerConvertor, {"max": 1.5}, "a bound must be a whole number, not 1.5"),
        (StringConvertor, {"max_length": "9"}, "a bound must be a whole number, not '9'"),
        (FloatConvertor, {"min": "red"}, "a bound must be a number, not 'red'"),
    ],
)
def test_a_bound_is_a_number(convertor: type, bounds: dict[str, object], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{message}$"):
        convertor(**bounds)


def test_one_number_may_be_all() -> None:
    assert IntegerConvertor(7, 7).convert("7") == 7
    assert FloatConvertor(max=10**400).convert("1.5") == 1.5
