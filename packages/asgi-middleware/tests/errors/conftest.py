"""What the tests of the error layers share."""

import json
import linecache
from html.parser import HTMLParser

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


VOID = {"meta"}


class Page(HTMLParser):
    """A page as a browser reads it: every element is closed in order, and known with its attributes and its text."""

    def __init__(self, text):
        super().__init__()
        self.source = text
        self.open = []
        self.elements = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            element = {"tag": tag, "attrs": dict(attrs), "text": ""}
            self.open.append(element)
            self.elements.append(element)

    def handle_endtag(self, tag):
        assert self.open.pop()["tag"] == tag

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def texts(self, tag, kind=None):
        """The texts of all elements with this tag, and this class if one is given."""
        return [
            element["text"]
            for element in self.elements
            if element["tag"] == tag and kind in (None, element["attrs"].get("class"))
        ]

    @property
    def tags(self):
        return {element["tag"] for element in self.elements}


def raised_by(function):
    async def app(scope, receive, send):
        function()

    return app


@pytest.fixture
def fails():
    """A function that raises this error."""

    def make(error):
        def function():
            raise error

        return function

    return make


@pytest.fixture
def debugged(drive, catch):
    """The debug answer to the exception that a function raises, in the form of this ``accept``."""

    async def make(function, accept=None, path="/", headers=(), **scope):
        app = catch(ServerErrorMiddleware(raised_by(function), debug=True))
        pairs = [*([("accept", accept)] if accept else []), *headers]
        answer = await drive.request(app, path, headers=pairs, **scope)
        assert answer.status == 500
        assert len(app.errors) == 1
        return answer

    return make


@pytest.fixture
def page(debugged):
    """The debug page of the exception that a function raises, as a `Page`."""

    async def make(function, **options):
        return Page((await debugged(function, "text/html", **options)).text)

    return make


@pytest.fixture
def text(debugged):
    """The debug text of the exception that a function raises."""

    async def make(function, **options):
        return (await debugged(function, **options)).text

    return make


@pytest.fixture
def report(debugged):
    """What the debug page says of the exception that a function raises, as data."""

    async def make(function, **options):
        return json.loads((await debugged(function, "application/json", **options)).text)

    return make


@pytest.fixture
def variable(report):
    """How a value is shown that stands in a local variable of this name."""

    async def make(value, name="value"):
        source = f"def function():\n    {name} = made\n    raise LookupError\n"
        function = generated(source, "variable.py", made=value)
        return (await report(function))["errors"][0]["frames"][0]["variables"][name]

    return make


def generated(source, filename, name="function", **names):
    """A function of this source, as if it were in a file of this name."""
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace = {"__name__": "generated", **names}
    exec(compile(source, filename, "exec"), namespace)
    return namespace[name]


@pytest.fixture(name="generated")
def generated_fixture():
    yield generated
    linecache.clearcache()


@pytest.fixture
def read_page():
    return Page
