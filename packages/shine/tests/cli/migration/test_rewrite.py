from __future__ import annotations

import ast
import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shine._cli.migration.rewrite import rewrite
from shine._cli.migration.source_text import UnreadableSourceError

REWRITTEN = {
    "from starlette.applications import Starlette": "from shine.applications import Starlette",
    "from starlette import status, routing as r": "from shine import status, routing as r",
    "from starlette.middleware.cors import (\n    CORSMiddleware,  # starlette\n)": (
        "from shine.middleware.cors import (\n    CORSMiddleware,  # starlette\n)"
    ),
    "from starlette.types import *": "from shine.types import *",
    "from  starlette .  types import Scope": "from  shine .  types import Scope",
    "from\\\n    starlette\\\n    .types import Scope": "from\\\n    shine\\\n    .types import Scope",
    "from\t\x0cstarlette.types import Scope": "from\t\x0cshine.types import Scope",
    "import starlette.routing as r, os, starlette.types as t": "import shine.routing as r, os, shine.types as t",
    "import starlette, starlette.status\nx = starlette.status.HTTP_200_OK": (
        "import shine, shine.status\nx = shine.status.HTTP_200_OK"
    ),
    "import os; import starlette; starlette . __version__": "import os; import shine; shine . __version__",
    "if TYPE_CHECKING:\n    from starlette.types import Scope": "if TYPE_CHECKING:\n    from shine.types import Scope",
    "try:\n    import starlette\nexcept ImportError:\n    starlette = None": (
        "try:\n    import shine\nexcept ImportError:\n    shine = None"
    ),
    "import starlette\n@starlette.x\nclass A(starlette.B, metaclass=starlette.M): ...": (
        "import shine\n@shine.x\nclass A(shine.B, metaclass=shine.M): ..."
    ),
    "import starlette\nx: 'starlette.types.Scope'": "import shine\nx: 'starlette.types.Scope'",
    "def f(): from starlette.types import Scope; return Scope": "def f(): from shine.types import Scope; return Scope",
    'import starlette\n"""é""", starlette.x, "starlette"': 'import shine\n"""é""", shine.x, "starlette"',
}

UNCHANGED = [
    "",
    "x = 'starlette'  # import starlette",
    "from .starlette import x",
    "from . import starlette",
    "from starlettes import x",
    "import starlette_admin, sse_starlette.sse, my.starlette",
    "from sse_starlette import EventSourceResponse",
    "starlette = 1",
    "def f(starlette): return starlette.x",
    "from shine.applications import Starlette",
    '"""\nimport starlette\nfrom starlette import x\n"""',
]


@pytest.mark.parametrize("before", REWRITTEN)
def test_an_import_is_rewritten(before):
    done = rewrite(before.encode())
    assert done.data.decode() == REWRITTEN[before]
    assert done.findings == []
    assert rewrite(done.data).data == done.data
    assert ast.dump(done.tree) == ast.dump(ast.parse(before))


@pytest.mark.parametrize("source", UNCHANGED)
def test_what_is_no_import_of_it_stays(source):
    assert rewrite(source.encode())[:2] == (source.encode(), [])


@pytest.mark.parametrize(
    ("mark", "encoding", "end"),
    [
        (codecs.BOM_UTF8, "utf-8", "\n"),
        (b"", "latin-1", "\r\n"),
        (b"", "cp1252", "\r"),
        (b"", "utf-8", "\x0c\n"),
    ],
)
def test_bytes_around_it_are_kept(mark, encoding, end):
    lines = [
        f"# coding: {encoding}",
        "é = 'é'",
        "from starlette.types import Scope  # é",
        "import starlette",
        "starlette",
    ]
    before = mark + end.join(lines).encode(encoding)
    done = rewrite(before).data
    assert done == before.replace(b"from starlette", b"from shine").replace(
        b"import starlette", b"import shine"
    ).replace(b"\nstarlette" if end != "\r" else b"\rstarlette", b"\nshine" if end != "\r" else b"\rshine")


def test_a_name_that_is_something_else_keeps_its_import():
    before = b"import starlette.types\nfrom starlette.routing import Route\ndef f(starlette): ...\nstarlette.types\n"
    done = rewrite(before)
    assert done.data == before.replace(b"from starlette", b"from shine")
    assert done.findings == [
        (
            1,
            (
                "import starlette.types is left as it is, since starlette or shine is the name of something else in "
                "line 3: rewrite it by hand"
            ),
        )
    ]


@pytest.mark.parametrize(
    "text", ["f'{starlette.x}'", "f'é{1}{starlette.x!r:>{starlette.y}}'", "f'''\n\n{starlette}'''"]
)
def test_a_name_in_an_f_string_is_rewritten(text):
    before = f"import starlette\nx = {text}\n"
    done = rewrite(before.encode())
    assert done.data.decode() == before.replace("starlette", "shine")
    assert done.findings == []


def test_a_use_that_is_written_otherwise_keeps_the_import():
    before = "import starlette\n\u017ftarlette.x\nstarlette.y\n"
    done = rewrite(before.encode())
    assert done.data == before.encode()
    assert done.findings == [
        (1, "import starlette is left as it is, since line 2 writes it in another way: rewrite it by hand")
    ]


def test_a_name_that_is_written_otherwise_is_told():
    before = "from \u017ftarlette.types import Scope\n"
    done = rewrite(before.encode())
    assert done.data == before.encode()
    assert done.findings == [(1, "this names starlette in a way that is not rewritten")]


def test_what_is_no_python_is_refused():
    with pytest.raises(UnreadableSourceError):
        rewrite(b"from starlette import (\n")


def test_a_program_that_would_become_another_is_refused(monkeypatch):
    monkeypatch.setattr("shine._cli.migration.rewrite.NEW", "s h")
    with pytest.raises(UnreadableSourceError, match="no Python"):
        rewrite(b"from starlette import x\n")
    monkeypatch.setattr("shine._cli.migration.rewrite.NEW", "s\\\nh")
    with pytest.raises(UnreadableSourceError):
        rewrite(b"from starlette import x\n")
    monkeypatch.setattr("shine._cli.migration.rewrite.NEW", "s .  h")
    with pytest.raises(UnreadableSourceError, match="it would be another program"):
        rewrite(b"from starlette import x\n")


NAMES = st.sampled_from(["starlette", "shine", "x", "starlette_x", "os"])
MODULES = st.sampled_from(
    [
        "starlette",
        "starlette.routing",
        "starlette.middleware.cors",
        "os",
        "os.path",
        "shine",
        "sse_starlette",
        "x.starlette",
    ]
)
BLANKS = st.sampled_from([" ", "  ", "\t", " \\\n ", " \\\r\n"])
EXPRESSIONS = st.recursive(
    st.one_of(NAMES, st.sampled_from(["1", "'starlette.x'", "'é'", "b'starlette'", "'''\nstarlette\x0c'''"])),
    lambda inner: st.one_of(
        st.builds("{}.{}".format, NAMES, NAMES),
        st.builds("({}, {})".format, inner, inner),
        st.builds("[{} for {} in {}]".format, inner, NAMES, inner),
        st.builds("(lambda {}: {})".format, NAMES, inner),
        st.builds("f({}={})".format, NAMES, inner),
        st.builds("f'{{{}}}'".format, NAMES),
    ),
    max_leaves=5,
)
STATEMENTS = st.one_of(
    st.builds("from{}{} import{}{}".format, BLANKS, MODULES, BLANKS, NAMES),
    st.builds("from {} import ({} as\n{}, # é starlette\n)".format, MODULES, NAMES, NAMES),
    st.builds("from .{} import {}".format, MODULES, NAMES),
    st.builds("import{}{}".format, BLANKS, MODULES),
    st.builds("import {}, {} as {}".format, MODULES, MODULES, NAMES),
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("{}  # starlette é".format, EXPRESSIONS),
    st.builds("def {}({}): import {}; return {}".format, NAMES, NAMES, MODULES, EXPRESSIONS),
    st.builds("class {}:\n\t{} = {}".format, NAMES, NAMES, EXPRESSIONS),
    st.builds("try:\n import {}\nexcept ImportError as {}:\n {} = None".format, MODULES, NAMES, NAMES),
    st.builds("def f():\n global {}\n {} = 1".format, NAMES, NAMES),
    st.sampled_from(["", "\x0c", "# é", "pass;", '"""é\nimport starlette\n"""']),
)
PROGRAMS = st.tuples(st.lists(STATEMENTS, max_size=6), st.sampled_from(["\n", "\r\n"])).map(
    lambda parts: parts[1].join(parts[0]).encode()
)


class Renamed(ast.NodeTransformer):
    """A program with each import of Starlette renamed, and each use of the name if that is what ``uses`` says."""

    def __init__(self, plain: bool) -> None:
        self.plain = plain

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        if not node.level:
            node.module = renamed(node.module)
        return node

    def visit_Import(self, node: ast.Import) -> ast.AST:
        for alias in node.names:
            if alias.asname or self.plain:
                alias.name = renamed(alias.name)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if self.plain and node.id == "starlette":
            node.id = "shine"
        return node


def renamed(module: str) -> str:
    return "shine" + module[len("starlette") :] if module.split(".")[0] == "starlette" else module


@given(PROGRAMS)
def test_a_rewritten_program_is_the_same_with_other_names(data):
    try:
        before = ast.parse(data)
    except SyntaxError:  # as by "def f(x): global x"
        with pytest.raises(UnreadableSourceError):
            rewrite(data)
        return
    done = rewrite(data)
    imports = [node for node in ast.walk(before) if isinstance(node, ast.Import)]
    has_plain = any(
        alias.name.split(".")[0] == "starlette" and not alias.asname for node in imports for alias in node.names
    )
    plain = has_plain and not any("left as it is" in finding.message for finding in done.findings)
    assert ast.unparse(ast.parse(done.data)) == ast.unparse(Renamed(plain).visit(ast.parse(data)))
    assert rewrite(done.data).data == done.data


WITHOUT = st.one_of(EXPRESSIONS, st.builds("{} = {}".format, NAMES, EXPRESSIONS), st.just("from . import starlette"))


@given(st.lists(WITHOUT, max_size=5).map("\n".join))
def test_a_program_without_an_import_of_it_is_unchanged(source):
    assert rewrite(source.encode()).data == source.encode()
