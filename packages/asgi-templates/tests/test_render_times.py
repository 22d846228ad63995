"""What is remembered of how long templates took."""

from __future__ import annotations

import math

import pytest

from asgi_templates._render_times import FADING, MAX_KEPT, RenderTimes


def test_what_was_never_measured_may_be_long():
    assert RenderTimes(math.inf).may_be_long("a")


def test_the_limit_itself_is_long():
    times = RenderTimes(0.5)
    for taken, is_long in [(0.4, False), (0.5, True)]:
        times.note(taken, taken)
        assert times.may_be_long(taken) is is_long


def test_zero_is_always_long():
    times = RenderTimes(0)
    times.note("a", 0.0)
    assert times.may_be_long("a")


def test_the_longest_time_fades():
    times = RenderTimes(0.5)
    times.note("a", 1.0)
    left = 0
    while times.may_be_long("a"):
        times.note("a", 0.1)
        left += 1
    assert left == math.ceil(math.log(0.5, FADING)) == 4
    times.note("a", 0.6)
    assert times.may_be_long("a")
    times.note("b", 0.1)
    assert not times.may_be_long("b")


def test_a_short_time_stays_what_it_was():
    times = RenderTimes(0.5)
    for _ in range(3):
        times.note("a", 0.1)
    times.note("a", 0.5)
    assert times.may_be_long("a")


def test_it_keeps_no_more_than_it_says():
    times = RenderTimes(1)
    for key in range(MAX_KEPT):
        times.note(key, 0.0)
    times.note(0, 0.0)
    assert not times.may_be_long(1)
    times.note("one more", 0.0)
    assert times.may_be_long(1)
    assert not times.may_be_long("one more")
    assert len(times._kept) == 1


@pytest.mark.parametrize("limit", [-1, -0.001, math.nan])
def test_a_limit_that_is_none(limit):
    with pytest.raises(ValueError, match=r"thread_after is .*: give seconds"):
        RenderTimes(limit)
