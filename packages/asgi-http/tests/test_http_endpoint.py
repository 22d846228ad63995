import functools
import threading

import pytest

from asgi_http import (
    ClientDisconnect,
    HTTPEndpoint,
    HTTPException,
    JSONResponse,
    PlainTextResponse,
    Request,
    request_response,
)
from asgi_types import GUARD, VIEW

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")


def here(request):
    where = "on the loop" if threading.get_ident() == request.scope["state"]["loop"] else "in a thread"
    return PlainTextResponse(f"{request.method} {where}", headers={"x-method": request.method})


async def ask(drive, endpoint, method="GET", **more):
    return await drive.request(endpoint, "/", method, state={"loop": threading.get_ident()}, **more)


class Both(HTTPEndpoint):
    async def get(self, request):
        return here(request)

    def post(self, request):
        return here(request)


class Every(HTTPEndpoint):
    async def get(self, request):
        return here(request)

    head = post = put = patch = delete = options = query = get


# Dispatch


@pytest.mark.parametrize(("method", "text"), [("GET", "GET on the loop"), ("POST", "POST in a thread")])
async def test_a_method_answers_async_or_in_a_thread(drive, method, text):
    answer = await ask(drive, Both, method)
    assert (answer.status, answer.text) == (200, text)


@pytest.mark.parametrize("method", METHODS)
async def test_each_http_method_has_its_method(drive, method):
    assert (await ask(drive, Every, method)).headers["x-method"] == method


async def test_head_falls_back_to_get(drive):
    answer = await ask(drive, Both, "HEAD")
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "16", b"")


async def test_head_may_have_a_method_of_its_own(drive):
    class Endpoint(Both):
        async def head(self, request):
            return PlainTextResponse(headers={"x-own": "yes"})

    assert (await ask(drive, Endpoint, "HEAD")).headers["x-own"] == "yes"


async def test_any_callable_is_a_method(drive):
    async def function(request):
        return here(request)

    class Endpoint(HTTPEndpoint):
        get = staticmethod(function)
        post = staticmethod(functools.partial(function))

    for method in ("GET", "POST"):
        assert (await ask(drive, Endpoint, method)).text == f"{method} on the loop"


async def test_each_request_has_an_instance_with_its_channels(drive):
    seen = []

    class Endpoint(HTTPEndpoint):
        async def get(self, request):
            seen.append(self)
            assert (request.scope, request.receive, request._send) == (self.scope, self.receive, self.send)
            return PlainTextResponse()

    await drive.request(Endpoint)
    await drive.request(Endpoint)
    assert seen[0] is not seen[1]


async def test_the_body_is_there(drive):
    class Endpoint(HTTPEndpoint):
        async def post(self, request):
            return JSONResponse(await request.json())

    assert (await drive.request(Endpoint, "/", "POST", [b"[1,", b"2]"])).body == b"[1,2]"


async def test_the_request_class_can_be_another(drive):
    class Special(Request):
        pass

    class Endpoint(HTTPEndpoint):
        request_class = Special

        async def get(self, request):
            return PlainTextResponse(type(request).__name__)

    assert (await drive.request(Endpoint)).text == "Special"


async def test_dispatch_can_be_overridden(drive):
    class Endpoint(Both):
        async def dispatch(self):
            if self.scope["path"] == "/closed":
                await PlainTextResponse("Closed.", 503)(self.scope, self.receive, self.send)
            else:
                await super().dispatch()

    assert (await ask(drive, Endpoint)).text == "GET on the loop"
    assert (await drive.request(Endpoint, "/closed")).status == 503


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
def test_other_scopes_are_refused(kind):
    with pytest.raises(AssertionError, match=f"Not an HTTP request's scope: '{kind}'"):
        Both({"type": kind}, None, None)


# What is not allowed


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        (HTTPEndpoint, ""),
        (Both, "GET, HEAD, POST"),
        (type("Delete", (HTTPEndpoint,), {"delete": Every.get}), "DELETE"),
        (type("Head", (HTTPEndpoint,), {"head": Every.get}), "HEAD"),
        (type("Without", (Both,), {"post": None}), "GET, HEAD"),
        (Every, ", ".join(METHODS)),
    ],
)
async def test_another_method_is_a_405_that_names_those_there_are(drive, endpoint, allowed):
    answer = await drive.request(endpoint, "/", "PROPFIND")
    assert (answer.status, answer.text) == (405, "Method Not Allowed")
    assert answer.headers["allow"] == allowed
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "method", ["DISPATCH", "SCOPE", "METHOD_NOT_ALLOWED", "__INIT__", "REQUEST_CLASS", "OWN", "get"]
)
async def test_a_client_cannot_call_what_is_no_http_method(drive, method):
    class Endpoint(Both):
        def own(self, request):
            pytest.fail("It was called.")

    answer = await ask(drive, Endpoint, method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_http_methods_can_be_added(drive):
    class Endpoint(Both):
        http_methods = (*HTTPEndpoint.http_methods, "PROPFIND")
        propfind = Both.get

    assert (await ask(drive, Endpoint, "PROPFIND")).text == "PROPFIND on the loop"
    assert (await ask(drive, Endpoint, "PUT")).headers["allow"] == "GET, HEAD, POST, PROPFIND"


async def test_the_error_layer_answers_a_405_where_there_is_one(drive):
    scope = drive.scope(method="PUT")
    scope[GUARD] = "the promise that it is answered above"
    with pytest.raises(HTTPException) as caught:
        await drive.events(Both, scope, [])
    assert (caught.value.status_code, caught.value.headers) == (405, {"Allow": "GET, HEAD, POST"})
    assert type(scope[VIEW]) is Request


@pytest.mark.parametrize("is_async", [True, False])
async def test_the_405_can_be_overridden(drive, is_async):
    class Endpoint(Both):
        if is_async:

            async def method_not_allowed(self, request):
                return PlainTextResponse(f"No {request.method} here.", 405)

        else:

            def method_not_allowed(self, request):
                return PlainTextResponse(f"No {request.method} here.", 405)

    assert (await ask(drive, Endpoint, "PUT")).text == "No PUT here."


# What methods raise


def raising(error):
    class Endpoint(HTTPEndpoint):
        async def get(self, request):
            raise error

        def post(self, request):
            raise error

    return Endpoint


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_refusal_is_answered(drive, method):
    answer = await drive.request(raising(HTTPException(403, "Not for you.")), "/", method)
    assert (answer.status, answer.text) == (403, "Not for you.")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_error_is_raised_and_leaves_its_request(drive, method):
    error = LookupError()
    scope = drive.scope(method=method)
    with pytest.raises(LookupError) as caught:
        await drive.events(raising(error), scope, [])
    assert caught.value is error
    assert type(scope[VIEW]) is Request


async def test_a_disconnect_ends_it_without_an_answer(drive):
    answer = await drive.events(raising(ClientDisconnect()), drive.scope(), [])
    assert answer.messages == []


async def test_no_response_is_a_type_error_that_names_the_method(drive):
    class Endpoint(HTTPEndpoint):
        async def get(self, request):
            return {"a": 1}

    with pytest.raises(TypeError, match=r"Endpoint\.get returned dict, not a response"):
        await drive.request(Endpoint)


async def test_it_is_what_a_function_would_be(drive):
    """The two adapters give the same messages and leave the same in the scope."""

    async def function(request):
        return here(request)

    of_class, of_function = await ask(drive, Every), await ask(drive, request_response(function))
    assert of_class.messages == of_function.messages
    assert of_class.scope.keys() == of_function.scope.keys()
