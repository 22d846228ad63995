import functools

import pytest

from asgi_middleware import Middleware


class Named:
    def __init__(self, app, name, *, mark="!"):
        self.app, self.name, self.mark = app, name, mark


def test_unpacks_into_class_arguments_and_keywords():
    assert tuple(Middleware(Named, "shine", mark="?")) == (Named, ("shine",), {"mark": "?"})


def test_the_triple_makes_the_middleware():
    factory, args, kwargs = Middleware(Named, "shine", mark="?")
    made = factory("app", *args, **kwargs)
    assert (made.app, made.name, made.mark) == ("app", "shine", "?")


def test_attributes_are_what_was_given():
    middleware = Middleware(Named, "shine", mark="?")
    assert (middleware.cls, middleware.args, middleware.kwargs) == (Named, ("shine",), {"mark": "?"})


class Special(Middleware):
    pass


PARTIAL = functools.partial(Named, name="shine")


@pytest.mark.parametrize(
    ("middleware", "expected"),
    [
        (Middleware(Named), "Middleware(Named)"),
        (Middleware(Named, "shine", mark="?"), "Middleware(Named, 'shine', mark='?')"),
        (Middleware(PARTIAL, mark=1), f"Middleware({PARTIAL!r}, mark=1)"),
        (Special(Named, 1), "Special(Named, 1)"),
    ],
)
def test_repr(middleware, expected):
    assert repr(middleware) == expected
