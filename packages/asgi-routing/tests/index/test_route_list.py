from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from asgi_routing import BaseRoute, Match, Route, Router
from asgi_types import Response


def route(path: str, answer: str) -> Route:
    return Route(path, Response(answer), name=answer)


def at(*answers: str) -> list[BaseRoute]:
    """Routes of one path, which each of them answers by its name; only the first is ever chosen."""
    return [route("/x", answer) for answer in answers]


def item_assignment(routes: list[BaseRoute]) -> None:
    routes[0] = route("/x", "new")


def slice_assignment(routes: list[BaseRoute]) -> None:
    routes[:2] = at("new")


def extended_slice_assignment(routes: list[BaseRoute]) -> None:
    routes[::2] = at("new", "d")


def item_deletion(routes: list[BaseRoute]) -> None:
    del routes[0]


def slice_deletion(routes: list[BaseRoute]) -> None:
    del routes[:2]


def in_place_addition(routes: list[BaseRoute]) -> None:
    routes += at("new")


def in_place_multiplication(routes: list[BaseRoute]) -> None:
    routes *= 0


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        ([], lambda routes: routes.append(route("/x", "new")), "new"),
        ([], lambda routes: routes.extend(at("new")), "new"),
        (["a"], lambda routes: routes.insert(0, route("/x", "new")), "new"),
        (["a", "b"], lambda routes: routes.remove(routes[0]), "b"),
        (["a", "b"], lambda routes: routes.pop(0), "b"),
        (["a"], lambda routes: routes.pop(), None),
        (["a"], lambda routes: routes.clear(), None),
        (["b", "a"], lambda routes: routes.sort(key=lambda each: each.name), "a"),
        (["a", "b"], lambda routes: routes.sort(key=lambda each: each.name, reverse=True), "b"),
        (["a", "b"], lambda routes: routes.reverse(), "b"),
        (["a"], item_assignment, "new"),
        (["a", "b", "c"], slice_assignment, "new"),
        (["a", "b", "c"], extended_slice_assignment, "new"),
        (["a", "b"], item_deletion, "b"),
        (["a", "b", "c"], slice_deletion, "c"),
        ([], in_place_addition, "new"),
        (["a"], in_place_multiplication, None),
    ],
)
async def test_the_next_request_sees_every_change(
    drive: Any, before: list[str], change: Callable[[list[BaseRoute]], None], after: str | None
) -> None:
    router = Router(at(*before))

    async def answers() -> Any:
        answer = await drive.request(router, "/x")
        return answer.text if answer.status == 200 else None

    assert await answers() == (before[0] if before else None)
    change(router.routes)
    assert await answers() == after
    assert len([*router.routes]) == len(router.routes)


async def test_operators_on_the_attribute_change_it_too(drive: Any) -> None:
    router = Router(at("a"))
    assert (await drive.request(router, "/x")).text == "a"
    router.routes += [route("/y", "b")]
    assert (await drive.request(router, "/y")).text == "b"
    router.routes *= 0
    assert (await drive.request(router, "/y")).status == 404


async def test_the_list_can_be_replaced_and_the_new_one_changed(drive: Any) -> None:
    router = Router(at("a"))
    assert (await drive.request(router, "/x")).text == "a"
    given = at("b")
    router.routes = given
    assert (await drive.request(router, "/x")).text == "b"
    router.routes.insert(0, route("/x", "c"))
    assert (await drive.request(router, "/x")).text == "c"
    assert len(given) == 1


async def test_a_change_that_fails_half_way_is_seen(drive: Any) -> None:
    router = Router()
    assert (await drive.request(router, "/x")).status == 404

    def failing() -> Any:
        yield route("/x", "a")
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        router.routes.extend(failing())
    assert (await drive.request(router, "/x")).text == "a"


async def test_a_change_while_the_index_is_made_is_seen(drive: Any) -> None:
    class Adding(BaseRoute):
        """Adds a route when it is asked for its pattern, as another thread might at that moment."""

        def index_pattern(self) -> str | None:
            if len(router.routes) == 1:
                router.routes.append(route("/x", "added"))
            return "/never"

    router = Router([Adding()])
    assert (await drive.request(router, "/x")).text == "added"


async def test_a_route_can_change_the_routes(drive: Any) -> None:
    class Growing(BaseRoute):
        def matches(self, scope: Any) -> tuple[Match, Any]:
            router.routes.append(route("/x", "added"))
            return Match.NONE, {}

    router = Router([Growing()], redirect_slashes=False)
    assert (await drive.request(router, "/x")).status == 404
    assert (await drive.request(router, "/x")).text == "added"


async def test_a_copy_has_an_index_of_its_own(drive: Any) -> None:
    router = Router(at("a"))
    assert (await drive.request(router, "/x")).text == "a"
    for copied in (copy.copy(router.routes), router.routes.copy(), router.routes[:], router.routes + at("z")):
        other = Router()
        other.routes = copied
        other.routes[0] = route("/x", "b")
        assert (await drive.request(other, "/x")).text == "b"
        assert (await drive.request(router, "/x")).text == "a"


def test_the_routes_are_a_list() -> None:
    routes = at("a", "b")
    router = Router(tuple(routes))
    assert router.routes == routes
    assert isinstance(router.routes, list)
    assert router.routes.pop() is routes[1]
    assert router.routes.index(routes[0]) == 0


async def test_the_list_stays_the_same_when_routes_are_added_to_it_by_assignment(drive: Any) -> None:
    router = Router(at("a"))
    alias = router.routes
    router.routes += [route("/y", "y")]
    alias.append(route("/z", "z"))
    assert [(await drive.request(router, path)).text for path in ("/x", "/y", "/z")] == ["a", "y", "z"]
