"""Hostile paths take time in proportion to their length; what is read from them is tested in test_path_reader.py."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from asgi_routing import Match, Route

KIB = 1024


async def endpoint(connection: object) -> None: ...


def seconds(route: Route, path: str) -> float:
    """The least time of a few tries to match a path, which must not match."""
    scope = {"type": "http", "method": "GET", "path": path}
    best = 60.0
    for _ in range(3):
        begin = time.perf_counter()
        assert route.matches(scope)[0] is Match.NONE
        best = min(best, time.perf_counter() - begin)
    return best


@pytest.mark.parametrize(
    ("pattern", "bait"),
    [
        ("/{a}", lambda n: "/" * n),
        ("/{a}/{b}/{c}", lambda n: "/" * n),
        ("/{a}/{b}/{c}", lambda n: "/a" * n),
        ("/{a}x", lambda n: "/" + "a" * n),
        ("/{a:path}x", lambda n: "/" * n),
        ("/{a:path}/edit", lambda n: "/edit" * (n // 5) + "/"),
        ("/{a:int}", lambda n: "/" + "1" * n + "x"),
        ("/{a:int}", lambda n: "/" + "1" * n),
        ("/{a:float}", lambda n: "/" + "1" * n + "x"),
        ("/{a:float}", lambda n: "/1." + "1" * n + "x"),
        ("/{a:float}", lambda n: "/" + "1." * (n // 2)),
        ("/{a:uuid}", lambda n: "/" + "a" * n),
        ("/{a:uuid}", lambda n: "/" + "-" * n),
        ("/{a}-{b}", lambda n: "/" + "-" * n + "/"),
        ("/{a}-{b}.json", lambda n: "/" + "-" * n),
        ("/{a}-{b}-{c}.json", lambda n: "/" + "-" * n),
        ("/{a}{b}{c}{d}/", lambda n: "/" + "a" * n),
        ("/{a:path}.{b}", lambda n: "/" + "." * n + "/"),
        ("/{a:path}/{b:path}", lambda n: "/" * n + "\n"),
        ("/{a:path}/x/{b:path}/y", lambda n: "/x" * (n // 2)),
        ("/{a:int}{b:int}", lambda n: "/" + "1" * n + "x"),
        ("/{a:float}{b:float}", lambda n: "/" + "1." * (n // 2)),
        ("/{a}{b:uuid}.{c}", lambda n: "/" + "0" * n),
        ("/{a}-{b:int}-{c:int}x", lambda n: "/" + "-1" * (n // 2)),
    ],
)
def test_time_grows_with_the_length_of_the_path(pattern: str, bait: Callable[[int], str]) -> None:
    route = Route(pattern, endpoint)
    short, long = seconds(route, bait(16 * KIB)), seconds(route, bait(64 * KIB))
    assert long < 0.5  # a quadratic match takes some ten seconds
    assert long < 10 * max(short, 0.001)
