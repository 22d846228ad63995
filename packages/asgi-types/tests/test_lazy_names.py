"""Names that are loaded with their module when they are first asked for."""

import sys

import pytest

from asgi_types import lazy_names


@pytest.fixture(name="package")
def package_fixture():
    namespace = {"__name__": "xml", "made_here": 1}
    return namespace, *lazy_names(namespace, {"escape": ".sax.saxutils", "sha256": "hashlib", "Missing": "hashlib"})


def test_a_name_is_looked_up_once(package):
    namespace, load, _ = package
    assert load("sha256") is sys.modules["hashlib"].sha256 is namespace["sha256"]


def test_dots_mean_inside_the_package(package):
    _, load, _ = package
    assert load("escape") is sys.modules["xml.sax.saxutils"].escape


def test_a_name_without_a_home_is_an_attribute_error(package):
    namespace, load, _ = package
    with pytest.raises(AttributeError, match=r"^module 'xml' has no attribute 'other'$"):
        load("other")
    assert namespace == {"__name__": "xml", "made_here": 1}


def test_a_home_that_lacks_the_name_says_so(package):
    _, load, _ = package
    with pytest.raises(AttributeError, match="no attribute 'Missing'"):
        load("Missing")


def test_all_names_are_listed_loaded_or_not(package):
    _, load, names = package
    before = names()
    load("sha256")
    assert names() == before == ["Missing", "__name__", "escape", "made_here", "sha256"]
