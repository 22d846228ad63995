"""What the tests of the error layers share."""

import pytest

from asgi_middleware import ExceptionMiddleware, ServerErrorMiddleware
from asgi_types import Response


class Caught:
    """An application around one that raises: it keeps the error, so that the answer can be looked at."""

    def __init__(self, app):
        self.app = app
        self.errors = []

    async def __call__(self, scope, receive, send):
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            self.errors.append(error)


@pytest.fixture
def catch():
    return Caught


@pytest.fixture
def raising():
    """An application that raises this exception, after it has sent these messages."""

    def make(error, *messages):
        async def app(scope, receive, send):
            for message in messages:
                await send(message)
            raise error

        return app

    return make


@pytest.fixture
def says():
    """A handler that answers with this text."""

    def make(text, status=200):
        async def handler(connection, error):
            return Response(text, status, media_type="text/plain")

        return handler

    return make


@pytest.fixture
def raises():
    """A handler that fails with this error."""

    def make(error):
        async def handler(connection, original):
            raise error

        return handler

    return make


@pytest.fixture
def answering(catch):
    """The layer around an application, answering through a `ServerErrorMiddleware`, in a net for what is raised on."""

    def make(app, handlers=None, fallback=None, debug=False):
        errors = ServerErrorMiddleware(app, fallback, debug)
        errors.app = ExceptionMiddleware(app, handlers, server_errors=errors)
        return catch(errors)

    return make
