import os

import pytest

from asgi_http._static.package_directory import package_directory


@pytest.fixture
def place(tmp_path, monkeypatch):
    for package in ("a_package", "a_namespace", "statics"):
        (tmp_path / package / "statics").mkdir(parents=True)
    (tmp_path / "a_package/__init__.py").touch()
    (tmp_path / "a_package/other").mkdir()
    (tmp_path / "a_module.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("package", "subdirectory", "found"),
    [
        ("a_package", "statics", "a_package/statics"),
        ("a_package", "other", "a_package/other"),
        ("a_package", "statics/../other", "a_package/other"),
        ("a_namespace", "statics", "a_namespace/statics"),
        ("a_module", "statics", "statics"),
    ],
)
def test_directories_of_packages(place, package, subdirectory, found):
    assert package_directory(package, subdirectory) == str(place / found)


def test_of_a_namespace_any_part_may_have_it(place, monkeypatch):
    (place / "more/a_namespace/only_here").mkdir(parents=True)
    monkeypatch.syspath_prepend(place / "more")
    assert package_directory("a_namespace", "statics") == str(place / "a_namespace/statics")
    assert package_directory("a_namespace", "only_here") == str(place / "more/a_namespace/only_here")


@pytest.mark.parametrize("package", ["no_such_package", "no_such_package.inside", "a_package.no_such_module"])
def test_a_missing_package(place, package):
    with pytest.raises(AssertionError, match=rf"^Package '{package}' could not be found\.$"):
        package_directory(package, "statics")


@pytest.mark.parametrize("package", ["a_package", "a_module", "sys"])
def test_a_missing_directory(place, package):
    with pytest.raises(AssertionError, match=rf"^Directory ''missing'' in package '{package}' could not be found\.$"):
        package_directory(package, "missing")


def test_the_package_is_not_run(place):
    (place / "a_package/__init__.py").write_text("raise SystemExit")
    assert os.path.isdir(package_directory("a_package", "statics"))  # noqa: PTH112
