from __future__ import annotations

import ast

import pytest

from shine._cli.migration.review import library_imports, review


def found(source: str) -> list[str]:
    return [f"{line}: {message}" for line, message in review(ast.parse(source))]


FINDINGS = {
    "from compat import starlette": [
        "1: compat.starlette is asked for: if that module has it by import starlette, it has shine now"
    ],
    "from starlette.routing import Route, Route2\nfrom starlette.graphql import GraphQLApp": [
        "1: shine has no shine.routing.Route2",
        "2: shine has no shine.graphql",
    ],
    "import starlette.graphql\nimport starlette.routing\nstarlette.routing.Route2": [
        "1: shine has no shine.graphql",
        "3: shine has no shine.routing.Route2",
    ],
    "from starlette.applications import *": [
        (
            "1: import * of starlette.applications brings the 3 names of its __all__ here, and nothing that it has "
            "imported itself"
        )
    ],
    "from starlette.nope import *": ["1: shine has no shine.nope"],
    "from starlette import __version__": [
        "1: __version__: this is the version of shine then; the release of Starlette that it stands for is 1.10"
    ],
    "import starlette\nstarlette.__version__": [
        "2: __version__: this is the version of shine then; the release of Starlette that it stands for is 1.10"
    ],
    'mock.patch("starlette.requests.Request.json")\nlog("starlette")': [
        "1: a text names starlette.requests.Request.json, and texts are left as they are",
        "2: a text names starlette, and texts are left as they are",
    ],
    'importlib.import_module("starlette.routing")\n__import__("starlette")\npytest.importorskip(f"starlette.{x}")': [
        "1: starlette.routing is imported at run time, by its name in a text",
        "2: starlette is imported at run time, by its name in a text",
        "3: starlette is imported at run time, by its name in a text",
    ],
    "x: 'starlette.types.Scope | None'": ["1: a text names starlette.types.Scope, and texts are left as they are"],
    '"""See starlette.routing."""\ndef f():\n    """starlette"""': [
        "1: a text names starlette.routing, and texts are left as they are"
    ],
    "from starlette.staticfiles import StaticFiles\nclass Files(StaticFiles):\n    x = 1\n"
    "    async def get_response(self, path, scope): ...\n    def other(self): ...": [
        "4: StaticFiles.get_response: its response answers a 304 by itself when it is called"
    ],
    "x._get_form, x.form": ["1: _get_form: there is none: call form"],
    "from starlette.authentication import AuthCredentials\nAuthCredentials('a'), AuthCredentials('b')": [
        "2: AuthCredentials of a text is that one scope, and not its letters"
    ],
    "async def dispatch(request, call_next):\n    context.reset(token)": [
        "2: a stream and background work see a context variable as it is after this reset"
    ],
}


@pytest.mark.parametrize("source", FINDINGS)
def test_what_needs_a_look(source):
    assert found(source) == FINDINGS[source]


FINE = [
    "",
    "from starlette.applications import Starlette\nfrom starlette import status\nimport starlette.types as t\nt.Scope",
    '"""Starlette is a framework, and starlette its package."""',
    "'sse_starlette.sse', 'my.starlette.x', 'starlette-admin', 'pip install starlette-admin', 'we use starlette here'",
    "'https://starlette.dev/routing', 'site-packages/starlette/routing.py'",
    "from .starlette.routing import Route2\nfrom . import x",
    "class A(Base, metaclass=M):\n    def get_response(self): ...",
    "b'starlette.routing'",
    "def f(): pass\nclass A:\n    1",
]


@pytest.mark.parametrize("source", FINE)
def test_what_is_fine(source):
    assert found(source) == []


def test_the_libraries_that_bring_starlette():
    source = (
        "import os, fastapi\nimport fastapi.routing\nfrom fastapi import FastAPI, Depends\nfrom . import fastapi\n"
        "from authlib.integrations import starlette_client\nfrom authlib import jose\nfrom starlette import status\n"
    )
    assert library_imports(ast.parse(source)) == {"fastapi": 1, "authlib": 5}
    assert library_imports(ast.parse("def f():\n    import mcp\nimport mcp")) == {"mcp": 2}
