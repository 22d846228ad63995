from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=environment, check=False, capture_output=True, text=True
    )


def test_a_project_says_what_comes_next(shine, folder):
    ended = shine("new", "My-Shop")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Made My-Shop with 10 files. What comes next:\n")
    assert "    cd My-Shop\n    shine run my_shop.app:app --reload\n" in ended.out
    assert ended.out.endswith("Its tests need pytest and httpx:\n\n    pip install pytest httpx\n    pytest\n")


def test_its_tests_pass(shine, folder):
    pytest.importorskip("httpx")
    shine("new", "shop")
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=folder / "shop")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "13 passed" in done.stdout


def test_its_routes_are_all_reached(shine, folder):
    shine("new", "shop")
    ended = shine("routes", "shop.app:app", "--app-dir", "shop", "--check")
    assert ended.code == 0, ended.err
    assert "/notes/{number:int(min=1)}" in ended.out


@pytest.mark.parametrize("what", ["folder", "file", "link"])
def test_nothing_is_written_over(shine, folder, what):
    if what == "folder":
        (folder / "shop").mkdir()
    elif what == "file":
        (folder / "shop").write_text("mine")
    else:
        (folder / "shop").symlink_to("nowhere")
    ended = shine("new", "shop")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("shine new: there is a 'shop' here already, and nothing is written over it")
    assert [*folder.iterdir()] == [folder / "shop"]


def test_a_name_that_cannot_be_one(shine, folder):
    ended = shine("new", "my shop")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("shine new: 'my shop' cannot be the name of a project: a name has letters")
    assert not [*folder.iterdir()]


def test_a_name_that_is_too_long(shine, folder):
    name = "a" * 300
    assert shine("new", name) == (1, "", f"shine new: '{name}' could not be made: File name too long\n")


def test_a_folder_that_cannot_be_written_to(shine, folder, monkeypatch):
    def refuse(folder: Path, package: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("shine._cli.new.write_project", refuse)
    assert shine("new", "shop") == (1, "", "shine new: 'shop' could not be made: Permission denied\n")
