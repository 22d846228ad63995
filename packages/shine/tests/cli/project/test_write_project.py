from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from shine import __version__
from shine._cli.project.write_project import template_files, version_range, write_project

FILES = {
    ".gitignore",
    "README.md",
    "pyproject.toml",
    "my_shop/__init__.py",
    "my_shop/app.py",
    "my_shop/board.py",
    "my_shop/static/live.js",
    "my_shop/static/style.css",
    "my_shop/templates/home.html",
    "tests/test_app.py",
}


@pytest.fixture(name="project")
def project_fixture(tmp_path: Path) -> Path:
    write_project(tmp_path / "my-shop", "my_shop")
    return tmp_path / "my-shop"


def test_the_files(project):
    assert {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()} == FILES
    assert len(list(template_files())) == len(FILES)


def test_every_name_is_put_in(project):
    for path in project.rglob("*"):
        if path.is_file():
            text = path.read_bytes()
            assert not re.search(rb"PROJECT_NAME|PACKAGE_NAME|SHINE_RANGE|\r|[^\x00-\x7f]", text), path
            assert text.endswith(b"\n")


def test_what_it_is_made_of(project):
    made = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    assert made["project"]["name"] == "my-shop"
    assert made["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["my_shop"]


def test_nobody_is_led_to_the_index_where_its_name_is_somebody_elses(project):
    made = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    asked = [*made["project"]["dependencies"], *made["dependency-groups"]["test"], *made["build-system"]["requires"]]
    assert {re.match("[a-z]+", each)[0] for each in asked} == {"hatchling", "pytest", "httpx"}
    assert f'"shine[cli]{version_range(__version__)}"' in (project / "pyproject.toml").read_text("utf-8")
    installs = re.findall("^pip install (.+)", (project / "README.md").read_text("utf-8"), re.MULTILINE)
    assert [*map(str.split, installs)] == [
        ["pytest", "httpx"],
        ["../shine/packages/asgi-*", '"../shine/packages/shine[cli]"'],
    ]


@pytest.mark.parametrize(
    ("version", "expected"),
    [("0.1.0", ">=0.1.0,<0.2"), ("0.10.3", ">=0.10.3,<0.11"), ("1.2.3", ">=1.2.3,<2"), ("2.0", ">=2.0,<3")],
)
def test_a_range_goes_up_to_what_may_break(version, expected):
    assert version_range(version) == expected


def test_there_must_be_no_such_folder(project):
    (project / "README.md").write_text("mine")
    with pytest.raises(FileExistsError):
        write_project(project, "my_shop")
    assert (project / "README.md").read_text() == "mine"


def test_half_a_project_does_not_stay(tmp_path, monkeypatch):
    def write_text(self: Path, *args: object, **kwargs: object) -> int:
        if self.name == "app.py":
            raise OSError("No space left on device")
        return original(self, *args, **kwargs)

    original = Path.write_text
    monkeypatch.setattr(Path, "write_text", write_text)
    with pytest.raises(OSError, match="No space left"):
        write_project(tmp_path / "shop", "shop")
    assert not (tmp_path / "shop").exists()
