from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from asgi_types import URL


@pytest.mark.parametrize(
    ("response", "content_type", "body"),
    [
        (PlainTextResponse("Zoë"), "text/plain; charset=utf-8", "Zoë".encode()),
        (HTMLResponse("<p>Zoë"), "text/html; charset=utf-8", "<p>Zoë".encode()),
        (JSONResponse({"name": "Zoë"}), "application/json", '{"name":"Zoë"}'.encode()),
    ],
)
async def test_each_sends_its_type_and_length(drive, response, content_type, body):
    answer = await drive.request(response)
    assert (answer.status, answer.body) == (200, body)
    assert answer.headers.items() == [("content-length", str(len(body))), ("content-type", content_type)]


@pytest.mark.parametrize("kind", [PlainTextResponse, HTMLResponse, JSONResponse])
async def test_all_of_the_parameters(drive, kind):
    done = []

    async def background():
        done.append("background")

    answer = await drive.request(kind("x", 201, {"X-A": "b"}, "text/other", background))
    assert (answer.status, done) == (201, ["background"])
    assert answer.headers["x-a"] == "b"
    assert answer.headers["content-type"] == "text/other; charset=utf-8"


async def test_parameters_by_name(drive):
    answer = await drive.request(
        JSONResponse(content=[], status_code=202, headers={"x-a": "b"}, media_type="application/problem+json")
    )
    assert (answer.status, answer.body) == (202, b"[]")
    assert sorted(answer.headers.items()) == [
        ("content-length", "2"),
        ("content-type", "application/problem+json"),
        ("x-a", "b"),
    ]


def test_json_needs_content():
    with pytest.raises(TypeError):
        JSONResponse()


async def test_json_rendering_can_be_overridden(drive):
    class Lines(JSONResponse):
        media_type = "application/jsonl"

        def render(self, content):
            return b"\n".join(super(Lines, self).render(value) for value in content)

    answer = await drive.request(Lines([1, {"a": 2}]))
    assert (answer.headers["content-type"], answer.body) == ("application/jsonl", b'1\n{"a":2}')


# Redirects


async def test_a_redirect_is_a_307_without_a_body(drive):
    answer = await drive.request(RedirectResponse("/there"))
    assert (answer.status, answer.body) == (307, b"")
    assert answer.headers.items() == [("content-length", "0"), ("location", "/there")]


async def test_a_redirect_with_all_of_its_parameters(drive):
    done = []

    async def background():
        done.append("background")

    answer = await drive.request(RedirectResponse(URL("https://example.org/a b"), 303, {"X-A": "b"}, background))
    assert (answer.status, done) == (303, ["background"])
    assert (answer.headers["location"], answer.headers["x-a"]) == ("https://example.org/a%20b", "b")


def test_a_redirect_has_one_location():
    response = RedirectResponse("/there", headers={"Location": "/elsewhere"})
    assert response.headers.getlist("location") == ["/there"]


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("", ""),
        ("/café?next=/ü#ß", "/caf%C3%A9?next=/%C3%BC#%C3%9F"),
        ("/a b", "/a%20b"),
        ("/100%25/%C3%A9", "/100%25/%C3%A9"),
        ("/[x]@:/?#!$&'()*+,;=-._~", "/[x]@:/?#!$&'()*+,;=-._~"),
        ('/|^`{}\\"<>\t', "/%7C%5E%60%7B%7D%5C%22%3C%3E%09"),
        ("http://ö.example/", "http://%C3%B6.example/"),
        ("?page=2", "?page=2"),
    ],
)
def test_the_target_is_quoted(url, location):
    assert RedirectResponse(url).headers["location"] == location


@pytest.mark.parametrize("character", ["\r", "\n", "\0", "\r\nset-cookie: a=b\r\n"])
@pytest.mark.parametrize("url", ["{}/", "/a{}b", "https://example.org/?next={}"])
def test_cr_lf_and_nul_in_the_target_are_refused(url, character):
    with pytest.raises(ValueError, match="CR, LF and NUL are not allowed"):
        RedirectResponse(url.format(character))


def test_a_target_that_utf_8_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="surrogates not allowed"):
        RedirectResponse("/\udce9")


@given(st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"])))
def test_any_target_is_a_printable_location_that_says_the_same(url):
    location = RedirectResponse(url).headers["location"]
    assert location.isascii()
    assert location.isprintable()
    assert " " not in location
    assert unquote(location) == unquote(url)
    assert RedirectResponse(location).headers["location"] == location


@pytest.mark.parametrize("kind", [PlainTextResponse, HTMLResponse, JSONResponse])
async def test_one_response_can_be_sent_many_times(drive, kind):
    response = kind("x")
    first, second = await drive.request(response), await drive.request(response)
    assert first.messages == second.messages
    assert first.start["headers"] is not second.start["headers"]


def test_each_is_a_response():
    for kind in (PlainTextResponse, HTMLResponse, JSONResponse, RedirectResponse):
        assert issubclass(kind, Response)
