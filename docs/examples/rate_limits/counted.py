"""A bare application that tells when it let a request through: what the test counts.

LIMIT=40/second ON_FAILURE=refuse REDIS_URL=redis://localhost uvicorn counted:app

The answer is two times of one clock that all processes share: when the request came, and when it was let through. In
between it was counted.
"""

import os
import time
from typing import Any

from asgi_middleware import RateLimitMiddleware
from asgi_middleware.redis import RedisRateLimitStore
from asgi_types import Receive, Response, Scope, Send

BEGIN = "counted.begin"


async def times(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await Response(f"{scope[BEGIN]} {time.monotonic()}", media_type="text/plain")(scope, receive, send)
        return
    for _ in range(2):
        message = await receive()
        await send({"type": f"{message['type']}.complete"})


on_failure: Any = os.environ["ON_FAILURE"]
limited = RateLimitMiddleware(
    times,
    os.environ["LIMIT"],
    store=RedisRateLimitStore(os.environ["REDIS_URL"], on_failure=on_failure),
    key=lambda connection: "everybody",
)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    scope[BEGIN] = time.monotonic()
    await limited(scope, receive, send)
