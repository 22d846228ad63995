import pytest

from asgi_middleware import ExceptionMiddleware, Problem, ProblemDetails
from asgi_types import HTTPException


@pytest.mark.parametrize("accept", ["text/html", "application/json", "text/plain"])
async def test_what_is_shown_of_an_error_cannot_do_anything(debugged, fails, accept):
    headers = (await debugged(fails(ValueError()), accept)).headers
    directives = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    for name in ("default-src", "base-uri", "form-action", "frame-ancestors"):
        assert directives.pop(name) == "'none'"
    assert set(directives) == ({"style-src"} if accept == "text/html" else set())
    assert "unsafe" not in headers["content-security-policy"]


async def test_two_pages_have_policies_of_their_own(debugged, fails, drive, raising):
    app = ExceptionMiddleware(raising(Problem(404)), {HTTPException: ProblemDetails()})
    problem = await drive.request(app, headers={"accept": "text/html"})
    debug = await debugged(fails(ValueError()), "text/html")
    assert problem.headers["content-security-policy"] != debug.headers["content-security-policy"]
