"""Names that are loaded with their module when they are first asked for."""

import sys

import pytest

from asgi_types import lazy_names


@pytest.fixture(name="package")
def package_fixture():
    namespace = {"__name__": "xml", "made_here": 1}
    lazy_names(namespace, {"escape": ".sax.saxutils", "sha256": "hashlib", "Missing": "hashlib"})
    return namespace


def test_a_name_is_looked_up_once(package):
    assert package["__getattr__"]("sha256") is sys.modules["hashlib"].sha256 is package["sha256"]


def test_dots_mean_inside_the_package(package):
    assert package["__getattr__"]("escape") is sys.modules["xml.sax.saxutils"].escape


def test_a_name_without_a_home_is_an_attribute_error(package):
    before = dict(package)
    with pytest.raises(AttributeError, match=r"^module 'xml' has no attribute 'other'$"):
        package["__getattr__"]("other")
    assert package == before


def test_a_home_that_lacks_the_name_says_so(package):
    with pytest.raises(AttributeError, match="no attribute 'Missing'"):
        package["__getattr__"]("Missing")


def test_all_names_are_listed_loaded_or_not(package):
    before = package["__dir__"]()
    package["__getattr__"]("sha256")
    assert package["__dir__"]() == before
    assert before == ["Missing", "__dir__", "__getattr__", "__name__", "escape", "made_here", "sha256"]
