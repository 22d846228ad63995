"""Functions for those only who have been granted scopes."""

from __future__ import annotations

import functools
import inspect

import pytest

from asgi_middleware import AuthCredentials, ExceptionMiddleware, has_required_scope, requires
from asgi_types import URL, HTTPConnection, HTTPException, Response, is_async_callable


class WebSocket(HTTPConnection):
    """The part of a WebSocket that is asked for."""

    closed = None

    async def close(self, code, reason):
        self.closed = code, reason


def connection(*granted, kind="http", **more):
    view = HTTPConnection if kind == "http" else WebSocket
    return view({"type": kind, "path": "/secret", "auth": AuthCredentials(granted), **more})


@pytest.mark.parametrize(
    ("granted", "wanted", "expected"),
    [
        ([], [], True),
        (["a"], [], True),
        (["a"], ["a"], True),
        (["a", "b"], ["b", "a"], True),
        (["a"], ["a", "b"], False),
        ([], ["a"], False),
        (["admin"], "admin", True),
        (["a", "d", "m", "i", "n"], "admin", False),
        (["a"], ("a",), True),
    ],
)
def test_has_required_scope(granted, wanted, expected):
    assert has_required_scope(connection(*granted), wanted) is expected
    if expected:
        assert requires(wanted)(lambda request: "in")(connection(*granted)) == "in"
    else:
        with pytest.raises(HTTPException):
            requires(wanted)(lambda request: "in")(connection(*granted))


def test_without_the_middleware_it_is_an_error_that_tells_the_fix():
    with pytest.raises(AssertionError, match="AuthenticationMiddleware must be installed"):
        has_required_scope(HTTPConnection({"type": "http"}), ["a"])
    with pytest.raises(AssertionError, match="AuthenticationMiddleware must be installed"):
        requires("a")(lambda request: None)(HTTPConnection({"type": "http"}))


# What can be decorated


def sync_function(request, **more):
    return "in", more


async def async_function(request, **more):
    return "in", more


def second(number, request=None, **more):
    return "in", more


async def only_by_name(*, request, **more):
    return "in", more


class Endpoint:
    @requires("a")
    def get(self, request, **more):
        return "in", more

    @requires("a")
    async def post(self, request, **more):
        return "in", more

    @staticmethod
    @requires("a")
    def put(request, **more):
        return "in", more

    @classmethod
    @requires("a")
    def patch(cls, request, **more):
        return "in", more


class Callable:
    def __init__(self):
        self.name = "callable"

    async def __call__(self, request, **more):
        return "in", more


FUNCTIONS = [
    requires("a")(sync_function),
    requires("a")(async_function),
    requires("a")(functools.partial(sync_function, x=1)),
    requires("a")(functools.partial(async_function, x=1)),
    functools.partial(requires("a")(second), 1),
    requires("a")(functools.partial(second, 1)),
    requires("a")(only_by_name),
    requires("a")(Callable()),
    Endpoint().get,
    Endpoint().post,
    Endpoint.put,
    Endpoint.patch,
    requires("a")(requires("b")(sync_function)),
]


async def result(value):
    return await value if inspect.isawaitable(value) else value


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: getattr(function, "__name__", "object"))
@pytest.mark.parametrize("is_by_name", [False, True])
async def test_functions_of_every_kind(function, is_by_name):
    async def call(request, **more):
        if is_by_name or function is FUNCTIONS[6]:
            return await result(function(request=request, **more))
        return await result(function(request, **more))

    found, more = await call(connection("a", "b"), y=2)
    assert (found, more["y"]) == ("in", 2)
    with pytest.raises(HTTPException) as caught:
        await call(connection("b"))
    assert (caught.value.status_code, caught.value.detail) == (403, "Forbidden")


@pytest.mark.parametrize(
    "function",
    [sync_function, async_function, second, only_by_name, Callable()],
    ids=lambda function: getattr(function, "__name__", "object"),
)
def test_what_is_decorated_looks_as_before(function):
    decorated = requires("a")(function)
    assert inspect.signature(decorated) == inspect.signature(function)
    assert is_async_callable(decorated) is is_async_callable(function)
    assert decorated.__wrapped__ is function
    if inspect.isfunction(function):
        assert (decorated.__name__, decorated.__doc__) == (function.__name__, function.__doc__)


def test_what_has_no_such_parameter_is_refused_at_once():
    with pytest.raises(TypeError, match='No "request" or "websocket" argument on function'):
        requires("a")(lambda req: None)


def test_the_first_of_both_counts():
    decorated = requires("a")(lambda request, websocket: "in")
    assert decorated(connection("a"), None) == "in"


@pytest.mark.parametrize(
    ("args", "kwargs"), [((), {}), ((None,), {}), ((1,), {}), ((), {"request": "a"}), ((), {"other": 1})], ids=str
)
async def test_what_is_no_connection_is_an_error(args, kwargs):
    for function in (sync_function, async_function):
        with pytest.raises(AssertionError, match="The argument 'request' must be a request or a WebSocket"):
            await result(requires("a")(function)(*args, **kwargs))


async def test_status(drive):
    def app(status):
        @requires("a", status_code=status)
        async def endpoint(request):
            return Response("in")

        async def adapter(scope, receive, send):
            await (await endpoint(HTTPConnection(scope)))(scope, receive, send)

        return ExceptionMiddleware(adapter)

    for status, text in [(403, "Forbidden"), (401, "Unauthorized"), (404, "Not Found")]:
        answer = await drive.request(app(status), auth=AuthCredentials())
        assert (answer.status, answer.text) == (status, text)
        assert (await drive.request(app(status), auth=AuthCredentials(["a"]))).text == "in"


# Redirects


class Router:
    def url_path_for(self, name):
        return self

    def make_absolute_url(self, base_url):
        return URL("https://example.org/sign in/ä")


@pytest.mark.parametrize("function", [sync_function, async_function])
async def test_a_redirect(function):
    decorated = requires("a", redirect="login", status_code=404)(function)
    scope = {
        "scheme": "https",
        "headers": [(b"host", b"example.org")],
        "query_string": b"a=1&b=%20",
        "router": Router(),
    }
    response = await result(decorated(connection(**scope)))
    assert type(response) is Response
    assert (response.status_code, response.body) == (303, b"")
    assert response.headers["location"] == (
        "https://example.org/sign%20in/%C3%A4?next=https%3A%2F%2Fexample.org%2Fsecret%3Fa%3D1%26b%3D%2520"
    )
    assert await result(decorated(connection("a", **scope))) == ("in", {})


class ForeignRequest:
    """A request of another framework."""

    def __init__(self, *granted):
        self.scope = {"type": "http"}
        self.auth = AuthCredentials(granted)
        self.url = "http://example.org/secret?a=é"

    def url_for(self, name):
        return f"http://example.org/{name}"


async def test_a_refusal_has_the_headers_it_is_given():
    @requires("read", status_code=401, headers={"WWW-Authenticate": "Basic"})
    async def endpoint(request):
        raise AssertionError

    with pytest.raises(HTTPException) as caught:
        await endpoint(HTTPConnection({"type": "http", "auth": AuthCredentials()}))
    assert (caught.value.status_code, caught.value.headers) == (401, {"WWW-Authenticate": "Basic"})


@pytest.mark.parametrize("function", [sync_function, async_function])
async def test_a_redirect_is_raised_where_our_response_is_not_known(function):
    decorated = requires("a", redirect="login")(function)
    assert await result(decorated(ForeignRequest("a"))) == ("in", {})
    with pytest.raises(HTTPException) as caught:
        await result(decorated(ForeignRequest()))
    assert (caught.value.status_code, caught.value.detail) == (303, "")
    location = "http://example.org/login?next=http%3A%2F%2Fexample.org%2Fsecret%3Fa%3D%C3%A9"
    assert caught.value.headers == {"location": location}


# WebSockets


async def test_websockets():
    @requires("a")
    async def endpoint(websocket, number):
        return number

    websocket = connection("a", kind="websocket")
    assert (await endpoint(websocket, 1), websocket.closed) == (1, None)
    assert await endpoint(websocket=websocket, number=2) == 2
    refused = connection(kind="websocket")
    assert await endpoint(refused, 1) is None
    assert refused.closed == (3003, "Forbidden")


@pytest.mark.parametrize(("status", "code"), [(401, 3000), (403, 3003), (404, 1008)])
async def test_a_websocket_is_closed_by_the_code_of_the_status(status, code):
    @requires("a", status_code=status, redirect="login")
    async def endpoint(websocket):
        raise AssertionError

    websocket = connection(kind="websocket")
    await endpoint(websocket)
    assert websocket.closed[0] == code


async def test_a_websocket_below_an_error_layer(drive):
    @requires("a", 401)
    async def endpoint(websocket):
        raise AssertionError

    async def adapter(scope, receive, send):
        await endpoint(WebSocket(scope))

    app = ExceptionMiddleware(adapter)
    answer = await drive.websocket(app, auth=AuthCredentials(), extensions={"websocket.http.response": {}})
    assert (answer.status, answer.text) == (401, "Unauthorized")
    answer = await drive.websocket(app, auth=AuthCredentials())
    assert answer.messages == [{"type": "websocket.close", "code": 3000, "reason": "Unauthorized"}]


async def test_methods_for_websockets():
    class Session:
        @requires("a")
        async def on_connect(self, websocket):
            return "in"

    assert await Session().on_connect(connection("a", kind="websocket")) == "in"
    websocket = connection(kind="websocket")
    await Session().on_connect(websocket)
    assert websocket.closed == (3003, "Forbidden")
