from __future__ import annotations

import ast

import pytest

from shine._cli.migration.imported_names import ImportedNames

IMPORTS = """\
import os
import starlette
import starlette.types
import starlette.routing as routes
from starlette import status
from starlette.middleware.cors import CORSMiddleware as CORS
from .starlette import local
from x import y
"""


@pytest.mark.parametrize(
    ("expression", "dotted"),
    [
        ("starlette.types.Scope", "starlette.types.Scope"),
        ("routes.Route", "starlette.routing.Route"),
        ("routes.Route[int]", "starlette.routing.Route"),
        ("status", "starlette.status"),
        ("CORS", "starlette.middleware.cors.CORSMiddleware"),
        ("os.path", ""),
        ("local", ""),
        ("y.z", ""),
        ("f().x", ""),
    ],
)
def test_what_a_name_stands_for(expression, dotted):
    names = ImportedNames(ast.parse(IMPORTS))
    assert names.dotted(ast.parse(expression, mode="eval").body) == dotted
