"""The environment, which must not change once somebody has read it."""

from __future__ import annotations

import os

import pytest

from shine.config import Config, Environ, EnvironError, environ


def test_it_is_a_view_of_the_mapping():
    mapping = {"A": "1"}
    view = Environ(mapping)
    view["B"] = "2"
    del view["A"]
    assert mapping == {"B": "2"}
    assert (list(view), len(view), dict(view)) == (["B"], 1, {"B": "2"})


def get_item(view):
    try:
        return view["A"]
    except KeyError:
        return None


@pytest.mark.parametrize("read", [get_item, lambda view: view.get("A"), lambda view: "A" in view])
@pytest.mark.parametrize("mapping", [{}, {"A": "1"}])
def test_what_has_been_read_stays(read, mapping):
    view = Environ(dict(mapping))
    assert bool(read(view)) is bool(mapping)
    with pytest.raises(
        EnvironError, match=r"^Attempting to set environ\['A'\], but the value has already been read\.$"
    ):
        view["A"] = "2"
    with pytest.raises(
        EnvironError, match=r"^Attempting to delete environ\['A'\], but the value has already been read\.$"
    ):
        del view["A"]
    view["B"] = "3"
    assert dict(view) == {**mapping, "B": "3"}


def test_a_config_reads_it(monkeypatch):
    monkeypatch.setenv("SHINE_TEST_OF_CONFIG", "1")
    assert Config()("SHINE_TEST_OF_CONFIG", cast=int) == 1
    with pytest.raises(EnvironError):
        environ["SHINE_TEST_OF_CONFIG"] = "2"
    assert os.environ["SHINE_TEST_OF_CONFIG"] == "1"
