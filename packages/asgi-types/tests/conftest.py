"""What the core's tests share: a way to tell linear time from quadratic, and Hypothesis without its deadline."""

import timeit
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

# A busy machine or a coverage run makes one example slow now and then; time is measured by `assert_linear` alone.
settings.register_profile("no-deadline", parent=settings.default, deadline=None)
settings.load_profile("no-deadline")


def best_time(function: Callable[[Any], object], argument: Any) -> float:
    return min(timeit.repeat(lambda: function(argument), number=1, repeat=3))


@pytest.fixture
def assert_linear():
    """Four times the input takes about four times as long; quadratic time would be sixteen times as long."""

    def check(function: Callable[[Any], object], make_input: Callable[[int], Any], n: int) -> None:
        ratios = []
        for _ in range(4):  # a pause of the machine spoils one attempt, not all of them
            # What takes less than this at n is too short to be measured, and far from quadratic.
            short = max(best_time(function, make_input(n)), 0.0001)
            ratios.append(best_time(function, make_input(4 * n)) / short)
            if ratios[-1] < 12:
                return
        pytest.fail(f"4n took {ratios} times as long as n = {n}")

    return check
