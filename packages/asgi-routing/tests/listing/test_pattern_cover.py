"""Which patterns cover which: asked by two routes, the wider first."""

from __future__ import annotations

import timeit
from enum import Enum
from typing import Any

import pytest

from asgi_routing import (
    Convertor,
    EnumConvertor,
    IntegerConvertor,
    Mount,
    PathConvertor,
    Route,
    SegmentConvertor,
    StringConvertor,
    register_url_convertor,
)
from asgi_routing.listing import find_conflicts


async def endpoint(connection: Any) -> None: ...


class Letters(Convertor[str]):
    regex = "[a-z/]+"

    def convert(self, value: str) -> str:
        if value == "no":
            raise ValueError
        return value


class Color(Enum):
    RED = "red"


@pytest.fixture(scope="module", autouse=True)
def convertors(own_convertors: None) -> None:
    register_url_convertor("letters", Letters())
    expressions = {"ahead": "[a-z]+(?=/b)", "end": "[a-z]+$", "again": r"(a)\2", "not": "[^0-9]+", "open": "a)|(a"}
    for kind, regex in expressions.items():
        register_url_convertor(kind, type(kind, (Letters,), {"regex": regex})())
    register_url_convertor("color", EnumConvertor(Color))
    for changed in (StringConvertor(), SegmentConvertor(), PathConvertor(), IntegerConvertor(), EnumConvertor("a")):
        changed.regex = "[0-5]+"
        register_url_convertor(f"changed{type(changed).__name__}", changed)


def is_covered(wide: str, narrow: str) -> bool:
    return [*map(str, find_conflicts([Route(wide, endpoint), Route(narrow, endpoint)]))] == [
        f"GET {narrow} is never reached: {wide} comes first"
    ]


COVERED = """
/                              /
/{a}                           /a
/{a}                           /{b}
/{a}                           /{b:int}
/{a}                           /{b:uuid}
/{a}                           /{b:date}
/{a}                           /{b:segment}
/{a}                           /{b:enum(x, y)}
/{a}                           /{b:regex([a-z]*)}
/{a}                           /x-{b}
/{a}                           /{b}.{c}
/{a:segment}                   /{b}
/{a:int}                       /42
/{a:int}                       /{b:int(1, 5)}
/{a:int(1, 5)}                 /{b:int(2, 5)}
/{a:int(1, 5)}                 /{b:enum(1, 5)}
/{a:int(min=0)}                /{b:int}
/{a:float}                     /{b:int(3)}
/{a:float}                     /{b:float(0.5, 2)}
/{a:float(0, 2)}               /{b:float(0.5, 2)}
/{a:float(0, 2)}               /1.5
/{a:str(2, 4)}                 /abc
/{a:str(1)}                    /{b}
/{a:str(max_length=4)}         /{b:str(2, 4)}
/{a:str(max_length=4)}         /{b:enum(red, blue)}
/{a:enum(red, blue)}           /{b:enum(blue, red)}
/{a:enum(red, blue)}           /{b:enum(blue)}
/{a:enum(red, blue)}           /{b:color}
/{a:date}                      /2026-02-28
/{a:uuid}                      /{b:uuid}
/{a:regex([a-z]+)}             /{b:regex([a-z]+)}
/{a:regex(^[a-z]+$)}           /abc
/{a}.{b:int}                   /{c}.{d:int}
/{a:path}                      /
/{a:path}                      /a/b/
/{a:path}                      /{b}/{c:int}
/{a:path}                      /{b:path}
/{a:path}                      /x{b:path}
/{a:path}                      /{b:letters}/c
/a/{b:path}                    /a/
/a/{b:path}                    /a/{c:path}/d
/{a:path}/d                    /b/d
/{a:path}/d                    /{b}/d
/{a:path}/{b:path}             /{c:path}/{d:path}
/{a}/{b}/c                     /x/{y}/c
/{a}/x                         /{b:int}/x
/{a:letters}                   /{b:letters}
/{a:letters}                   /abc
/{a:letters}/{b}               /abc/d
/{a:not}                       /abc
/{a:letters}/{b:letters}       /{c:letters}/{d:letters}
/{a:changedStringConvertor}    /15
/{a:changedPathConvertor}      /{b:changedPathConvertor}
"""

NOT_COVERED = """
/a                             /b
/a                             /a/
/a                             /{b}
/{a}                           /
/{a}                           /a/
/{a}                           /a/b
/{a}                           /{b:path}
/{a}                           /{b:letters}
/{a}/                          /{b}
/{a:int}                       /{b}
/{a:int}                       /x
/{a:int(min=1)}                /{b}
/{a:int}                       /{b:float}
/{a:int}                       /{b}{c}
/{a:int(1, 5)}                 /{b:int}
/{a:int(1, 5)}                 /{b:int(2, 6)}
/{a:int(1, 5)}                 /{b:enum(1, 6)}
/{a:int(1, 5)}                 /6
/{a:float(max=2)}              /{b:int(max=2)}
/{a:float(max=2)}              /{b:float}
/{a:str(2)}                    /{b}
/{a:str(2)}                    /a
/{a:str(2)}                    /{b:int}
/{a:str(2)}                    /{b}-{c}
/{a:enum(red, blue)}           /{b:enum(red, green)}
/{a:enum(red, blue)}           /{b}
/{a:date}                      /2026-02-30
/{a:date}                      /{b:uuid}
/{a:uuid}                      /{b:date}
/{a:regex([a-z]+)}             /{b:regex([a-z]*)}
/{a:regex([a-z]+)}             /{b:enum(a, 1)}
/{a}.{b:int}                   /{c}.{d}
/{a}-{b}                       /{c}.{d}
/{a:path}/d                    /{b:path}/c
/a/{b:path}                    /a
/a/{b:path}                    /{b:path}
/{a:path}/b/{c:path}           /{d}/x/{e:path}
/{a:letters}/{b:path}          /x/y/z
/{a:letters}                   /no
/{a:letters}                   /{b:not}
/{a:letters}                   /{b}
/{a:ahead}                     /a
/{a:end}                       /a
/{a:again}                     /aa
/{a:open}                      /a
/{a:changedStringConvertor}    /{b:int}
/{a:changedSegmentConvertor}   /{b:int}
/{a:changedPathConvertor}      /{b:int}
/{a:changedIntegerConvertor}   /{b:int}
/{a:int}                       /{b:changedIntegerConvertor}
/{a:changedEnumConvertor}      /a
/{a:changedEnumConvertor}      /1
/{a:path}/{b:letters}          /{c:path}/{d}
"""


def pairs(table: str) -> list[Any]:
    return [
        pytest.param(*[each.strip() for each in line.split("  ", 1)], id=line) for line in table.strip().splitlines()
    ]


@pytest.mark.parametrize(("wide", "narrow"), pairs(COVERED))
def test_a_pattern_covers_another(wide: str, narrow: str) -> None:
    assert is_covered(wide, narrow)


@pytest.mark.parametrize(("one", "other"), pairs(NOT_COVERED))
def test_a_pattern_does_not_cover_another(one: str, other: str) -> None:
    assert find_conflicts([Route(one, endpoint), Route(other, endpoint)]) == []


def test_a_convertor_of_ones_own_is_equal_to_itself_only() -> None:
    one = Route("/{a:letters}", endpoint)
    register_url_convertor("letters", Letters())
    assert find_conflicts([one, Route("/{a:letters}", endpoint)]) == []


@pytest.mark.parametrize(
    ("pattern", "size"),
    [
        ("/x{}/{{id:int}}", 200),
        ("/v/{{a}}/x{}/{{b}}", 200),
        ("/{{a}}-x{}", 200),
        ("/{{a:regex(x{})}}", 200),
        ("/{{a:enum(x{}, y)}}", 800),
    ],
)
def test_the_cost_grows_with_the_number_of_routes_and_not_with_its_square(
    assert_linear: Any, pattern: str, size: int
) -> None:
    def table(size: int) -> list[Route]:
        return [Route(pattern.format(number), endpoint) for number in range(size)]

    assert_linear(find_conflicts, table, size)


def test_the_cost_of_mounts_in_mounts_grows_with_their_depth(assert_linear: Any) -> None:
    def table(depth: int) -> list[Any]:
        routes: list[Any] = [Route("/a", endpoint)]
        for _ in range(depth):
            routes = [Route("/{b:int}", endpoint), Mount("/x", routes=routes)]
        return routes

    assert_linear(find_conflicts, table, 100)


def test_an_expression_of_ones_own_is_compiled_once_for_all_it_is_compared_with() -> None:
    literals = [Route(f"/{number}", endpoint) for number in range(100)]
    table: list[Route] = []
    for number in range(1000):  # more than `re` remembers
        register_url_convertor("numbered", type("", (Letters,), {"regex": f"[a-z]+{number}"})())
        table.append(Route("/{a:numbered}", endpoint))

    def cost(count: int) -> float:
        return min(timeit.repeat(lambda: find_conflicts([*table, *literals[:count]]), number=1, repeat=3))

    assert cost(100) < 20 * cost(1)
