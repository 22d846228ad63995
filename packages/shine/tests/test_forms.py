"""Forms in an application: whatever function gets a request has its form, and an error of it is a clear answer."""

from __future__ import annotations

import anyio
import pytest

from shine import (
    FormData,
    HTTPEndpoint,
    JSONResponse,
    Middleware,
    Mount,
    PlainTextResponse,
    Request,
    Route,
    Shine,
    UploadFile,
    http_middleware,
)
from shine.formparsers import MultiPartException
from shine.forms import FormError, FormLimitsMiddleware, MemorySink, PathSink, form, stream_multipart
from shine.middleware.base import BaseHTTPMiddleware

URLENCODED = {"content-type": "application/x-www-form-urlencoded"}
MULTIPART = {"content-type": "multipart/form-data; boundary=x"}

TAG = b'--x\r\nContent-Disposition: form-data; name="tag"\r\n\r\na\r\n'
FILE = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\nHello\r\n'
BODY = TAG + FILE + b"--x--\r\n"


async def described(fields):
    return [[name, value if isinstance(value, str) else (await value.read()).decode()] for name, value in items(fields)]


def items(fields):
    assert isinstance(fields, FormData)
    return fields.multi_items()


async def fields_of(request):
    async with request.form() as fields:
        return JSONResponse(await described(fields))


class Endpoint(HTTPEndpoint):
    async def post(self, request):
        return await fields_of(request)


async def awaited(request):
    fields = await request.form()
    response = JSONResponse(await described(fields))
    await request.close()
    assert all(value.file.closed for _, value in items(fields) if isinstance(value, UploadFile))
    return response


async def after_the_body(request):
    await request.body()
    return await fields_of(request)


async def by_function(request):
    async with form(request) as fields:
        return JSONResponse(await described(fields))


async def raw(scope, receive, send):
    async with form(scope, receive) as fields:
        response = JSONResponse(await described(fields))
    await response(scope, receive, send)


class Raw:
    """An endpoint that is an application; `Route` calls a plain function with a request."""

    def __init__(self, app=raw):
        self.app = app

    def __call__(self, scope, receive, send):
        return self.app(scope, receive, send)


async def parts_of(request):
    parts = [[part.name, await part.text()] async for part in request.stream_multipart()]
    return JSONResponse(parts)


async def parts_by_function(request):
    parts = [[part.name, await part.text()] async for part in stream_multipart(request)]
    return JSONResponse(parts)


FORMS = [fields_of, awaited, after_the_body, by_function, Endpoint, Raw()]
PARTS = [parts_of, parts_by_function]


@pytest.fixture
def answer(drive):
    """What an application with these routes, or with this endpoint, answers to a form in this body."""

    def post(endpoint, body, headers=MULTIPART, **arguments):
        app = endpoint if isinstance(endpoint, Shine) else Shine(routes=[Route("/", endpoint, methods=["POST"])])
        return drive.request(app, "/", "POST", body, headers=headers, **arguments)

    return post


# Forms and what is wrong with them


@pytest.mark.parametrize("endpoint", FORMS)
async def test_an_urlencoded_form(answer, endpoint):
    response = await answer(endpoint, [b"tag=a&na", b"me=Zo%C3%AB"], URLENCODED)
    assert (response.status, response.text) == (200, '[["tag","a"],["name","Zoë"]]')


@pytest.mark.parametrize("endpoint", FORMS + PARTS)
async def test_a_multipart_form(answer, endpoint):
    response = await answer(endpoint, [BODY[:40], BODY[40:]])
    assert (response.status, response.text) == (200, '[["tag","a"],["f","Hello"]]')


@pytest.mark.parametrize("endpoint", FORMS)
async def test_what_is_no_form_is_an_empty_one(answer, endpoint):
    assert (await answer(endpoint, b'{"a": 1}', {"content-type": "application/json"})).text == "[]"


MALFORMED = {
    "cut off": (MULTIPART, TAG, 400, "The form ends before its final boundary: it was cut off."),
    "no boundary": ({"content-type": "multipart/form-data"}, BODY, 400, "Missing boundary in multipart."),
    "no name": (MULTIPART, TAG.replace(b"name=", b"game="), 400, 'The Content-Disposition header field "name" must be'),
    "no header": (MULTIPART, b"--x\r\nnothing\r\n\r\na\r\n--x--", 400, "Invalid multipart data."),
    "many fields": (MULTIPART, TAG * 1001, 413, "Too many fields. Maximum number of fields is 1000."),
    "large field": (MULTIPART, TAG[:-2] + b"a" * 1024 * 1024, 413, "Part exceeded maximum size of 1024KB."),
}


@pytest.mark.parametrize("wrong", MALFORMED)
@pytest.mark.parametrize("endpoint", FORMS + PARTS)
async def test_an_error_is_the_answer(answer, endpoint, wrong):
    headers, body, status, text = MALFORMED[wrong]
    response = await answer(endpoint, body, headers)
    assert (response.status, response.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert response.text.startswith(text)


@pytest.mark.parametrize("endpoint", FORMS)
async def test_an_urlencoded_form_beyond_a_limit_is_a_413(answer, endpoint):
    response = await answer(endpoint, b"a&" * 1001, URLENCODED)
    assert (response.status, response.text) == (413, "Too many fields. Maximum number of fields is 1000.")


@pytest.mark.parametrize("endpoint", PARTS)
async def test_another_form_than_multipart_has_no_parts(answer, endpoint):
    assert (await answer(endpoint, b"a=1", URLENCODED)).status == 415


@pytest.mark.parametrize("endpoint", [parts_of, fields_of, awaited])
async def test_without_an_error_layer_the_route_answers_the_error(drive, endpoint):
    response = await drive.request(Route("/", endpoint, methods=["POST"]).app, "/", "POST", TAG, headers=MULTIPART)
    assert (response.status, response.text) == (400, MALFORMED["cut off"][3])


# Limits


def limits(**values):
    return [Middleware(FormLimitsMiddleware, **values)]


@pytest.mark.parametrize("endpoint", FORMS + PARTS)
@pytest.mark.parametrize(
    ("application", "mount", "route", "status"),
    [
        ({}, {}, {}, 200),
        ({"max_files": 0}, {}, {}, 413),
        ({}, {"max_files": 0}, {}, 413),
        ({}, {}, {"max_files": 0}, 413),
        ({"max_files": 0}, {}, {"max_files": 1}, 200),
        ({"max_files": 0}, {"max_files": 1}, {}, 200),
        ({"max_fields": 0}, {}, {"max_files": 1}, 413),
    ],
)
async def test_limits_of_an_application_a_mount_and_a_route(answer, endpoint, application, mount, route, status):
    inner = Route("/", endpoint, methods=["POST"], middleware=limits(**route))
    app = Shine(routes=[Mount("/", routes=[inner], middleware=limits(**mount))], middleware=limits(**application))
    assert (await answer(app, BODY)).status == status


@pytest.mark.parametrize("endpoint", FORMS + PARTS)
async def test_the_limit_on_bodies_is_one_on_forms(answer, endpoint):
    route = Route("/", endpoint, methods=["POST"])
    app = Shine(routes=[route], max_body_size=len(BODY))
    assert (await answer(app, [BODY[:40], BODY[40:]])).status == 200
    app = Shine(routes=[route], max_body_size=len(BODY) - 1)
    response = await answer(app, [BODY[:40], BODY[40:]])
    assert (response.status, response.text) == (413, f"The body is larger than the limit of {len(BODY) - 1} bytes.")


# Once and again


async def test_the_form_of_a_request_is_read_once(answer):
    async def endpoint(request):
        first = await request.form()
        async with request.form(max_fields=0) as second:
            return PlainTextResponse(str(first is second))

    assert (await answer(endpoint, BODY)).text == "True"


@pytest.mark.parametrize("key", [FormError, MultiPartException, 413])
async def test_a_handler_has_the_request_whose_form_failed(answer, key):
    async def endpoint(request):
        await request.form(max_fields=1)

    async def handler(request, exc):
        try:
            await request.form()
        except FormError as again:
            return PlainTextResponse(f"{type(request) is Request} {exc.message} {again.message}", 422)

    app = Shine(routes=[Route("/", endpoint, methods=["POST"])], exception_handlers={key: handler})
    message = "Too many fields. Maximum number of fields is 1."
    response = await answer(app, TAG + TAG + b"--x--")
    assert (response.status, response.text) == (422, f"True {message} {message}")


async def test_a_handler_has_the_form_that_was_read_before(answer):
    async def endpoint(request):
        await request.form()
        raise LookupError

    async def handler(request, exc):
        return await fields_of(request)

    app = Shine(routes=[Route("/", endpoint, methods=["POST"])], exception_handlers={LookupError: handler})
    assert (await answer(app, BODY)).text == '[["tag","a"],["f","Hello"]]'


@pytest.mark.parametrize("headers", [MULTIPART, URLENCODED])
@pytest.mark.parametrize("fails", ["timeout", "error"])
async def test_a_handler_has_no_form_without_its_first_fields(drive, headers, fails):
    async def endpoint(request):
        with anyio.fail_after(0.01):
            await request.form()

    async def handler(request, exc):
        with pytest.raises(RuntimeError, match=r"^The form could not be read before, and its body is lost: "):
            await request.form()
        return PlainTextResponse(type(exc).__name__, 422)

    chunks = [b"tag=a&", b"f=Hello"] if headers is URLENCODED else [TAG, FILE + b"--x--\r\n"]
    left = [{"type": "http.request", "body": chunk, "more_body": chunk is chunks[0]} for chunk in chunks]
    sent, was_late = [], False

    async def receive():
        nonlocal was_late
        if len(left) == 1 and not was_late:
            was_late = True
            if fails == "error":
                raise ConnectionResetError
            await anyio.sleep_forever()
        return left.pop(0)

    async def send(message):
        sent.append(message)

    handlers = {TimeoutError: handler, ConnectionResetError: handler}
    app = Shine(routes=[Route("/", endpoint, methods=["POST"])], exception_handlers=handlers)
    await app(drive.scope("/", "POST", headers), receive, send)
    name = "TimeoutError" if fails == "timeout" else "ConnectionResetError"
    assert [sent[0]["status"], sent[1]["body"]] == [422, name.encode()]
    assert len(left) == 1


async def test_two_tasks_cannot_read_the_form_of_a_request(answer):
    async def endpoint(request):
        found = []

        async def read():
            try:
                found.append(str((await request.form())["tag"]))
            except RuntimeError as error:
                found.append(str(error))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read)
            tasks.start_soon(read)
        await request.close()
        return JSONResponse(found)

    async def slow(scope, receive, send):
        async def late():
            await anyio.wait_all_tasks_blocked()
            return await receive()

        await Shine(routes=[Route("/", endpoint, methods=["POST"])])(scope, late, send)

    response = await answer(Raw(slow), BODY)
    assert response.text == '["Another task is reading the form of this request.","a"]'


# Middleware


@http_middleware
async def reading(request):
    async with request.form() as fields:
        response = yield
        response.headers["x-tag"] = fields["tag"]


class Dispatching(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        async with request.form() as fields:
            response = await call_next(request)
            response.headers["x-tag"] = fields["tag"]
            return response


@pytest.mark.parametrize("middleware", [reading, Dispatching])
async def test_middleware_has_the_form(answer, middleware):
    async def endpoint(request):
        return PlainTextResponse("Hello")

    app = Shine(routes=[Route("/", endpoint, methods=["POST"])], middleware=[Middleware(middleware)])
    response = await answer(app, BODY)
    assert (response.text, response.headers["x-tag"]) == ("Hello", "a")
    assert (await answer(app, TAG)).status == 400


@pytest.mark.parametrize("endpoint", FORMS + PARTS)
async def test_middleware_that_has_read_the_body_leaves_the_form(answer, endpoint):
    @http_middleware
    async def first(request):
        await request.body()
        response = yield
        async with request.form() as fields:
            response.headers["x-fields"] = str(len(fields))

    app = Shine(routes=[Route("/", endpoint, methods=["POST"])], middleware=[Middleware(first)])
    response = await answer(app, BODY)
    assert (response.text, response.headers["x-fields"]) == ('[["tag","a"],["f","Hello"]]', "2")


# Where the files go


async def test_sinks(answer, tmp_path):
    async def endpoint(request):
        def sink(part):
            return MemorySink() if request.query_params["to"] == "memory" else PathSink(tmp_path / "upload")

        async with request.form(sink=sink) as fields:
            return JSONResponse(await described(fields))

    for where in ("memory", "path"):
        response = await answer(endpoint, BODY, query_string=f"to={where}".encode())
        assert response.text == '[["tag","a"],["f","Hello"]]'
    assert await anyio.Path(tmp_path / "upload").read_bytes() == b"Hello"
