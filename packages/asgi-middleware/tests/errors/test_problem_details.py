import json

import pytest

from asgi_middleware import ExceptionMiddleware, Problem, ProblemDetails, ServerErrorMiddleware
from asgi_types import HTTPException

JSON = "application/problem+json"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def answered(drive, raising):
    """The answer to an error by `ProblemDetails` with these options, to a request with these headers."""

    async def make(error, headers=(), method="GET", options=None, **scope):
        app = ExceptionMiddleware(raising(error), {HTTPException: ProblemDetails(**(options or {}))})
        return await drive.request(app, "/orders/7", method, headers=headers, **scope)

    return make


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/json", JSON),
        ("application/problem+json", JSON),
        ("application/*", JSON),
        ("image/png", JSON),
        (BROWSER, HTML),
        ("text/html;q=0.5, application/json", JSON),
        ("text/plain", TEXT),
        ("text/*", TEXT),
    ],
)
async def test_the_form_is_what_the_client_wants(answered, accept, expected):
    answer = await answered(Problem(404, "No such order."), {"accept": accept} if accept else ())
    assert (answer.status, answer.headers["content-type"], answer.headers["vary"]) == (404, expected, "Accept")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-length"] == str(len(answer.body))
    if expected == TEXT:
        assert answer.text == "No such order."
    elif expected == HTML:
        assert answer.text.startswith("<!DOCTYPE html>")
    else:
        assert answer.text == '{"type":"about:blank","title":"Not Found","status":404,"detail":"No such order."}'


async def test_without_html_browsers_get_json(answered):
    answer = await answered(Problem(404), {"accept": BROWSER}, options={"html": False})
    assert answer.headers["content-type"] == JSON


async def test_headers_are_kept_but_those_of_another_content(answered):
    headers = {"WWW-Authenticate": "Bearer", "Vary": "Origin", "Content-Type": "x/y", "Content-Length": "7"}
    answer = await answered(HTTPException(401, headers=headers))
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["vary"] == "Origin, Accept"
    assert answer.headers["content-type"] == JSON
    assert answer.headers["content-length"] == str(len(answer.body))


@pytest.mark.parametrize("status", [204, 304])
async def test_what_has_no_content_has_no_form(answered, status):
    answer = await answered(HTTPException(status, headers={"etag": '"a"'}))
    assert (answer.status, answer.body, answer.headers["etag"]) == (status, b"", '"a"')
    assert "content-type" not in answer.headers


@pytest.mark.parametrize("accept", ["application/json", "text/html", "text/plain"])
async def test_head_gets_no_body(answered, accept):
    whole = await answered(Problem(404), {"accept": accept})
    answer = await answered(Problem(404), {"accept": accept}, "HEAD")
    assert (answer.status, answer.body) == (404, b"")
    assert answer.headers["content-length"] == str(len(whole.body))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("about:blank", "about:blank"),
        ("out-of-credit", "https://example.org/problems/out-of-credit"),
        ("/elsewhere", "https://example.org/elsewhere"),
        ("https://other.example/x", "https://other.example/x"),
        ("urn:problem:credit", "urn:problem:credit"),
    ],
)
async def test_a_relative_type_is_below_the_base(answered, kind, expected):
    answer = await answered(Problem(403, type=kind), options={"type_base": "https://example.org/problems/"})
    assert json.loads(answer.text)["type"] == expected


async def test_without_a_base_a_relative_type_is_left(answered):
    assert json.loads((await answered(Problem(403, type="credit"))).text)["type"] == "credit"


def test_the_base_is_checked():
    with pytest.raises(ValueError, match=r"Not an absolute URL: 'problems/'. Write it as 'https://"):
        ProblemDetails(type_base="problems/")


@pytest.mark.parametrize(
    ("scope", "members", "expected"),
    [
        ({"asgi_middleware.request_id": "abc"}, {}, "abc"),
        ({"asgi_middleware.request_id": "abc"}, {"request_id": "own"}, "own"),
        ({"asgi_middleware.request_id": 7}, {}, None),
        ({}, {}, None),
    ],
)
async def test_the_request_id_is_a_member(answered, scope, members, expected):
    answer = await answered(Problem(404, **members), **scope)
    assert json.loads(answer.text).get("request_id") == expected


async def test_values_that_are_no_json_are_text(answered):
    answer = await answered(Problem(404, "caf\udce9", value={1: {2}, "x": float("inf")}, error=ValueError("no")))
    found = json.loads(answer.text)
    assert (found["value"], found["error"]) == ({"1": [2], "x": "inf"}, "no")
    assert found["detail"] == "caf\udce9"
    assert "caf\\udce9" in (await answered(Problem(404, "caf\udce9"), {"accept": "text/plain"})).text
    assert "caf\\udce9" in (await answered(Problem(404, "caf\udce9"), {"accept": "text/html"})).text


# Errors


async def test_any_error_is_a_silent_500_and_raised_on(drive, raising, catch):
    problems = ProblemDetails()
    error = ValueError("secret")
    app = catch(ServerErrorMiddleware(ExceptionMiddleware(raising(error)), problems))
    for accept in ("application/json", "text/html", "text/plain"):
        answer = await drive.request(app, headers={"accept": accept})
        assert answer.status == 500
        assert "secret" not in answer.text
        assert "Internal Server Error" in answer.text
    assert app.errors == [error] * 3


def test_handlers():
    problems = ProblemDetails()
    assert problems.handlers == {HTTPException: problems, Exception: problems}


async def test_handlers_answer_through_both_layers(drive, raising, answering):
    handlers = ProblemDetails().handlers
    fallback = handlers.pop(Exception)
    for error, status in ((HTTPException(404), 404), (KeyError("secret"), 500)):
        app = answering(raising(error), handlers, fallback)
        answer = await drive.request(app)
        assert (answer.status, json.loads(answer.text)["status"]) == (status, status)
        assert [type(raised) for raised in app.errors] == ([KeyError] if status == 500 else [])


# WebSockets


@pytest.fixture
def websocket(drive, raising):
    async def make(error, *messages, denial=True, **scope):
        extensions = {"websocket.http.response": {}} if denial else {}
        app = ExceptionMiddleware(raising(error, *messages), ProblemDetails().handlers)
        return await drive.websocket(app, "/", extensions=extensions, **scope)

    return make


@pytest.mark.parametrize(
    ("accept", "expected"),
    [((), TEXT), ({"accept": "*/*"}, TEXT), ({"accept": JSON}, JSON), ({"accept": "text/html"}, HTML)],
)
async def test_a_websocket_is_denied(websocket, accept, expected):
    answer = await websocket(Problem(403, "Not yours."), headers=accept)
    assert [message["type"] for message in answer.messages] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert (answer.status, answer.headers["content-type"]) == (403, expected)
    assert "Not yours." in answer.text


async def test_a_websocket_is_closed_with_the_detail_as_reason(websocket):
    close = {"type": "websocket.close", "code": 3003, "reason": "Not yours."}
    for headers in ((), {"accept": JSON}):
        answer = await websocket(Problem(403, "Not yours."), denial=False, headers=headers)
        assert answer.messages == [close]
    accept = {"type": "websocket.accept"}
    assert (await websocket(Problem(403, "Not yours."), accept)).messages == [accept, close]
