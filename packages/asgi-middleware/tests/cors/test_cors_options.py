"""Options of CORS that cannot work are refused, with the fix."""

import re

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


def test_an_empty_text_is_no_origin():
    """It is what a setting without a value gives."""
    assert CORSMiddleware(app, [""]).allow_origins == ()
    assert CORSMiddleware(app, ["https://a.example", ""]).allow_origins == ("https://a.example",)


@pytest.mark.parametrize("given", [None, 5, b"https://a.example"])
def test_an_origin_is_text(given):
    with pytest.raises(TypeError, match=r"An origin is a text such as 'https://example\.org', not "):
        CORSMiddleware(app, ["https://a.example", given])


def test_the_highest_port():
    assert CORSMiddleware(app, ["https://a.example:65535"]).allow_origins == ("https://a.example:65535",)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("HTTPS://Example.ORG:443", "https://example.org"),
        ("http://[2001:DB8:0::1]:443", "http://[2001:db8::1]:443"),
        ("https://*.Example.org:443", "https://*.example.org"),
        ("null", "null"),
        ("file://", "file://"),
        ("*", "*"),
    ],
)
def test_origins_are_told_as_browsers_write_them(given, expected):
    assert CORSMiddleware(app, [given]).allow_origins == (expected,)


@pytest.mark.parametrize(
    "given",
    ["https://example.org/", "example.org", "NULL", "https://*", "https://example.org:65536", "wss://a.example"],
)
def test_what_no_browser_sends_is_refused(given):
    with pytest.raises(ValueError, match=re.escape(f"Not an origin: {given!r}. ")):
        CORSMiddleware(app, ["https://a.example", given])


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


@pytest.mark.parametrize("age", [-1, 1.5, "600", None])
def test_an_age_that_is_none_is_refused(age):
    with pytest.raises(ValueError, match=f"max_age cannot be {age!r}: give whole seconds, or 0 to have nothing kept"):
        CORSMiddleware(app, max_age=age)


def test_an_age_may_be_none_at_all():
    assert CORSMiddleware(app, max_age=0).max_age == 0


def test_a_subclass_may_do_without_options_that_have_no_effect(caplog):
    class Lenient(CORSMiddleware):
        refuses_useless = False

    made = Lenient(
        app,
        allow_origins=["https://a.example", "a.example", "https://a.example/path", ""],
        allow_methods=["get", "A B"],
        allow_headers=["X-A", "X A"],
        expose_headers=["X-B", ""],
        max_age=60.5,
    )
    assert (made.allow_origins, made.allow_methods, made.max_age) == (("https://a.example",), ("GET",), 60)
    assert ("x-a" in made.allow_headers, "x a" in made.allow_headers) == (True, False)
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["Without effect"] * 6
    assert Lenient(app, max_age=-1).max_age == 0
    with pytest.raises(TypeError):
        Lenient(app, [None])
