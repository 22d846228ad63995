"""The pattern of the route that was chosen, from scopes as asgi-routing, Starlette and FastAPI leave them behind."""

import gc
import weakref

import pytest

from asgi_middleware import _route_template
from asgi_middleware._route_template import route_template


class Route:
    def __init__(self, path, endpoint=None):
        self.path = path
        self.path_format = path.replace(":int", "")
        self.endpoint = endpoint


class Router:
    def __init__(self, *routes):
        self.routes = routes

    __hash__ = None  # Starlette's routers and routes are compared by content


class Mount:
    def __init__(self, path, app):
        self.path = path
        self.path_format = f"{path}/{{path}}"
        self.app = app
        self.routes = getattr(app, "routes", [])


class Host:
    def __init__(self, app):
        self.app = app
        self.routes = getattr(app, "routes", [])


class Wrapped:
    def __init__(self, app):
        self.app = app


class Included:
    """As FastAPI keeps a router that it includes."""

    def __init__(self, *contexts):
        self.contexts = contexts

    def effective_route_contexts(self):
        return iter(self.contexts)


class Context:
    def __init__(self, original_route, path_format, starlette_route=None):
        self.original_route = original_route
        self.path_format = path_format
        self.starlette_route = starlette_route


def scope(route=None, path="/", router=None, **more):
    found = {"type": "http", "path": path, "root_path": "", **more}
    if route is not None:
        found["route"] = route
    if router is not None:
        found["router"] = router
    return found


def mounted(route, router, path, root_path="", **more):
    return scope(route, path, router, app_root_path=root_path, **more)


def test_there_is_none_before_a_route_is_chosen():
    assert route_template(scope()) is None
    assert route_template(scope(router=Router(Route("/a")))) is None


def test_a_route_has_its_pattern_without_convertors():
    assert route_template(scope(Route("/users/{id:int}"), "/users/1")) == "/users/{id}"


def test_any_object_with_a_path_will_do():
    class Rule:
        path = "/rule/<id>"

    assert route_template(scope(Rule())) == "/rule/<id>"


@pytest.mark.parametrize("path", [None, 42, b"/bytes"])
def test_what_is_no_pattern_is_none(path):
    rule = type("Rule", (), {"path": path})()
    assert route_template(scope(rule)) is None


def test_mounts_come_before_it():
    route = Route("/items/{id:int}")
    router = Router(Mount("/other", Router()), Mount("/api/{tenant}", Router(Mount("/v1", Router(route)))))
    assert route_template(mounted(route, router, "/api/acme/v1/items/1")) == "/api/{tenant}/v1/items/{id}"


def test_a_parameter_with_the_name_of_one_further_out_leaves_no_value_in_it():
    route = Route("/{id}")
    router = Router(Mount("/{id}", Router(Mount("/{id}", Router(route)))))
    assert route_template(mounted(route, router, "/a/b/c", path_params={"id": "c"})) == "/{id}/{id}/{id}"


def test_a_mount_of_an_application_without_routes_has_its_own_prefix():
    mount = Mount("/static", object())
    assert route_template(mounted(mount, Router(mount), "/static/a/b/c.css")) == "/static"
    inner = Router(mount)
    assert route_template(mounted(mount, Router(Mount("/v1", inner)), "/v1/static/x")) == "/v1/static"
    everything = Mount("", object())
    assert route_template(mounted(everything, Router(everything), "/a")) == "/"


def test_a_route_may_end_as_the_pattern_of_a_mount_does():
    route = Route("/files/{path}")
    assert route_template(mounted(route, Router(Mount("/v1", Router(route))), "/v1/files/a/b")) == "/v1/files/{path}"


def test_a_host_adds_nothing():
    route = Route("/n")
    router = Router(Host(Router(Mount("/m/{a}", Router(route)))))
    assert route_template(mounted(route, router, "/m/1/n", path_params={"customer": "joe"})) == "/m/{a}/n"


def test_a_host_of_an_application_without_routes_has_none():
    host = Host(object())
    assert route_template(scope(host, router=Router(host), endpoint=host.app)) is None


def test_routes_within_middleware_of_a_mount_are_found():
    route = Route("/n")
    router = Router(Mount("/m", Wrapped(Wrapped(Router(route)))))
    assert route_template(mounted(route, router, "/m/n")) == "/m/n"


def test_a_mount_that_hides_its_routes_is_left_out():
    route = Route("/n")
    assert route_template(mounted(route, Router(Mount("/secret/{x}", object())), "/secret/1/n")) == "/n"


@pytest.mark.parametrize(("path", "expected"), [
    ("/v1/x/1", "/v1/x/{y}"),
    ("/v2/x/1", "/v2/x/{y}"),
    ("/v2/x/1/and/more", "/v2/x/{y}"),
    ("/a/b/x/1", "/{one}/{two}/x/{y}"),
    ("/a/b/c/x/1", "/x/{y}"),
])  # fmt: skip
def test_of_a_router_that_is_mounted_twice_the_way_taken_counts(path, expected):
    route = Route("/x/{y}")
    shared = Router(route)
    router = Router(Mount("/v1", shared), Mount("/v2", shared), Mount("/{one}/{two}", shared))
    assert route_template(mounted(route, router, path)) == expected
    assert route_template(mounted(route, router, f"/root{path}", "/root")) == expected


def test_of_ways_that_differ_at_the_end_the_way_taken_counts():
    route = Route("/end")
    router = Router(Mount("/a", Router(route)), Mount("/b", Router(route)))
    assert route_template(mounted(route, router, "/b/end")) == "/b/end"
    assert route_template(mounted(route, router, "/b/end/more")) == "/end"


def test_the_root_path_of_the_server_is_no_part_of_it():
    route = Route("/n")
    assert route_template(mounted(route, Router(Mount("/m", Router(route))), "/root/m/n", "/root")) == "/m/n"


def test_a_router_within_itself_ends():
    route = Route("/n")
    inner = Router()
    mount = Mount("/m", inner)
    inner.routes = mount.routes = (mount, route)
    assert route_template(mounted(route, Router(mount), "/m/n")) == "/m/n"


def test_wrappers_around_each_other_end():
    loop = Wrapped(None)
    loop.app = loop
    route = Route("/n")
    assert route_template(mounted(route, Router(Mount("/m", loop), route), "/n")) == "/n"


class TestFastAPI:
    def test_an_included_route_has_the_prefix(self):
        route = Route("/a/{b}")
        context = Context(route, "/prefix/{k}/a/{b}")
        assert route_template(scope(route, fastapi={"effective_route_context": context})) == "/prefix/{k}/a/{b}"

    def test_a_context_of_another_route_does_not_count(self):
        context = Context(Route("/outer"), "/prefix/outer")
        assert route_template(scope(Route("/inner"), fastapi={"effective_route_context": context})) == "/inner"
        assert route_template(scope(Route("/inner"), fastapi={})) == "/inner"

    def test_a_key_of_that_name_may_be_anything(self):
        assert route_template(scope(Route("/inner"), fastapi="yes")) == "/inner"

    def test_a_route_that_is_not_named_is_found_by_its_endpoint(self):
        async def docs(): ...

        router = Router(Route("/openapi.json", object()), Route("/docs", docs))
        assert route_template(scope(router=router, endpoint=docs)) == "/docs"

    def test_a_mount_that_is_not_named_is_found_by_its_application(self):
        files = Wrapped(None)
        router = Router(Mount("/files", files))
        assert route_template(scope(router=router, endpoint=files, path="/files/x")) == "/files"

    def test_an_included_route_below_a_mount_is_found(self):
        route = Route("/a/{b}")
        context = Context(route, "/prefix/a/{b}")
        router = Router(Mount("/sub/{q}", Router(Included(context))))
        found = mounted(route, router, "/sub/1/prefix/a/2", fastapi={"effective_route_context": context})
        assert route_template(found) == "/sub/{q}/prefix/a/{b}"

    def test_a_route_below_an_included_mount_is_found(self):
        route = Route("/n")
        mount = Mount("/m", Router(route))
        prefixed = Mount("/prefix/m", Router(route))
        router = Router(Included(Context(mount, "/prefix/m/{path}", prefixed)))
        assert route_template(mounted(route, router, "/prefix/m/n")) == "/prefix/m/n"


class TestKnown:
    def test_what_was_found_once_is_not_searched_again(self):
        route = Route("/n")
        router = Router(Mount("/m", Router(route)))
        first = route_template(mounted(route, router, "/m/n"))
        router.routes = ()
        assert route_template(mounted(route, router, "/m/n")) == first == "/m/n"

    def test_applications_are_not_kept_alive(self):
        route = Route("/n")
        router = Router(Mount("/m", Router(route)))
        route_template(mounted(route, router, "/m/n"))
        alive = weakref.ref(router)
        del router
        gc.collect()
        assert alive() is None

    def test_an_object_at_the_place_of_one_that_is_gone_is_another(self):
        route, other = Route("/n"), Route("/n")
        router = Router(Mount("/m", Router(route)))
        gone = weakref.ref(Route("/gone"))
        _route_template._known[id(router), id(route)] = (weakref.ref(router), gone, ("/wrong",))
        assert route_template(mounted(route, router, "/m/n")) == "/m/n"
        _route_template._known[id(router), id(other)] = (gone, weakref.ref(other), ("/wrong",))
        assert route_template(mounted(other, router, "/n")) == "/n"

    def test_objects_with_slots_are_searched_each_time(self):
        class Slotted:
            __slots__ = ("path",)

        route = Slotted()
        route.path = "/n"
        router = Router(Mount("/m", Router(route)))
        assert [route_template(mounted(route, router, "/m/n")) for _ in range(2)] == ["/m/n"] * 2

    def test_there_is_a_bound(self, monkeypatch):
        monkeypatch.setattr(_route_template, "_known", {})
        monkeypatch.setattr(_route_template, "_MOST_KNOWN", 3)
        routes = [Route(f"/{n}") for n in range(10)]
        router = Router(Mount("/m", Router(*routes)))
        for route in routes:
            assert route_template(mounted(route, router, f"/m{route.path}")) == f"/m{route.path}"
            assert len(_route_template._known) <= 3


def test_a_long_path_is_compared_in_linear_time(assert_linear):
    route = Route("/x/{y}")
    shared = Router(route)
    router = Router(Mount("/v1", shared), Mount("/v2", shared))
    assert_linear(lambda path: route_template(mounted(route, router, path)), lambda n: "/v2/x" + "/a" * n, 20_000)
