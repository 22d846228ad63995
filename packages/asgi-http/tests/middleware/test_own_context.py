"""A middleware whose application has a copy of the context variables, as if it ran in a task of its own."""

from contextvars import ContextVar

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import BackgroundTask, BaseHTTPMiddleware, PlainTextResponse, StreamingResponse

variable = ContextVar("variable", default="nothing")


class Apart(BaseHTTPMiddleware):
    copies_context = True


class Within(Apart):
    """Sets the variable for the time of ``call_next``, as those do that keep the number of a request."""

    def __init__(self, app, name="within"):
        super().__init__(app)
        self.name = name

    async def dispatch(self, request, call_next):
        token = variable.set(self.name)
        try:
            await checkpoint()
            return await call_next(request)
        finally:
            variable.reset(token)


async def streaming(scope, receive, send):
    async def chunks():
        for _ in range(2):
            await checkpoint()
            yield f"{variable.get()} "

    await StreamingResponse(chunks())(scope, receive, send)


async def test_a_stream_has_the_variables_of_the_call(drive):
    assert (await drive.request(Within(streaming))).text == "within within "
    assert (await drive.request(Within(Within(streaming, "inner")))).text == "inner inner "
    assert variable.get() == "nothing"


async def test_a_stream_from_a_task(drive):
    async def from_a_task(scope, receive, send):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(streaming, scope, receive, send)

    assert (await drive.request(Within(from_a_task))).text == "within within "


async def test_background_work_has_the_variables_of_the_call(drive):
    seen = []

    async def work():
        seen.append(variable.get())

    await drive.request(Within(PlainTextResponse("a", background=BackgroundTask(work))))
    assert seen == ["within"]


async def test_the_function_does_not_see_what_the_application_sets(drive):
    seen = []

    async def setting(scope, receive, send):
        variable.set("inside")
        await PlainTextResponse(variable.get())(scope, receive, send)
        seen.append(variable.get())

    async def dispatch(request, call_next):
        response = await call_next(request)
        seen.append(variable.get())
        return response

    assert (await drive.request(Apart(setting, dispatch))).text == "inside"
    assert seen == ["nothing", "inside"]
    assert variable.get() == "nothing"


@pytest.mark.parametrize("fails", [False, True])
async def test_what_the_function_sets_and_keeps_holds_outside(drive, fails):
    async def dispatch(request, call_next):
        variable.set("kept")
        if fails:
            raise LookupError("too bad")
        return await call_next(request)

    try:
        if fails:
            with pytest.raises(LookupError):
                await drive.request(Apart(PlainTextResponse("a"), dispatch))
        else:
            await drive.request(Apart(PlainTextResponse("a"), dispatch))
        assert variable.get() == "kept"
    finally:
        variable.set("nothing")


async def test_an_application_that_is_called_again_has_what_is_set_by_then(drive):
    async def telling(scope, receive, send):
        await PlainTextResponse(variable.get())(scope, receive, send)

    async def dispatch(request, call_next):
        variable.set("first")
        first = await (await call_next(request)).read()
        variable.set("second")
        return PlainTextResponse(first + b" " + await (await call_next(request)).read())

    try:
        assert (await drive.request(Apart(telling, dispatch))).text == "first second"
    finally:
        variable.set("nothing")


async def test_it_is_cancelled_where_it_waits(drive):
    seen, cancels = [], []

    async def waiting(scope, receive, send):
        cancels[0].cancel()
        try:
            await anyio.sleep_forever()
        finally:
            seen.append(variable.get())

    async def dispatch(request, call_next):
        variable.set("timed")
        with anyio.CancelScope() as cancel:
            cancels.append(cancel)
            await call_next(request)
        return PlainTextResponse("too late")

    try:
        assert (await drive.request(Apart(waiting, dispatch))).text == "too late"
        assert seen == ["timed"]
    finally:
        variable.set("nothing")


async def test_an_error_of_the_application_is_raised_by_the_call(drive, failing):
    async def dispatch(request, call_next):
        try:
            return await call_next(request)
        except LookupError as error:
            return PlainTextResponse(f"{error}")

    assert (await drive.request(Apart(failing, dispatch))).text == "no such thing"
