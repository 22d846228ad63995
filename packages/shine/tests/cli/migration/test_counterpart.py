from __future__ import annotations

import sys

import pytest

from shine._cli.migration import counterpart
from shine._cli.migration.counterpart import class_of, missing, public_names
from shine.middleware.cors import CORSMiddleware


@pytest.mark.parametrize(
    "dotted",
    [
        "starlette",
        "starlette.routing",
        "starlette.routing.Route",
        "starlette.routing.Route.matches.anything",
        "starlette.middleware.cors.CORSMiddleware",
        "starlette.applications.Starlette",
        "starlette.__version__",
    ],
)
def test_what_shine_has(dotted):
    assert missing(dotted) is None


@pytest.mark.parametrize(
    ("dotted", "first"),
    [
        ("starlette.graphql", "starlette.graphql"),
        ("starlette.graphql.GraphQLApp", "starlette.graphql"),
        ("starlette.routing.iscoroutinefunction_or_partial", "starlette.routing.iscoroutinefunction_or_partial"),
        ("starlette.routing.Route2.path", "starlette.routing.Route2"),
        ("starlette.middleware.csp.Any", "starlette.middleware.csp"),
        ("starlette.applications.Starlette2", "starlette.applications.Starlette2"),
    ],
)
def test_what_it_has_not(dotted, first):
    assert missing(dotted) == first


def test_a_module_that_needs_what_is_not_installed_is_not_looked_into(monkeypatch):
    for name in [name for name in sys.modules if "opentelemetry" in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    counterpart._module.cache_clear()
    try:
        assert missing("starlette.middleware.opentelemetry.Whatever") is None
    finally:
        counterpart._module.cache_clear()


def test_the_names_and_classes_of_its_modules():
    assert public_names("starlette.applications") == ("AppType", "Shine", "Starlette")
    assert class_of("starlette.middleware.cors.CORSMiddleware") is CORSMiddleware
