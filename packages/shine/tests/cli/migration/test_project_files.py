from __future__ import annotations

import os

import pytest

from shine._cli.migration.project_files import (
    dependencies,
    is_notebook_of_starlette,
    is_script,
    links,
    project_files,
)


@pytest.fixture(name="tree")
def tree_fixture(tmp_path):
    for name in (
        "a.py",
        "b.pyi",
        "c.txt",
        "requirements-dev.txt",
        "notes.ipynb",
        "src/shop/web.py",
        ".venv/x.py",
        ".git/x.py",
        "env/pyvenv.cfg",
        "env/lib/x.py",
        "node_modules/x.py",
        "lib/site-packages/x.py",
        "src/__pycache__/x.py",
    ):
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return tmp_path / "project"


def names(tree, *paths):
    return [path.relative_to(tree).as_posix() for path in project_files(paths)]


def test_a_folder_is_all_that_is_the_projects(tree):
    assert names(tree, tree) == ["a.py", "b.pyi", "notes.ipynb", "requirements-dev.txt", "src/shop/web.py"]


def test_what_is_given_is_looked_at_wherever_it_is_and_once(tree):
    given = [tree / ".venv" / "x.py", tree / "c.txt", tree / "src", tree / "src" / "shop" / "web.py", tree / "env"]
    assert names(tree, *given) == [".venv/x.py", "c.txt", "src/shop/web.py", "env/lib/x.py"]


def test_links_are_not_followed(tree, tmp_path):
    (tmp_path / "outside.py").write_text("")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.py").write_text("")
    (tree / "folder").symlink_to(tmp_path / "elsewhere")
    (tree / "out.py").symlink_to(tmp_path / "outside.py")
    (tree / "inside.py").symlink_to(tree / "a.py")
    assert names(tree, tree) == ["a.py", "b.pyi", "notes.ipynb", "requirements-dev.txt", "src/shop/web.py"]
    (tree / "hidden.py").symlink_to(tree / ".venv" / "x.py")
    assert [*links([tree, tree / "a.py", tree / "src"])] == [tree.resolve() / "hidden.py", tree.resolve() / "out.py"]
    assert [*links([tree, tree / "out.py"])] == [tree.resolve() / "hidden.py"]
    assert names(tree, tree / "out.py") == ["out.py"]


def test_what_is_no_regular_file_is_left_out(tree):
    os.mkfifo(tree / "pipe.py")
    (tree / "broken.py").symlink_to("nowhere.py")
    assert names(tree, tree) == ["a.py", "b.pyi", "notes.ipynb", "requirements-dev.txt", "src/shop/web.py"]
    assert [*links([tree])] == []


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b"#!/usr/bin/env python3\nx", True),
        (b"#! /opt/python -I\n", True),
        (b"#!/bin/sh\npython x\n", False),
        (b" #!python", False),
        (b"", False),
    ],
)
def test_scripts(data, is_one):
    assert is_script(data) is is_one


REQUIREMENTS = (
    "fastapi\nstarlette>=1.0  # the framework\nStarlette[full]\nsse-starlette\nstarlette-admin\n# starlette\n"
)


@pytest.mark.parametrize("name", ["requirements.txt", "dev-requirements.in", "pyproject.toml", "setup.cfg", "Pipfile"])
def test_dependencies_are_told(tmp_path, name):
    assert [*dependencies(tmp_path / name, REQUIREMENTS)] == [
        (2, "asks for Starlette, and is left as it is: starlette>=1.0  # the framework"),
        (3, "asks for Starlette, and is left as it is: Starlette[full]"),
    ]


def test_other_files_have_none(tmp_path):
    assert [*dependencies(tmp_path / "notes.txt", REQUIREMENTS)] == []


@pytest.mark.parametrize(
    ("name", "text", "is_one"),
    [
        ("a.ipynb", '"from starlette import x"', True),
        ("a.ipynb", '"starlette"', False),
        ("a.txt", '"from starlette import x"', False),
    ],
)
def test_notebooks(tmp_path, name, text, is_one):
    assert is_notebook_of_starlette(tmp_path / name, text) is is_one
