"""A value that is not shown by accident."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest

from shine.config import Config
from shine.datastructures import Secret


def test_it_is_shown_only_when_asked_for():
    secret = Secret("correct horse")
    assert str(secret) == f"{secret}" == "correct horse"
    assert repr(secret) == "Secret('**********')"
    assert repr([secret]) == "[Secret('**********')]"
    assert not hasattr(secret, "__dict__")


def test_it_is_not_in_a_traceback():
    def fail(secret):
        raise LookupError(secret)

    try:
        fail(Secret("correct horse"))
    except LookupError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "secret = Secret('**********')" in shown
    assert "secret: correct horse" not in shown


@pytest.mark.parametrize(("value", "expected"), [("x", True), (" ", True), ("", False)])
def test_truth(value, expected):
    assert bool(Secret(value)) is expected


def test_a_secret_of_a_secret():
    """A setting's default is one already when it is cast."""
    assert str(Secret(Secret("x"))) == "x"
    assert Secret(Secret("x")) == Secret("x")
    assert str(Config(environ={})("KEY", cast=Secret, default=Secret("x"))) == "x"


@pytest.mark.parametrize("value", ["correct horse", "Zoë", "\udcff", ""])
def test_equality(value):
    secret = Secret(value)
    assert secret == Secret(value)
    assert hash(secret) == hash(Secret(value))
    assert secret != Secret(value + "x")
    assert secret != value


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda secret: pickle.loads(pickle.dumps(secret))])
def test_copies(again):
    assert again(Secret("correct horse")) == Secret("correct horse")


def test_a_subclass_has_its_name():
    class Token(Secret):
        pass

    assert repr(Token("x")) == "Token('**********')"
