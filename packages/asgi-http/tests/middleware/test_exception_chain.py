"""What an application makes of the error that ends its stream, and what it must not be taken for."""

import anyio
import pytest

from asgi_http import PlainTextResponse

START = {"type": "http.response.start", "status": 200, "headers": []}


async def endless(scope, receive, send):
    await send(START)
    while True:
        await send({"type": "http.response.body", "body": b"x", "more_body": True})


async def instead(response):
    return PlainTextResponse("Instead.")


async def reraise(error):
    raise error


async def caused(error):
    raise RuntimeError("Could not send.") from error


class ClientDisconnect(Exception):  # noqa: N818
    """Starlette's, which has nothing to do with ours but the name."""


async def told_as_a_disconnect(error):
    raise ClientDisconnect


async def told_as_another_error_of_the_system(error):
    raise ConnectionError


async def in_a_circle(error):
    wrapper = RuntimeError("around it")
    error.__context__ = wrapper
    wrapper.__context__ = error
    raise wrapper from error


async def raised_out_of_its_own_group(error):
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(reraise, error)


async def collapsed(error):
    try:
        await raised_out_of_its_own_group(error)
    except ExceptionGroup as group:
        raise group.exceptions[0] from group


async def several(error):
    wrapper = RuntimeError("around it")
    wrapper.__cause__ = error
    wrappers = []
    for _ in range(2):
        wrappers.append(LookupError())
        wrappers[-1].__cause__ = wrapper
    raise ExceptionGroup("all", [error, ExceptionGroup("nested", wrappers)])


async def caused_by_a_group(error):
    raise RuntimeError("Could not send.") from ExceptionGroup("all", [ClientDisconnect(), error])


@pytest.mark.parametrize(
    "fail",
    [
        reraise,
        caused,
        told_as_a_disconnect,
        told_as_another_error_of_the_system,
        in_a_circle,
        raised_out_of_its_own_group,
        collapsed,
        several,
    ],
)
async def test_what_the_error_is_made_into_ends_quietly(drive, form, fail):
    async def app(scope, receive, send):
        try:
            await endless(scope, receive, send)
        except OSError as error:
            await fail(error)

    assert (await drive.request(form(after=instead)(app))).text == "Instead."


async def failing_meanwhile(error):
    raise LookupError("of the application")


async def mixed(error):
    raise ExceptionGroup("all", [error, LookupError("of the application")])


@pytest.mark.parametrize("fail", [failing_meanwhile, mixed, caused_by_a_group])
async def test_a_failure_of_its_own_comes_out(drive, form, fail):
    async def app(scope, receive, send):
        try:
            await endless(scope, receive, send)
        except OSError as error:
            await fail(error)

    with pytest.raises((LookupError, ExceptionGroup, RuntimeError)):
        await drive.request(form(after=instead)(app))


@pytest.mark.parametrize("begins", [False, True])
async def test_errors_in_a_circle_come_out_as_they_are(drive, form, begins):
    first, second, third = OSError("first"), OSError("second"), ExceptionGroup("third", [OSError("in it")])
    third.__context__, third.exceptions[0].__context__ = second, third

    async def app(scope, receive, send):
        if begins:
            with pytest.raises(OSError, match="answered by itself"):
                await endless(scope, receive, send)
        first.__context__, second.__context__ = second, first
        raise third if begins else first

    with pytest.raises((OSError, ExceptionGroup)) as raised:
        await drive.request(form(after=instead)(app))
    assert raised.value in (first, third)
