"""Options of CORS that cannot work are refused, with the fix."""

import pytest

from asgi_middleware import CORSMiddleware


async def app(scope, receive, send):
    raise AssertionError


def test_a_string_is_one_item():
    made = CORSMiddleware(app, "https://a.example", "PUT", "X-A", expose_headers="X-B")
    assert (made.allow_origins, made.allow_methods) == (("https://a.example",), ("PUT",))
    assert "x-a" in made.allow_headers
    assert not made.is_allowed_origin("https://a")
    assert CORSMiddleware(app, "*").allow_all_origins


def test_any_collection_will_do():
    made = CORSMiddleware(app, {"https://a.example"}, frozenset({"PUT"}), iter(["X-A"]))
    assert (made.allow_origins, made.allow_methods) == (("https://a.example",), ("PUT",))
    assert "x-a" in made.allow_headers


def test_nothing_is_allowed_by_default():
    made = CORSMiddleware(app)
    assert (made.allow_origins, made.allow_methods, made.allow_origin_regex) == ((), ("GET",), None)
    assert not made.is_allowed_origin("https://a.example")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["get", "Put", "PURGE", "purge"], ("GET", "PUT", "PURGE", "purge")),
        (["GET", "GET"], ("GET",)),
        (["PURGE", "*"], ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "PURGE")),
        ([], ()),
    ],
)
def test_methods(given, expected):
    assert CORSMiddleware(app, allow_methods=given).allow_methods == expected


@pytest.mark.parametrize("option", ["allow_methods", "allow_headers", "expose_headers"])
@pytest.mark.parametrize("name", ["", "A, B", "X A", "X-A:", "X\r\nY", "é", "A\n"])
def test_names_are_tokens(option, name):
    with pytest.raises(ValueError, match="item of its own, without commas or spaces"):
        CORSMiddleware(app, **{option: ["X-A", name]})


def test_a_negative_age_is_refused():
    with pytest.raises(ValueError, match="0 to have nothing kept"):
        CORSMiddleware(app, max_age=-1)
    assert CORSMiddleware(app, max_age=0).max_age == 0
