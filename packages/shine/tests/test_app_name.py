"""The name of an application."""

import os

import pytest

from shine._app_name import AppName


def test_a_name_leads_to_what_it_names():
    assert AppName.parse("os:path.sep").find(os) == os.sep
    with pytest.raises(AttributeError, match="has no attribute 'nowhere'"):
        AppName.parse("os:path.nowhere.app").find(os)


@pytest.mark.parametrize("text", ["", "main", "main:", ":app", "main.py:app", "a/b:app", "a:b:c", "a:b()", "a..b:c"])
def test_what_is_no_name(text):
    with pytest.raises(ValueError, match="not the name of an application: "):
        AppName.parse(text)


@pytest.mark.parametrize(
    ("missing", "expected"),
    [("shop", True), ("shop.web", True), ("shop.web.more", False), ("sho", False), ("other", False), (None, False)],
)
def test_whether_the_module_is_what_is_missing(missing, expected):
    error = ModuleNotFoundError("No module", name=missing)
    assert AppName.parse("shop.web:app").is_what_is_missing(error) is expected
