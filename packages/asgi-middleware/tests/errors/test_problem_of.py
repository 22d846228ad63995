from enum import Enum

import pytest

from asgi_middleware import ExceptionMiddleware, Problem, ProblemDetails
from asgi_types import ContentTooLarge, HTTPException


class ForeignError(Exception):
    """As the exceptions of Starlette and FastAPI are."""

    def __init__(self, status_code, detail=None, headers=None):
        self.status_code, self.detail, self.headers = status_code, detail, headers


ForeignError.__name__ = "HTTPException"  # the name is how they are known


class UpstreamError(Exception):
    """As a client library may raise it: what another service has answered."""

    status_code = 402
    detail = "The account of the operator is empty."


class RequestValidationError(Exception):
    """As FastAPI's is."""

    def errors(self):
        return [
            {"type": "missing", "loc": ("body", "name"), "msg": "Field required", "ctx": {"error": ValueError("no")}}
        ]


class OwnValidationError(RequestValidationError):
    pass


class WebSocketRequestValidationError(RequestValidationError):
    pass


class ValidationError(ValueError):
    """As Pydantic's is, for which no client is to blame."""

    def errors(self):
        return [{"input": "hunter2"}]


class Kind(str, Enum):  # noqa: UP042 - as it was before StrEnum
    TEA = "tea"


ERRORS = [{"type": "missing", "loc": ["body", "name"], "msg": "Field required", "ctx": {"error": "no"}}]
VALIDATION = {
    "type": "about:blank",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "The request does not have the form that is expected.",
    "errors": ERRORS,
}
UNKNOWN = {"type": "about:blank", "title": "Internal Server Error", "status": 500}


def blank(status, title, **more):
    return {"type": "about:blank", "title": title, "status": status, **more}


@pytest.fixture
def document(drive, raising, catch):
    import json

    async def make(error):
        handler = ProblemDetails()
        app = catch(ExceptionMiddleware(raising(error), {Exception: handler, HTTPException: handler}))
        return json.loads((await drive.request(app)).text)

    return make


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Problem(404, "No such order.", id=7), blank(404, "Not Found", detail="No such order.", id=7)),
        (HTTPException(404), blank(404, "Not Found")),
        (HTTPException(404, "No such order."), blank(404, "Not Found", detail="No such order.")),
        (
            ContentTooLarge(10),
            blank(413, "Request Entity Too Large", detail="The body is larger than the limit of 10 bytes."),
        ),
        (ForeignError(404, "Not Found"), blank(404, "Not Found")),
        (ForeignError(404), blank(404, "Not Found")),
        (ForeignError(404, Kind.TEA), blank(404, "Not Found", detail="Kind.TEA")),
        (ForeignError(404, 7), blank(404, "Not Found", detail="7")),
        (ForeignError(400, ["one", "two"]), blank(400, "Bad Request", errors=["one", "two"])),
        (ForeignError(400, {"code": "x", "message": "y"}), blank(400, "Bad Request", code="x", message="y")),
        (
            ForeignError(
                400, {"detail": "d", "title": "t", "type": "/x", "instance": "/i", "status": 7, "two words": 1}
            ),
            {"type": "/x", "title": "t", "status": 400, "detail": "d", "instance": "/i", "two words": 1},
        ),
        (ForeignError(400, {"detail": "d", "status": "7"}), blank(400, "Bad Request", detail="d")),
        (ForeignError(400, {"detail": 7, "title": None, 1: 2}), {**blank(400, "Bad Request"), "1": 2}),
        (RequestValidationError(), VALIDATION),
        (OwnValidationError(), VALIDATION),
        (WebSocketRequestValidationError(), VALIDATION),
        (ValidationError("secret"), UNKNOWN),
        (KeyError("secret"), UNKNOWN),
        (UpstreamError(), UNKNOWN),
    ],
)
async def test_any_exception_is_a_problem(document, error, expected):
    found = await document(error)
    if expected.get("status") in (413, 422):
        assert found.pop("title")
        expected = {name: value for name, value in expected.items() if name != "title"}
    assert found == expected


async def test_headers_of_foreign_exceptions_are_kept(drive, raising):
    def app(error):
        return ExceptionMiddleware(raising(error), {Exception: ProblemDetails()})

    assert (await drive.request(app(ForeignError(401, "no", {"WWW-Authenticate": "Bearer"})))).headers[
        "www-authenticate"
    ] == "Bearer"
    assert (await drive.request(app(ForeignError(401, "no", [("a", "b")])))).status == 401


async def test_a_status_that_is_no_number(document):
    assert await document(ForeignError("404", "secret")) == UNKNOWN
