import pytest

from asgi_types import Response


@pytest.fixture(name="page")
def page_fixture():
    return Response("page")


@pytest.fixture(name="passes")
def passes_fixture():
    """Connections that a middleware must hand on, with their three arguments, untouched."""

    async def check(middleware, *kinds):
        seen = []

        async def app(scope, receive, send):
            seen.append((scope, receive, send))

        wrapped = middleware(app)
        for kind in kinds:
            call = ({"type": kind, "scheme": "http"}, object(), object())
            await wrapped(*call)
            assert [found is given for found, given in zip(seen.pop(), call, strict=True)] == [True] * 3

    return check
