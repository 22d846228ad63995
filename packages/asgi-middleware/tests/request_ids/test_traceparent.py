"""``traceparent`` against a table made from W3C Trace Context, and against whatever clients send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware._request_ids.traceparent import trace_id_of

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"00-{TRACE}-{PARENT}-01", TRACE),
        (f"00-{TRACE}-{PARENT}-00", TRACE),
        (f"00-{TRACE}-{PARENT}-ff", TRACE),  # flags that are not known are left alone
        (f" \t00-{TRACE}-{PARENT}-01 ", TRACE),
        # Versions to come
        (f"01-{TRACE}-{PARENT}-01", TRACE),
        (f"cc-{TRACE}-{PARENT}-01-what-the-future-will-be-like", TRACE),
        (f"cc-{TRACE}-{PARENT}-01-", TRACE),
        (f"cc-{TRACE}-{PARENT}-01.what-the-future-will-not-be-like", None),
        (f"cc-{TRACE}-{PARENT}-010", None),
        (f"cc-{TRACE}-{PARENT}-0", None),
        (f"fe-{TRACE}-{PARENT}-01", TRACE),
        (f"ff-{TRACE}-{PARENT}-01", None),
        # Version 00 is exactly this long
        (f"00-{TRACE}-{PARENT}-01-", None),
        (f"00-{TRACE}-{PARENT}-01-what", None),
        (f"00-{TRACE}-{PARENT}-1", None),
        (f"00-{TRACE}-{PARENT}", None),
        (f"0-{TRACE}-{PARENT}-01", None),
        # Identifiers
        (f"00-{'0' * 32}-{PARENT}-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{'0' * 31}1-{'0' * 15}1-01", "0" * 31 + "1"),
        (f"00-{TRACE[1:]}-{PARENT}-01", None),
        (f"00-{TRACE}0-{PARENT}-01", None),
        (f"00-{TRACE}-{PARENT[1:]}-01", None),
        (f"00-{TRACE.upper()}-{PARENT}-01", None),
        (f"00-{TRACE}-{PARENT.upper()}-01", None),
        (f"0A-{TRACE}-{PARENT}-01", None),
        (f"00-{TRACE}-{PARENT}-0A", None),
        (f"00-{TRACE[:-1]}.-{PARENT}-01", None),
        (f"00_{TRACE}_{PARENT}_01", None),
        (f"00-{TRACE}-{PARENT}-01\n", None),
        (f"00-{TRACE}-{PARENT}-01,00-{TRACE}-{PARENT}-01", None),
        ("\u0660\u0660" + f"-{TRACE}-{PARENT}-01", None),  # digits, but not of ASCII
        ("", None),
        ("-", None),
    ],
)
def test_table(value: str, expected: str | None) -> None:
    assert trace_id_of(value) == expected


@given(
    st.integers(0, 254),
    st.integers(1, 2**128 - 1),
    st.integers(1, 2**64 - 1),
    st.integers(0, 255),
)
def test_what_is_written_is_read(version: int, trace: int, parent: int, flags: int) -> None:
    written = f"{version:02x}-{trace:032x}-{parent:016x}-{flags:02x}"
    assert trace_id_of(written) == f"{trace:032x}"


@given(st.text(alphabet="0123456789abcdefAF- ", max_size=80) | st.text())
def test_anything_else_is_none_or_well_formed(value: str) -> None:
    found = trace_id_of(value)
    if found is not None:
        assert len(found) == 32
        assert int(found, 16)


@pytest.mark.parametrize("begin", [f"01-{TRACE}-{PARENT}-01-", " ", "0", "00-" * 3])
def test_linear(begin: str, assert_linear) -> None:
    assert_linear(trace_id_of, lambda n: begin * n, 20_000)
