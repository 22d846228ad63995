"""One request on its way through one middleware: two coroutines that take turns in one task.

The outer one is the middleware's: it decides and sends what it decided on. The inner one is the application, which runs
where the server called it, as if there were no middleware. The outer one is driven by hand, from inside the ``send``
that the application is given, and stops when it waits for the application to say more. So there is no task and no
queue, context variables are the same for both, and nothing is kept back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Generator
from types import coroutine
from typing import Any, Final

from asgi_types import VIEW, ASGIApp, BackgroundWork, Message, Receive, Scope, Send, send_tells_disconnect

from .._disconnect import ClientDisconnect, has_disconnected, listener_for
from .._request import Request
from .exception_chain import leads_to
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
SCOPE_NOTE: Final = (
    "The middleware goes on inside the send() of the application, which holds a cancel scope open there or calls it in "
    "a task of its own. So what the middleware entered or set before cannot be left or reset now: cancel scopes, task "
    "groups, locks, tokens of context variables. For a time limit use asyncio.timeout; read a body outside such blocks."
)
RESPONSE_MESSAGES: Final = frozenset(
    {"http.response.start", "http.response.body", "http.response.pathsend", "http.response.zerocopysend", TRAILERS}
)
"""What a response is made of. Hints, pushes and debug messages are none of it and go to the server as they are."""


class ResponseAbandonedError(OSError):
    """What ``send`` raises into an application whose stream nobody wants any more, as if the client had gone."""


@coroutine
def _suspend(exchange: object) -> Generator[object, Any, Any]:
    return (yield exchange)


class Exchange:
    """Runs a middleware's coroutine around an application, for one request.

    ``scope``, ``receive`` and ``send`` are those of the middleware.
    """

    __slots__ = (
        *("_abandoned", "_answer", "_app", "_call", "_failure", "_gone", "_lost", "_outer", "_passes", "_received"),
        *("_request", "_waits_for", "receive", "response", "scope", "send"),
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
        self._gone: OSError | None = None  # what `_send_or_tell` raised
        self._abandoned: ResponseAbandonedError | None = None  # what `_send` raised into the application
        self._outer: Any
        self._call: Awaitable[None] | None
        self._received: Receive

    async def run(self, outer: Coroutine[Any, Any, None], request: Request[Any]) -> None:
        """Run ``outer``, and the application whenever it asks for that."""
        self._outer = outer
        error: Exception | None = None
        try:
            try:
                await self._drive(None)
                while self._waits_for == CALL:
                    await self._run_app()
            except Exception as exc:
                if not await self._is_disconnect(exc):
                    error = exc
            if self._answer is not None and self._answer.background is not None:
                await self._run_background(self._answer.background, error)
            if error is not None:
                raise error
        except Exception:
            self.scope.setdefault(VIEW, request)
            raise
        finally:
            if self._waits_for != RUNNING:  # else in another task, whose business it is
                outer.close()
            # They refer to this object, or have tracebacks that do.
            self._answer = self._call = self._failure = self._lost = self._gone = self._abandoned = None
            del error

    # What the outer coroutine calls.

    @property
    def has_begun(self) -> bool:
        """Whether the application's response is the one that is sent."""
        return self._answer is not None

    async def call_next(self, request: Request[Any]) -> InnerResponse:
        """Run the application; its response as soon as it begins.

        What the application raises before that is raised here, and then it may be called again. A call that follows a
        response gives that one up. ``request`` may be one of another library with a ``scope`` and a ``receive``. Raises
        `RuntimeError` if there is no response, and in another task than the middleware's.
        """
        self.require_own_task("call_next")
        if not (hasattr(request, "scope") and hasattr(request, "receive")):
            raise TypeError(
                f"call_next takes the request, not {type(request).__name__}: pass the one that the middleware was "
                "given, or another one with a scope and a receive."
            )
        self._request = request
        response: InnerResponse = await self._wait(CALL)
        return response

    async def next_part(self, body: InnerBody) -> Message:
        """The next message of ``body``; raises what the application raises."""
        if self.response is None or body is not self.response.inner_body:
            raise RuntimeError("This response is over: read its body before the application is called again or ends.")
        message: Message = await self._wait(PART)
        return message

    async def respond(self, response: ASGIApp, wait: bool = False) -> None:
        """Answer with ``response``. The application's own goes on by itself if its body was left alone.

        With ``wait`` return when its last part is sent, and raise what prevents that.
        """
        if response is self.response and self.response is not None:
            self.take(self.response)
            if self.response.is_untouched:
                if wait:
                    await self._wait(END)
                else:
                    self._passes = True
                return
        await self._send_response(response)

    def take(self, response: InnerResponse) -> None:
        """Let the response of the application be the answer."""
        self._answer = response

    def require_own_task(self, name: str) -> None:
        """Raise `RuntimeError` in any other task than the one that runs the middleware now."""
        if not self._outer.cr_running:
            raise RuntimeError(
                f"{name} was awaited in another task than the middleware runs in. asyncio.create_task, asyncio.gather "
                "and start_soon make one, and so does asyncio.wait_for before Python 3.12: await it directly, and use "
                "`async with asyncio.timeout(...)` for a time limit, and the other task for what runs meanwhile."
            )

    async def _send_response(self, response: Any) -> None:
        # On older servers there is one who listens for the client's leaving, the application; or else nobody. A second
        # one in here would be a task group that is open while the application opens and closes its own.
        looks = self.response is not None and not send_tells_disconnect(self.scope)
        send = self._send_or_tell if looks else self.send
        if self._answer is not None:
            await self._answer.send_to(self.scope, send)
            return
        _require_response(response)
        scope = self.scope
        if looks:
            listener_for(scope, self.receive)  # made now, the copy has it too, and so who listens is known there
            scope = {**scope, "asgi": {**scope.get("asgi", {}), "spec_version": "2.4"}}
        await response(scope, self.receive, send)

    async def _send_or_tell(self, message: Message) -> None:
        """Send as servers of ASGI 2.4 do: raise `OSError` amid a stream once the client has gone."""
        # The application that waits in its ``receive`` hears it first, and ends all this.
        if (
            message.get("more_body", False)
            and not getattr(self._received, "waiting", 0)
            and await has_disconnected(self.scope, self.receive)
        ):
            self._gone = OSError("The client has gone.")
            raise self._gone
        await self.send(message)

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
            receive = self._received = receive_for(request)
            call = self._call = self._app(request.scope, receive, self._send)
            await call
        except BaseException as exc:
            if self._abandoned is not None and leads_to(exc, self._abandoned):
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
        self._abandoned = None
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

    async def _is_disconnect(self, error: Exception) -> bool:
        if self._gone is not None and leads_to(error, self._gone):
            return True
        return isinstance(error, ClientDisconnect) and await self._has_disconnected(error)

    async def _run_background(self, background: BackgroundWork, error: Exception | None) -> None:
        try:
            await background()
        except Exception as exc:
            if error is None:
                raise
            error.add_note(f"The background work of the response failed as well: {exc!r}")

    # What the application sends through.

    def _send(self, message: Message) -> Awaitable[None]:
        if self._passes:
            return self.send(_told_whole(message))
        if message["type"] not in RESPONSE_MESSAGES:
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
            if self._waits_for in (CALL, FINISHED):
                self._raise_amid_stream(message)
        elif event == END:
            await self._send_while_awaited(message)
        elif event in (CALL, FINISHED):
            self._raise_amid_stream(message)
            if kind == TRAILERS and self._answer is not None:
                await self.send(message)
        else:
            raise RuntimeError(f"{kind} was sent out of order, while the middleware waited for {event}.")

    async def _send_while_awaited(self, message: Message) -> None:
        try:
            await self.send(_told_whole(message))
        except OSError as error:
            self._lost = error
            raise
        if self._is_last(message):
            await self._tell(None)

    async def _tell(self, value: object) -> None:
        try:
            await self._drive(value)
        except Exception as exc:
            self._failure = exc  # raised from `run`: it is none of the application's business, which goes on
            if isinstance(exc, (RuntimeError, ValueError)) and (
                not getattr(self._call, "cr_running", True) or "cancel scope" in str(exc).lower()
            ):
                exc.add_note(SCOPE_NOTE)

    def _raise_amid_stream(self, message: Message) -> None:
        """Drop a message that nobody wants; `ResponseAbandonedError` if more of them are to follow."""
        if message.get("more_body", False):
            if self._abandoned is None:
                self._abandoned = ResponseAbandonedError("The middleware has answered by itself.")
            raise self._abandoned.with_traceback(None)

    def _is_last(self, message: Message) -> bool:
        kind = message["type"]
        if kind == "http.response.start":
            return False
        if kind == TRAILERS:
            return not message.get("more_trailers", False)
        assert self.response is not None
        return not (message.get("more_body", False) or self.response.has_trailers)


def _told_whole(message: Message) -> Message:
    """The message, which says of a last part of the body that it is the last: what is further out may look for that."""
    if message["type"] == "http.response.body" and "more_body" not in message:
        return {**message, "more_body": False}
    return message


def _require_response(value: object) -> None:
    if not callable(value):
        kind = type(value).__name__
        raise TypeError(f"The middleware answered with {kind}, not a response: return the one it got, or another.")
