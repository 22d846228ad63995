from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

BEFORE = "from starlette.applications import Starlette\r\napp = Starlette()\r\n"
AFTER = "from shine.applications import Starlette\r\napp = Starlette()\r\n"


@pytest.fixture(name="project")
def project_fixture(folder):
    (folder / "web").mkdir()
    (folder / "web" / "main.py").write_bytes(BEFORE.encode())
    (folder / "web" / "other.py").write_bytes(b"x = 1\n")
    return folder / "web"


def main_of(project):
    return (project / "main.py").read_bytes().decode()


@pytest.fixture(name="answer")
def answer_fixture(monkeypatch):
    def answer(text):
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    return answer


DIFFERENCE = """\
--- web/main.py
+++ web/main.py
@@ -1,2 +1,2 @@
-from starlette.applications import Starlette
+from shine.applications import Starlette
 app = Starlette()
"""


@pytest.mark.parametrize("option", ["--diff", "--check"])
def test_the_changes_are_shown_alone(shine, project, option):
    ended = shine("migrate", option, "web")
    assert ended == (1, DIFFERENCE + "1 file would be changed.\n", "")
    assert main_of(project) == BEFORE


def test_the_changes_are_made(shine, project):
    assert shine("migrate", "--yes", "web") == (0, DIFFERENCE + "Changed 1 file.\n", "")
    assert main_of(project) == AFTER
    for again in ("--yes", "--diff"):
        assert shine("migrate", again, "web") == (0, "There is no import of Starlette to rewrite.\n", "")
    assert main_of(project) == AFTER


def test_the_changes_are_made_when_you_agree(shine, project, answer):
    answer("y\n")
    assert shine("migrate", "web/main.py") == (0, DIFFERENCE + "Change 1 file? [y/N] Changed 1 file.\n", "")
    assert main_of(project) == AFTER


@pytest.mark.parametrize("text", ["n\n", "", "maybe\n"])
def test_no_answer_is_a_no(shine, project, answer, text):
    answer(text)
    assert shine("migrate", "web") == (1, DIFFERENCE + "Change 1 file? [y/N] Nothing was changed.\n", "")
    assert main_of(project) == BEFORE


def test_a_file_that_changes_while_you_think_is_left_alone(shine, project, monkeypatch):
    class Slow(io.StringIO):
        def readline(self, *_):
            (project / "main.py").write_text("mine")
            return "y\n"

    monkeypatch.setattr(sys, "stdin", Slow())
    ended = shine("migrate", "web")
    assert ended.code == 1
    assert ended.err == "shine migrate: web/main.py is left as it is: it was changed meanwhile\n"
    assert ended.out.endswith("Changed 0 files.\n")
    assert main_of(project) == "mine"


def test_what_needs_a_look_is_told(shine, project, tmp_path_factory):
    (project / "main.py").write_text(
        'from starlette.routing import Route2\nimport starlette\nlog("starlette.x")\ndef f(starlette): ...\n'
    )
    (project / "broken.py").write_bytes(b"import starlette\nprint 'x'\n")
    (project / "encoded.py").write_bytes(b"# coding: klingon\nimport starlette\n")
    (project / "requirements.txt").write_text("starlette==1.10.0\n")
    (project / "book.ipynb").write_text(json.dumps({"cells": [{"source": ["import starlette\n"]}]}))
    (project / "api.py").write_text("from fastapi import FastAPI\nimport starlette_admin\n")
    outside = tmp_path_factory.mktemp("outside") / "outside.py"
    outside.write_text("import starlette\n")
    (project / "link.py").symlink_to(outside)
    ended = shine("migrate", "--yes", "web")
    told = ended.out.partition("docs/migration.md tells more:\n")[2].splitlines()
    assert [line.partition(": no Python of")[0] for line in told] == [
        f"{project}/link.py: a link to {outside}, which is left as it is",
        "web/book.ipynb:1: a notebook that imports Starlette is left as it is",
        "web/broken.py:2: left as it is",
        "web/encoded.py:1: left as it is: unknown encoding: klingon",
        "web/main.py:1: shine has no shine.routing.Route2",
        (
            "web/main.py:2: import starlette is left as it is, since starlette or shine is the name of something else "
            "in line 4: rewrite it by hand"
        ),
        "web/main.py:3: a text names starlette.x, and texts are left as they are",
        "web/requirements.txt:1: asks for Starlette, and is left as it is: starlette==1.10.0",
        "",
        (
            "These import a library that is built on Starlette. Classes of shine and of Starlette cannot be mixed in "
            "one program, so"
        ),
        (
            "put shine in Starlette's place, in the module that is imported first, or in conftest.py, before all other "
            "imports:"
        ),
        "",
        "    import shine",
        "    shine.install_as_starlette()",
        "",
        "or serve it by: shine run --as-starlette module:app",
        "",
        "web/api.py:1: fastapi, starlette_admin",
        "",
        "Changed 1 file.",
    ]
    assert ended.code == 1  # for what could not be read
    assert outside.read_text() == "import starlette\n"


def test_a_file_that_cannot_be_read_is_told(shine, project, monkeypatch):
    def read_bytes(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", read_bytes)
    ended = shine("migrate", "--yes", "web/main.py")
    assert ended.code == 1
    assert "web/main.py: could not be read: Permission denied\n" in ended.out


def test_a_file_that_is_nested_too_deeply_is_told(shine, project):
    (project / "main.py").write_text(f"import starlette\nx = {'+'.join('abcd' * 200)}\n")
    ended = shine("migrate", "--yes", "web")
    assert ended.code == 1
    assert "web/main.py: left as it is: it is nested too deeply\n" in ended.out
    assert main_of(project).startswith("import starlette\n")


def test_an_option_that_cannot_be_tried_out_keeps_nobody_from_the_rest(shine, project):
    (project / "cors.py").write_text(
        "from starlette.middleware.cors import CORSMiddleware\n"
        "app.add_middleware(CORSMiddleware, allow_origin_regex='(')\n"
    )
    assert shine("migrate", "--yes", "web")[:1] == (0,)
    assert main_of(project) == AFTER


def test_a_file_that_cannot_be_written_is_told_by_its_name(shine, project, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", "/somewhere/.main.py.1234")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    ended = shine("migrate", "--yes", "web")
    assert (ended.code, ended.err) == (1, "shine migrate: web/main.py is left as it is: Permission denied\n")


def test_the_differences_are_found_without_a_clone(shine, project):
    (project / "main.py").write_text("from starlette.routing import Route2\n")
    out = shine("migrate", "--diff", "web").out
    assert "These need a look; https://github.com/shine-asgi/shine/blob/main/docs/migration.md tells more:" in out


def test_a_script_without_an_ending_is_one_if_its_first_line_says_so(shine, folder):
    (folder / "manage").write_text("#!/usr/bin/env python3\nimport starlette\n")
    assert shine("migrate", "--yes", "manage").code == 0
    assert (folder / "manage").read_text() == "#!/usr/bin/env python3\nimport shine\n"
    (folder / "notes").write_text("import starlette\n")
    assert shine("migrate", "notes") == (
        2,
        "",
        "shine migrate: notes is no Python file: neither its name nor a first line with #! says so\n",
    )


def test_a_script_that_may_not_be_read_is_told(shine, folder, monkeypatch):
    def may_not(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (folder / "manage").write_text("#!/usr/bin/env python3\n")
    monkeypatch.setattr("pathlib.Path.open", may_not)
    monkeypatch.setattr("pathlib.Path.read_bytes", may_not)
    assert "manage: could not be read: Permission denied\n" in shine("migrate", "manage").out


def test_nobody_waits_for_a_pipe(shine, folder):
    os.mkfifo(folder / "pipe.py")
    assert shine("migrate", "pipe.py") == (2, "", "shine migrate: pipe.py is neither a file nor a folder\n")
    assert shine("migrate", "--yes", ".") == (0, "There is no import of Starlette to rewrite.\n", "")


def test_a_name_is_one_line_that_no_terminal_obeys(shine, folder):
    (folder / "a\x1b[31m\nb.py").write_text("import starlette, starlette.x2\n")
    out = shine("migrate", "--yes", ".").out
    assert out.startswith(r"--- a\x1b[31m\nb.py" + "\n" + r"+++ a\x1b[31m\nb.py" + "\n")
    assert r"a\x1b[31m\nb.py:1: shine has no shine.x2" in out
    assert "\x1b" not in out


def test_a_path_that_is_not_there(shine, project):
    assert shine("migrate", "web", "nowhere") == (2, "", "shine migrate: there is no nowhere\n")
    assert main_of(project) == BEFORE


def test_a_file_without_a_line_end(shine, project):
    (project / "main.py").write_bytes(b"import starlette")
    assert "-import starlette\n+import shine\n1 file" in shine("migrate", "--diff", "web").out


def test_a_migrated_program_runs(shine, folder):
    (folder / "hello.py").write_text(
        "import starlette.responses as r\nfrom starlette import status\nimport starlette.routing\n"
        "route = starlette.routing.Route('/', r.Response)\nprint(type(route).__module__, status.HTTP_200_OK)\n"
    )
    assert shine("migrate", "--yes", "hello.py").code == 0
    done = subprocess.run([sys.executable, "hello.py"], cwd=folder, check=False, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("shine.routing 200\n", "")
