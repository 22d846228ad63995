"""Hostile paths take time in proportion to their length; what is read from them is tested in test_path_reader.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from asgi_routing import Match, Route, Router, compile_path
from asgi_routing._patterns.path_reader import encoded_path_reader, path_reader
from asgi_types import ENCODED_SLASH

KIB = 1024
SEGMENTS = 10_000

KINDS = [
    *("str", "path", "segment", "int", "float", "uuid", "date"),
    *("str(2)", "int(min=1)", "float(max=9)", "enum(a, aa, 'a-', 'a-a', '1', '-')", "regex([a-z]+)"),
]

Bait = Callable[[int], str]


async def endpoint(connection: object) -> None: ...


def misses(route: Route) -> Callable[[str], None]:
    def match(path: str) -> None:
        assert route.matches({"type": "http", "method": "GET", "path": path})[0] is Match.NONE

    return match


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
        ("/{a:date}", lambda n: "/" + "2024-02-29" * (n // 10)),
        ("/{a:enum(a, aa, aaa)}", lambda n: "/" + "a" * n),
        ("/{a:regex([a-z]+)}", lambda n: "/" + "a" * n + "1"),
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
        ("/{a}{b:date}{c}.json", lambda n: "/" + "2024-02-29" * (n // 10)),
        ("/{a}-{b:enum(a, aa, 'a-a')}-{c}.json", lambda n: "/" + "a-" * (n // 2)),
        ("/{a:enum(a, aa)}{b}{c:enum(a, aa)}{d}.json", lambda n: "/" + "a" * n),
    ],
)
def test_time_grows_with_the_length_of_the_path(assert_linear: Any, pattern: str, bait: Bait) -> None:
    assert_linear(misses(Route(pattern, endpoint)), bait, 16 * KIB)


@pytest.mark.parametrize("bait", ["a-", "1-", "-", "a", "1", ".", "1.", "/", "2024-02-29-", "\udc2f-"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_parameter_makes_it_quadratic(assert_linear: Any, kind: str, bait: str) -> None:
    route = Route(f"/{{a}}-{{b:{kind}}}-{{c:{kind}}}{{d}}.json", endpoint)
    assert_linear(misses(route), lambda n: "/" + bait * (n // len(bait)) + "\n/", 4 * KIB)


@pytest.mark.parametrize("pattern", ["/{a}-{b}.{c}x", "/{a:path}-{b:enum(a, aa)}/{c}x"])
def test_an_encoded_path_takes_no_longer(assert_linear: Any, pattern: str) -> None:
    read = encoded_path_reader(*compile_path(pattern))
    assert_linear(read, lambda n: "/" + f"-.a{ENCODED_SLASH}" * (n // 4), 16 * KIB)


@pytest.mark.parametrize("pattern", ["{a}.{b}.example.org", "{a:int}{b}-{c:enum(a, aa)}.org"])
def test_a_host_takes_no_longer(assert_linear: Any, pattern: str) -> None:
    assert_linear(path_reader(*compile_path(pattern)), lambda n: "1a-a.EXAMPLE." * (n // 13), 16 * KIB)


@pytest.mark.parametrize(
    ("bait", "n"),
    [
        (lambda n: "/" * n, 16 * KIB),
        (lambda n: "/a" * n, SEGMENTS // 4),
        (lambda n: "/x/" + "a-" * (n // 2) + "/", 16 * KIB),
        (lambda n: "/x/" + "1" * n + "/", 16 * KIB),
    ],
)
def test_a_router_of_every_kind_takes_no_longer(assert_linear: Any, bait: Bait, n: int) -> None:
    patterns = [
        pattern
        for kind in KINDS
        for pattern in (f"/x/{{a:{kind}}}.q", f"/x/{{a:{kind}}}-{{b:{kind}}}.q", f"/{{a:{kind}}}/{{b}}/{{c:{kind}}}/q")
    ]
    router = Router([Route(pattern, endpoint) for pattern in patterns], redirect_slashes=False)

    def ask(path: str) -> None:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "root_path": ""}
        answering = router(scope, None, send)  # type: ignore[arg-type]
        with pytest.raises(StopIteration):  # nothing in it waits
            answering.__await__().__next__()
        assert sent[0]["status"] == 404

    assert_linear(ask, bait, n)
