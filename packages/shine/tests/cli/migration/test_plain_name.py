from __future__ import annotations

import ast
import sys

import pytest

from shine._cli.migration.plain_name import plain_name

FREE = {
    "a use": "import starlette\nstarlette.x",
    "of a module": "import starlette.routing\nstarlette.routing.Route",
    "in a function": "def f():\n    import starlette\n    return starlette.x",
    "in a nested one": "import starlette\ndef f(x=starlette):\n    return lambda: starlette.y",
    "conditional": "try:\n    import starlette\nexcept ImportError:\n    starlette = None\nif starlette: pass",
    "deleted": "import starlette\ndel starlette",
    "beside shine": "import starlette\nimport shine\nstarlette.x, shine.y",
    "by another name": "import starlette\nimport starlette.routing as r\nfrom a import b as c",
    "comprehension": "import starlette\n[starlette.x for x in starlette]",
    "an attribute": "import starlette\nx.starlette = y.shine\nf(starlette=1, shine=2)",
}


@pytest.mark.parametrize("source", FREE.values(), ids=FREE)
def test_a_name_that_means_one_thing_may_be_replaced(source):
    found = plain_name(ast.parse(source))
    assert found.obstacles == []
    tree = ast.parse(source)
    assert len(found.uses) == sum(isinstance(node, ast.Name) and node.id == "starlette" for node in ast.walk(tree))


TAKEN = {
    "parameter": ("import starlette\ndef f(starlette): pass", [2]),
    "lambda": ("import starlette\nlambda *starlette: 1", [2]),
    "function": ("import starlette\ndef starlette(): pass", [2]),
    "class": ("import starlette\nclass starlette: pass", [2]),
    "variable elsewhere": ("import starlette\ndef f():\n    starlette = 1", [3]),
    "in a class": ("import starlette\nclass A:\n    starlette = 1", [3]),
    "imported in a class": ("class A:\n    import starlette", [1]),
    "loop": ("import starlette\n[1 for starlette in x]", [2]),
    "global": ("import starlette\ndef f():\n    global starlette", [3]),
    "from": ("import starlette\nfrom x import starlette", [2]),
    "from as": ("import starlette\nfrom x import y as starlette", [2]),
    "as": ("import starlette\nimport x as starlette", [2]),
    "except": ("import starlette\ntry: pass\nexcept E as starlette: pass", [3]),
    "match": ("import starlette\nmatch x:\n    case [*starlette]: pass\n    case y as starlette: pass", [3, 4]),
    "match rest": ("import starlette\nmatch x:\n    case {**starlette}: pass", [3]),
    "shine is a variable": ("import starlette\nshine = 1", [2]),
    "shine is a parameter": ("import starlette\ndef f(shine): pass", [2]),
    "shine is something": ("import starlette\nprint(shine)", [2]),
    "variable beside shine": ("try:\n    import starlette\nexcept E:\n    starlette = None\nimport shine", [4]),
    "deleted beside shine": ("import starlette, shine\ndel starlette\nshine.x", [2]),
    "shine bound anew": ("import starlette\nimport shine\nshine = f()\nstarlette.x", [3]),
    "shine is both": ("import starlette\nimport shine\ndef f():\n    shine = 1", [4]),
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_name_that_means_something_else_as_well_may_not(case):
    source, lines = TAKEN[case]
    assert plain_name(ast.parse(source)).obstacles == lines


def test_without_an_import_there_is_nothing_to_replace():
    found = plain_name(ast.parse("starlette = 1\nimport starlette as s\nfrom starlette import x\nstarlette.y"))
    assert found == ([], [])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters are of Python 3.12")
def test_a_type_parameter_is_another_thing():
    assert plain_name(ast.parse("import starlette\ndef f[starlette](): pass")).obstacles == [2]
