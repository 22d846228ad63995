from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from shine._cli.migration.difference import line_difference


@given(st.integers(0, 40).flatmap(lambda size: st.tuples(st.just(size), st.sets(st.integers(0, size)))))
def test_it_is_the_difference_that_others_find(case):
    size, changed = case
    before = [f"line {number}" for number in range(size)]
    after = [f"{line}{' changed' if number in changed else ''}" for number, line in enumerate(before)]
    found = [*line_difference("a.py", before, after)]
    expected = [*difflib.unified_diff(before, after, "a.py", "a.py", lineterm="")]
    assert found == (expected or ["--- a.py", "+++ a.py"])
