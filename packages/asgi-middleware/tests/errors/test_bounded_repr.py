from collections import OrderedDict, deque
from dataclasses import dataclass

import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


@dataclass(repr=False)
class Silent:
    name: str

    def __repr__(self):
        return "<silent>"


class Failing:
    def __repr__(self):
        raise RuntimeError("no")


class Fatal:
    def __repr__(self):
        raise KeyboardInterrupt


class NoText:
    def __repr__(self):
        return 7


class Huge:
    def __repr__(self):
        return "x" * 10_000_000


class Endless(dict):
    def items(self):
        while True:
            yield "key", "value"


class Bound:
    def method(self):
        pass

    def __repr__(self):
        raise AssertionError


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("it's", '"it\'s"'),
        (b"bytes\x00", "b'bytes\\x00'"),
        (bytearray(b"bytes"), "bytearray(b'bytes')"),
        (7, "7"),
        (1.5, "1.5"),
        (None, "None"),
        ([1, [2]], "[1, [2]]"),
        ((1,), "(1,)"),
        ((), "()"),
        ([], "[]"),
        ({}, "{}"),
        ({1}, "{1}"),
        (set(), "set()"),
        (frozenset({1}), "frozenset({1})"),
        (frozenset(), "frozenset()"),
        (OrderedDict(a=1), "OrderedDict({'a': 1})"),
        (deque([1]), "deque([1])"),
        (Silent("bob"), "<silent>"),
        (Failing(), "<Failing, whose repr() failed with RuntimeError>"),
        ([Failing(), 1], "[<Failing, whose repr() failed with RuntimeError>, 1]"),
        (Fatal(), "<Fatal, whose repr() failed with KeyboardInterrupt>"),
        (NoText(), "<NoText, whose repr() failed with TypeError>"),
        (Bound().method, "<bound method Bound.method>"),
        pytest.param(1 << 20_000, "<int of 20001 bits>", id="huge int"),
        ("x" * 1000, repr("x" * 240 + "… (1000 characters)")),
        (b"x" * 1000, repr(b"x" * 240 + b"? (1000 characters)")),
        (list(range(100)), f"[{', '.join(map(str, range(20)))}, … (100 in all)]"),
        ({n: n for n in range(100)}, f"{{{', '.join(f'{n}: {n}' for n in range(20))}, … (100 in all)}}"),
        ([[[[[[]]]]]], "[[[[[…]]]]]"),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, "{'a': {'b': {'c': {'d': {'e': 1}}}}}"),
    ],
)
async def test_values(variable, value, shown):
    assert await variable(value) == shown


async def test_a_huge_repr_is_cut(variable):
    assert await variable(Huge()) == "x" * 480 + "… (10000000 characters)"


async def test_all_parts_together_are_bounded(variable):
    shown = await variable([[["x" * 200] * 20] * 20] * 20)
    assert len(shown) < 650
    calls = []

    class Counted:
        def __repr__(self):
            calls.append(1)
            return ""

    await variable([[[Counted()] * 20] * 20] * 20)
    assert 20 < len(calls) <= 200
    calls.clear()
    await variable({n: {m: [Counted()] * 20 for m in range(20)} for n in range(20)})
    assert 20 < len(calls) <= 200


async def test_an_endless_collection_ends(variable):
    shown = await variable(Endless(a=1))
    assert shown.startswith("Endless({'key': 'value', ")
    assert len(shown) < 650


async def test_slow_reprs_are_not_called_for_ever(report, monkeypatch):
    from asgi_middleware._errors import bounded_repr

    now = [0.0]
    monkeypatch.setattr(bounded_repr, "monotonic", lambda: now[0])
    calls = []

    class Slow:
        def __repr__(self):
            calls.append(1)
            now[0] += 0.9
            return "tardy"

    def function():
        values = [Slow() for _ in range(10)]
        raise ValueError(len(values))

    shown = (await report(function))["errors"][0]["frames"][0]["variables"]["values"]
    assert shown.count("tardy") == len(calls) == 3
    assert shown.count(f"<{Slow.__qualname__}>") == 7
