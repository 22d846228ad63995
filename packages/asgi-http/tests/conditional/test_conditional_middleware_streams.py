"""A stream that nobody needs, as the client has what it would tell: how the application learns it, and what of that is
an error.
"""

from contextlib import suppress

import anyio
import pytest

from asgi_http import ClientDisconnect, ConditionalMiddleware

OLD_SERVER = {"version": "3.0", "spec_version": "2.3"}
TAGGED = {"headers": [(b"etag", b'"a"')]}
ASKED = {"if-none-match": '"a"'}


async def test_the_rest_of_a_stream_is_not_asked_for(drive, streaming):
    app = streaming(b"1", b"2", b"3", **TAGGED)
    answer = await drive.request(ConditionalMiddleware(app), headers=ASKED)
    assert (answer.status, answer.body, len(answer.messages)) == (304, b"", 2)
    assert app.sent == 0


async def test_on_older_servers_it_is_dropped(drive, streaming):
    app = streaming(b"1", b"2", b"3", **TAGGED)
    answer = await drive.request(ConditionalMiddleware(app), headers=ASKED, asgi=OLD_SERVER)
    assert (answer.status, answer.body, len(answer.messages)) == (304, b"", 2)
    assert app.sent == 3


async def test_one_that_never_ends_ends(drive):
    ended = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, **TAGGED})
        try:
            while True:
                await send({"type": "http.response.body", "body": b"x", "more_body": True})
                await anyio.lowlevel.checkpoint()
        finally:
            ended.append(True)

    with anyio.fail_after(5):
        assert (await drive.request(ConditionalMiddleware(app), headers=ASKED)).status == 304
    assert ended == [True]


@pytest.mark.parametrize("explicit", [True, False])
async def test_what_applications_make_of_a_client_that_has_gone_is_no_error(drive, explicit, streaming):
    async def app(scope, receive, send):
        try:
            await streaming(b"1", b"2", **TAGGED)(scope, receive, send)
        except OSError as exc:
            if explicit:
                raise ClientDisconnect() from exc
            raise ClientDisconnect()  # noqa: B904

    assert (await drive.request(ConditionalMiddleware(app), headers=ASKED)).status == 304


async def test_an_application_may_go_on_after_that(drive):
    errors = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, **TAGGED})
        for _ in range(3):
            try:
                await send({"type": "http.response.body", "body": b"x", "more_body": True})
            except OSError as exc:
                errors.append(exc)
        await send({"type": "http.response.body"})

    assert (await drive.request(ConditionalMiddleware(app), headers=ASKED)).status == 304
    assert len(errors) == 3


@pytest.mark.parametrize("chunks", [[b"1"], [b"1", b"2"]])
async def test_another_error_is_an_error(drive, chunks, streaming):
    async def app(scope, receive, send):
        with suppress(OSError):
            await streaming(*chunks, **TAGGED)(scope, receive, send)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await drive.request(ConditionalMiddleware(app), headers=ASKED)


# Groups of errors


async def test_a_group_of_what_that_caused_is_no_error(drive, streaming):
    async def app(scope, receive, send):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(streaming(b"1", b"2", **TAGGED), scope, receive, send)

    assert (await drive.request(ConditionalMiddleware(app), headers=ASKED)).status == 304


async def test_a_group_in_a_group(drive, streaming):
    async def app(scope, receive, send):
        try:
            await streaming(b"1", b"2", **TAGGED)(scope, receive, send)
        except OSError as exc:
            raise ExceptionGroup("all", [exc, ExceptionGroup("of it", [exc, exc])]) from None

    assert (await drive.request(ConditionalMiddleware(app), headers=ASKED)).status == 304


async def test_a_group_with_another_error_is_an_error(drive, streaming):
    async def app(scope, receive, send):
        try:
            await streaming(b"1", b"2", **TAGGED)(scope, receive, send)
        except OSError as exc:
            raise ExceptionGroup("some", [exc, KeyError("mine")])  # noqa: B904

    with pytest.raises(ExceptionGroup, match="some") as raised:
        await drive.request(ConditionalMiddleware(app), headers=ASKED)
    assert isinstance(raised.value.exceptions[1], KeyError)
