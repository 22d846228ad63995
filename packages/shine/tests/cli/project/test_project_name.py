from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shine._cli.project.project_name import package_name


@pytest.mark.parametrize(
    ("name", "package"),
    [("shop", "shop"), ("My-Shop", "my_shop"), ("my.shop--web", "my_shop_web"), ("a1", "a1"), ("S", "s")],
)
def test_the_package_of_a_name(name, package):
    assert package_name(name) == package


REFUSED = {
    "": "a name has letters",
    "my shop": "a name has letters",
    "-shop": "a name has letters",
    "shop-": "a name has letters",
    "../shop": "a name has letters",
    "shop/web": "a name has letters",
    "..": "a name has letters",
    "Zoë": "a name has letters",
    "shop\n": "a name has letters",
    "1shop": "no package of Python can be called '1shop'",
    "class": "no package of Python can be called 'class'",
    "Import": "no package of Python can be called 'import'",
    "tests": "'tests' is the name of something else in the project",
    "pytest": "its package would hide the module 'pytest', which a project may need",
    "Starlette": "its package would hide the module 'starlette', which a project may need",
    "JSON": "its package would hide the module 'json', which is installed",
    "shine": "its package would hide the module 'shine', which is installed",
    "asgi-types": "its package would hide the module 'asgi_types', which is installed",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_is_refused(name):
    with pytest.raises(ValueError, match=re.escape(REFUSED[name])):
        package_name(name)


@given(st.text(st.sampled_from("aZ09._-/\\ \né"), max_size=8))
def test_what_is_taken_is_one_folder_and_a_package(name):
    try:
        package = package_name(name)
    except ValueError:
        return
    assert re.fullmatch(r"[a-z_][a-z0-9_]*", package)
    assert not set(name) & set("/\\ \né")
    assert name not in (".", "..")
