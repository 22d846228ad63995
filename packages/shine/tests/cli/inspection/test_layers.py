from __future__ import annotations

from functools import partial

import pytest

from asgi_routing.listing import list_routes
from shine import Host, Mount, Route, Router, Shine, StaticFiles
from shine._cli.inspection.layers import name_of, route_middleware, source_of, unwrapped
from shine.middleware import Middleware
from shine.middleware.gzip import GZipMiddleware
from shine.middleware.sessions import SessionMiddleware


async def page(request): ...


class App:
    async def __call__(self, scope, receive, send): ...


class Around(App):
    def __init__(self, app):
        self.app = app


gzip = Middleware(GZipMiddleware)
sessions = Middleware(SessionMiddleware, secret_key="0123456789abcdef")


def middleware_of(*routes):
    return [route_middleware(entry) for entry in list_routes(routes, mounts=True)]


def test_the_middleware_of_a_route_is_told_from_outside_in():
    assert middleware_of(
        Route("/plain", page),
        Route("/both", page, middleware=[gzip, sessions]),
        Route("/limited", page, max_body_size=1),
        Route("/app", App(), middleware=[gzip]),
        Route("/wrapped", Around(App())),
    ) == [[], ["GZipMiddleware", "SessionMiddleware"], ["RequestBodyLimitMiddleware"], ["GZipMiddleware"], []]


def test_the_middleware_of_a_mount_is_followed_by_that_of_its_application():
    assert middleware_of(
        Mount("/a", Shine(middleware=[sessions]), middleware=[gzip]),
        Mount("/b", Router(middleware=[sessions])),
        Mount("/c", App(), middleware=[gzip]),
        Host("x.org", Shine(middleware=[gzip])),
    ) == [["GZipMiddleware", "SessionMiddleware"], ["SessionMiddleware"], ["GZipMiddleware"], ["GZipMiddleware"]]


def test_an_application_is_found_inside_of_what_is_around_it():
    app = Shine(middleware=[gzip])
    assert unwrapped(Around(Around(app))) == (app, ["Around", "Around", "GZipMiddleware"])
    assert unwrapped(app) == (app, ["GZipMiddleware"])
    router = Router(middleware=[sessions])
    assert unwrapped(router) == (router, ["SessionMiddleware"])


def test_an_application_may_be_inside_of_itself():
    app = Around(None)
    app.app = Around(app)
    assert unwrapped(app) == (app, [])
    [entry] = list_routes([Route("/", app)])
    assert route_middleware(entry._replace(endpoint=page)) == ["Around", "Around"]


def test_an_application_without_routes_is_what_it_is():
    app = Around(App())
    assert unwrapped(app) == (app, [])


@pytest.mark.parametrize(
    ("route", "source"),
    [
        (Route("/", page), f"{__name__}:page"),
        (Route("/", partial(partial(page), 1)), f"{__name__}:page"),
        (Route("/", App()), f"{__name__}:App"),
        (Route("/", App), f"{__name__}:App"),
        (Route("/", Shine()), "Shine"),
        (Route("/", Shine), "shine._application:Shine"),
        (Route("/", App().__call__), f"{__name__}:App.__call__"),
    ],
    ids=["function", "partial", "object", "class", "private object", "private class", "method"],
)
def test_where_an_endpoint_is_from(route, source):
    [entry] = list_routes([route])
    assert source_of(entry) == source
    assert source_of(entry._replace(endpoint=None)) == ""


def test_static_files_tell_their_folders_as_they_are_called_from_here(tmp_path, monkeypatch):
    folder, elsewhere = tmp_path / "static", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    [entry] = list_routes([Mount("/static", StaticFiles(directory=folder))])
    monkeypatch.chdir(elsewhere)
    assert source_of(entry) == f"StaticFiles of {folder}"
    monkeypatch.chdir(tmp_path)
    assert source_of(entry) == "StaticFiles of static"


def test_names():
    assert (name_of(page), name_of(App), name_of(App())) == ("page", "App", "App")
