import functools
import threading

import pytest
from anyio import to_thread

from asgi_middleware import ExceptionMiddleware
from asgi_types import Response


class AsyncHandler:
    async def __call__(self, connection, error):
        return Response(f"{error} on loop: {threading.get_ident() == connection.scope['state']['loop']}")


class SyncHandler:
    def __call__(self, connection, error):
        return Response(f"{error} on loop: {threading.get_ident() == connection.scope['state']['loop']}")


async def with_prefix(prefix, connection, error):
    return await AsyncHandler()(connection, f"{prefix} {error}")


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (AsyncHandler(), "no on loop: True"),
        (AsyncHandler().__call__, "no on loop: True"),
        (functools.partial(with_prefix, "well,"), "well, no on loop: True"),
        (SyncHandler(), "no on loop: False"),
        (SyncHandler().__call__, "no on loop: False"),
        (lambda connection, error: Response("lambda"), "lambda"),
    ],
)
async def test_async_handlers_run_on_the_loop_and_others_in_a_thread(drive, raising, handler, expected):
    app = ExceptionMiddleware(raising(ValueError("no")), {ValueError: handler})
    answer = await drive.request(app, state={"loop": threading.get_ident()})
    assert answer.text == expected


async def test_a_handler_in_a_thread_leaves_the_limiter_as_it_was(drive, raising):
    limiter = to_thread.current_default_thread_limiter()
    borrowed = []

    def handler(connection, error):
        borrowed.append(limiter.borrowed_tokens)

    await drive.request(ExceptionMiddleware(raising(ValueError()), {ValueError: handler}))
    assert (borrowed, limiter.borrowed_tokens) == ([1], 0)
