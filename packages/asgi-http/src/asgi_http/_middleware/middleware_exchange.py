"""One request on its way through one middleware: two coroutines that take turns in one task.

The outer one is the middleware's: it decides and sends what it decided on. The inner one is the application, which runs
where the server called it, as if there were no middleware. The outer one is driven by hand, from inside the ``send``
that the application is given, and stops when it waits for the application to say more. So there is no task and no
queue, context variables are the same for both, and nothing is kept back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Generator
from types import coroutine
from typing import Any, Final, cast

from asgi_types import VIEW, ASGIApp, Message, Receive, Response, Scope, Send

from .._disconnect import ClientDisconnect, has_disconnected
from .._request import Request
from .inner_response import InnerBody, InnerResponse
from .replayed_body import receive_for

# What the outer coroutine is doing, or waiting for.
RUNNING: Final = "running"
CALL: Final = "the application to be called"
START: Final = "the start of the response"
PART: Final = "a part of the body"
END: Final = "the end of the response"
FINISHED: Final = "finished"

TRAILERS: Final = "http.response.trailers"
TASK_NOTE: Final = (
    "The application sends its response from a task of its own, and so the middleware goes on in that task: what it "
    "entered or set before cannot be left or reset there. That goes for cancel scopes and tokens of context variables."
)
RESPONSE_MESSAGES: Final = frozenset(
    {"http.response.start", "http.response.body", "http.response.pathsend", "http.response.zerocopysend", TRAILERS}
)
"""What a response is made of. Hints, pushes and debug messages are none of it and go to the server as they are."""


class ResponseAbandonedError(OSError):
    """What ``send`` raises into an application whose response nobody wants any more, as if the client had gone."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__("The middleware has answered by itself.")
        self.exchange = exchange


@coroutine
def _suspend(exchange: object) -> Generator[object, Any, Any]:
    return (yield exchange)


class Exchange:
    """Runs a middleware's coroutine around an application, for one request.

    ``scope``, ``receive`` and ``send`` are those of the middleware.
    """

    __slots__ = (
        *("_answer", "_app", "_call", "_failure", "_lost", "_outer", "_passes", "_request", "_waits_for"),
        *("receive", "response", "scope", "send"),
    )

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self.scope = scope
        self.receive = receive
        self.send = send
        self.response: InnerResponse | None = None  # what the application began, while it goes on
        self._answer: InnerResponse | None = None  # that response, once the middleware has let it pass
        self._passes = False
        self._failure: Exception | None = None
        self._lost: OSError | None = None  # what `send` raised while the middleware waited for the end
        self._outer: Any
        self._call: Awaitable[None] | None

    async def run(self, outer: Coroutine[Any, Any, None], request: Request[Any]) -> None:
        """Run ``outer``, and the application whenever it asks for that."""
        self._outer = outer
        try:
            await self._drive(None)
            while self._waits_for == CALL:
                await self._run_app()
            if self._answer is not None and self._answer.background is not None:
                await self._answer.background()
        except Exception as exc:
            if isinstance(exc, ClientDisconnect) and await self._has_disconnected(exc):
                return
            self.scope.setdefault(VIEW, request)
            raise
        finally:
            if self._waits_for != RUNNING:  # else in another task, whose business it is
                outer.close()
            self._answer = self._call = self._failure = self._lost = None  # they refer to this object

    # What the outer coroutine calls.

    @property
    def has_begun(self) -> bool:
        """Whether the application's response is the one that is sent."""
        return self._answer is not None

    async def call_next(self, request: Request[Any]) -> Response:
        """Run the application; its response as soon as it begins.

        What the application raises before that is raised here, and then it may be called again. A call that follows a
        response gives that one up. Raises `RuntimeError` if there is no response, and in another task than the
        middleware's.
        """
        self.require_own_task("call_next")
        self._request = request
        response: Response = await self._wait(CALL)
        return response

    async def next_part(self, body: InnerBody) -> Message:
        """The next message of ``body``; raises what the application raises."""
        if self.response is None or body is not self.response.inner_body:
            raise RuntimeError("This response is over: read its body before the application is called again or ends.")
        message: Message = await self._wait(PART)
        return message

    async def respond(self, response: ASGIApp) -> None:
        """Answer with ``response``. The application's own goes on by itself if its body was left alone."""
        if self._lets_pass(response):
            self._passes = True
        else:
            await self._send_response(response)

    async def complete(self, response: ASGIApp) -> None:
        """Answer with ``response``, and wait until its last part is sent; raises what prevents that."""
        if self._lets_pass(response):
            await self._wait(END)
        else:
            await self._send_response(response)

    def require_own_task(self, name: str) -> None:
        """Raise `RuntimeError` in any other task than the one that runs the middleware now."""
        if not self._outer.cr_running:
            raise RuntimeError(
                f"{name} was awaited in another task than the middleware runs in. asyncio.wait_for makes one before "
                "Python 3.12: use `async with asyncio.timeout(...)` or `with anyio.fail_after(...)` instead, and "
                "create_task or start_soon for the other thing that is to run meanwhile."
            )

    def _lets_pass(self, response: ASGIApp) -> bool:
        inner = self.response
        if inner is None or response is not inner:
            return False
        self._answer = inner
        return inner.is_untouched

    async def _send_response(self, response: Any) -> None:
        if self._answer is not None:
            await self._answer.send_to(self.scope, self.send)
            return
        _require_response(response)
        await response(self.scope, self.receive, self.send)

    def _wait(self, event: str) -> Awaitable[Any]:
        self._waits_for = event
        return _suspend(self)

    # What drives the outer coroutine.

    @coroutine
    def _drive(self, value: object, error: BaseException | None = None) -> Generator[Any, Any, None]:
        """Run the outer coroutine on until it waits for the application or ends."""
        outer = self._outer
        self._waits_for = RUNNING
        try:
            signal = outer.send(value) if error is None else outer.throw(error)
            while signal is not self:
                # It waits for something else, and that is the event loop's business.
                try:
                    value = yield signal
                except BaseException as exc:
                    signal = outer.throw(exc)
                else:
                    signal = outer.send(value)
        except StopIteration:
            self._waits_for = FINISHED
        except BaseException:
            self._waits_for = FINISHED
            raise
        finally:
            del error  # its traceback refers to this frame

    async def _run_app(self) -> None:
        request = self._begin_call()
        error: BaseException | None = None
        try:
            call = self._call = self._app(request.scope, receive_for(request), self._send)
            await call
        except BaseException as exc:
            if self._is_abandoned(exc):
                self.scope.pop(VIEW, None)
            else:
                error = exc
        self.response = None
        try:
            if self._failure is not None:
                if error is not None:
                    self._failure.add_note(f"The application failed as well: {error!r}")
                raise self._failure
            if self._waits_for == RUNNING and error is None:
                raise RuntimeError("The application ended while it was still sending: await what send() returns.")
            if self._waits_for in (RUNNING, FINISHED):
                if error is not None:
                    raise error
            elif error is not None:
                await self._drive(None, error)
                self.scope.pop(VIEW, None)  # what failed there is no failure here
            elif self._waits_for != CALL:
                await self._drive(None, await self._nothing_more())
        finally:
            del error

    def _begin_call(self) -> Request[Any]:
        self._waits_for = START
        return self._request

    async def _nothing_more(self) -> Exception:
        """Why the application ended too early: the client has gone, or it is wrong."""
        disconnect = ClientDisconnect()
        disconnect.__cause__ = self._lost
        if await self._has_disconnected(disconnect):
            return disconnect
        if self._waits_for == START:
            return RuntimeError("No response returned.")
        return RuntimeError("The application ended before its response did: the last part of a body has no more_body.")

    async def _has_disconnected(self, disconnect: ClientDisconnect) -> bool:
        # It may also be that of another request, made in here, and then it is an error like any other.
        return isinstance(disconnect.__cause__, OSError) or await has_disconnected(self.scope, self.receive)

    def _is_abandoned(self, exc: BaseException) -> bool:
        if isinstance(exc, BaseExceptionGroup):
            return all(map(self._is_abandoned, cast("BaseExceptionGroup[BaseException]", exc).exceptions))
        if isinstance(exc, ResponseAbandonedError):
            return exc.exchange is self
        cause = exc.__cause__ or (exc.__context__ if isinstance(exc, (ClientDisconnect, OSError)) else None)
        return cause is not None and self._is_abandoned(cause)

    # What the application sends through.

    def _send(self, message: Message) -> Awaitable[None]:
        if self._passes or message["type"] not in RESPONSE_MESSAGES:
            return self.send(message)
        return self._hear(message)

    async def _hear(self, message: Message) -> None:
        kind = message["type"]
        event = self._waits_for
        if event == START and kind == "http.response.start":
            self.response = response = InnerResponse(self, message)
            await self._tell(response)
            if self._passes:
                await self.send(response.start())
            elif self._waits_for == END:
                await self._send_while_awaited(response.start())
        elif event == PART and kind != "http.response.start":
            await self._tell(message)
        elif event == END:
            await self._send_while_awaited(message)
        elif event in (CALL, FINISHED):
            await self._drop(message)
        else:
            raise RuntimeError(f"{kind} was sent out of order, while the middleware waited for {event}.")

    async def _send_while_awaited(self, message: Message) -> None:
        try:
            await self.send(message)
        except OSError as error:
            self._lost = error
            raise
        if self._is_last(message):
            try:
                await self._drive(None)
            except Exception as exc:
                self._failure = exc  # the response is whole, and what the application does after it goes on

    async def _tell(self, value: object) -> None:
        try:
            await self._drive(value)
        except Exception as exc:
            self._failure = exc  # raised from `run`: it is none of the application's business
            if isinstance(exc, (RuntimeError, ValueError)) and not getattr(self._call, "cr_running", True):
                exc.add_note(TASK_NOTE)
        if self._failure is not None or self._waits_for == CALL:
            raise ResponseAbandonedError(self)

    async def _drop(self, message: Message) -> None:
        if self._waits_for == CALL or self._failure is not None or message.get("more_body", False):
            raise ResponseAbandonedError(self)
        if message["type"] == TRAILERS and self._answer is not None:
            await self.send(message)

    def _is_last(self, message: Message) -> bool:
        kind = message["type"]
        if kind == "http.response.start":
            return False
        if kind == TRAILERS:
            return not message.get("more_trailers", False)
        assert self.response is not None
        return not (message.get("more_body", False) or self.response.has_trailers)


def _require_response(value: object) -> None:
    if not callable(value):
        kind = type(value).__name__
        raise TypeError(f"The middleware answered with {kind}, not a response: return the one it got, or another.")
