import json
from datetime import date
from enum import Enum, IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import ExceptionMiddleware, Problem, ProblemDetails
from asgi_types import HTTPException


class Level(IntEnum):
    HIGH = 3


class Kind(str, Enum):  # noqa: UP042 - as it was before StrEnum
    TEA = "tea"


class Mute:
    def __str__(self):
        raise RuntimeError


@pytest.fixture
def member(drive, raising):
    """How a value is written that a problem has as a member."""

    async def make(value):
        app = ExceptionMiddleware(raising(Problem(400, value=value)), {HTTPException: ProblemDetails()})
        return json.loads((await drive.request(app)).text)["value"]

    return make


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (1.5, 1.5),
        ("text", "text"),
        (Level.HIGH, 3),
        (Kind.TEA, "tea"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (b"raw\xff", "raw\N{REPLACEMENT CHARACTER}"),
        (bytearray(b"raw"), "raw"),
        (date(2026, 2, 28), "2026-02-28"),
        ((1, [2], {3}, frozenset({4})), [1, [2], [3], [4]]),
        ({1: {None: ValueError("no")}}, {"1": {"None": "no"}}),
        (Mute(), "<Mute>"),
        ({Mute(): 1}, {"<Mute>": 1}),
    ],
)
async def test_values(member, value, expected):
    assert await member(value) == expected


async def test_what_holds_itself_ends(member):
    value = []
    value.append(value)
    found, depth = await member(value), 0
    while isinstance(found, list):
        (found,), depth = found, depth + 1
    assert (found, depth) == ("[[...]]", 19)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_json_is_left_as_it_is(value):
    from asgi_middleware._errors.json_ready import json_ready

    assert json_ready(value) == value
