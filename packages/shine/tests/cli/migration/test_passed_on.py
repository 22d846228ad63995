from __future__ import annotations

import ast

import pytest

from shine._cli.migration.passed_on import passed_on

ASKED_FOR = {
    "from compat import x, starlette": "compat.starlette",
    "from . import starlette": ".starlette",
    "from ..web.compat import starlette as s": "..web.compat.starlette",
    "import compat; compat.starlette.routing.Route": "compat.starlette",
    "import web.compat; web.compat.starlette": "web.compat.starlette",
    "from web import compat as c; c.starlette": "c.starlette",
    "patch('compat.starlette.requests.Request')": "compat.starlette",
    "monkeypatch.setattr('web.compat.starlette', x)": "web.compat.starlette",
}

FINE = [
    "from starlette import starlette",
    "from .starlette import x",
    "from fastapi import starlette",
    "from sentry_sdk.integrations import starlette",
    "import starlette; starlette.starlette",
    "self.starlette, f().starlette",
    "patch('starlette.requests.Request')",
    "patch('compat.starlettes'), patch(name), patch(1), patch(), f()('compat.starlette')",
    "log('compat.starlette')",
]


@pytest.mark.parametrize("source", ASKED_FOR)
def test_a_name_that_another_file_imports_is_told(source):
    assert [*passed_on(ast.parse(source))] == [
        (1, f"{ASKED_FOR[source]} is asked for: if that module has it by import starlette, it has shine now")
    ]


@pytest.mark.parametrize("source", FINE)
def test_other_names_are_fine(source):
    assert [*passed_on(ast.parse(source))] == []
