"""The response of one connection, before which its session is saved, or in whose place the client is told why not."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast

from asgi_types import START_MESSAGES, HTTPException, Message, Receive, Scope, Send, nothing_sent, refuse

from .._late_use import end_watch, watch_for_late_look
from .._session import Session
from .._session_cookie import start_with_cookie
from .lost_changes import tell_of_failed_cleanup, tell_of_failed_end, tell_of_failure
from .session_changes import SessionChanges
from .session_store_unavailable import SessionStoreUnavailable
from .stored_session import StoredSession


class ResponseReplacedError(OSError):
    """What a server raises when a client has left, so that an application stops, be its response without end."""


class SavedResponse:
    """Hands on what the application sends, once its session is saved.

    If the store cannot be reached then, the client gets the 503 and nothing that the application sends.
    """

    __slots__ = ("_begun", "_kept", "_pending", "_receive", "_replaced", "_scope", "_send", "_watched")

    def __init__(self, kept: StoredSession, scope: Scope, receive: Receive, send: Send) -> None:
        self._kept = kept
        self._scope = scope
        self._receive = receive
        self._send = send
        self._pending = True  # until the response begins
        self._begun = False  # and its session is saved
        self._replaced: ResponseReplacedError | None = None
        self._watched: Session | None = None  # for a look that comes too late

    def send(self, message: Message) -> Awaitable[None]:
        """Send a message of the application."""
        if self._replaced is not None:
            return self._stop(message)
        if not self._pending or message["type"] not in START_MESSAGES:
            if self._watched is not None and not message.get("more_body", False):
                end_watch(self._watched)
                self._watched = None
            return self._send(message)
        self._pending = False  # first, for if this raises, the error page that follows must get through
        session = self._kept.placed(self._scope)
        changes = self._kept.changes(session)
        if changes is not None:
            return self._save(session, changes, message)
        self._begin(session)
        if session.accessed:
            return self._send(start_with_cookie(message, None))
        if watch_for_late_look(session, message):
            self._watched = session
        return self._send(message)

    def _begin(self, session: Session) -> None:
        self._begun = True
        self._kept.close(session)

    async def _save(self, session: Session, changes: SessionChanges, message: Message) -> None:
        try:
            cookie = await self._kept.save(session, changes, self._scope)
        except SessionStoreUnavailable as unavailable:
            refusal: HTTPException = unavailable
        else:
            self._begin(session)
            await self._send(start_with_cookie(message, cookie))
            return
        self._replaced = ResponseReplacedError("The response was replaced by a 503, as the session could not be saved.")
        await refuse(self._scope, self._receive, self._send, refusal, in_place=True)

    def _stop(self, message: Message) -> Awaitable[None]:
        if message.get("more_body", False) or message["type"] == "websocket.send":
            raise cast("ResponseReplacedError", self._replaced)
        return nothing_sent()

    def is_end(self, error: BaseException) -> bool:
        """Whether this is the error, or was made of the error, that ended a response which was replaced."""
        if self._replaced is None or not _stems_from(error, self._replaced):
            return False
        if not _stems_from(error, self._replaced, by_context=False):  # it may be the application's way to pass it on
            tell_of_failed_cleanup(error)
        return True

    async def finish(self) -> None:
        """Save what was changed after the response had begun, now that the application has returned."""
        if not (self._begun or self._pending):
            await self.give_up()
            return  # what failed before is not tried again
        session = self._kept.placed(self._scope)
        changes = self._kept.late_changes(session, is_answered=self._begun)
        if changes is not None:
            try:
                await self._kept.save(session, changes, self._scope)
            except SessionStoreUnavailable:
                tell_of_failure(changes.names)

    async def give_up(self) -> None:
        """Save nothing, as something was raised or the request cancelled, but end a session that was to be ended."""
        if self._replaced is None:
            try:
                await self._kept.end_if_asked(self._scope)
            except SessionStoreUnavailable:
                tell_of_failed_end()


def _stems_from(error: BaseException, origin: BaseException, *, by_context: bool = True) -> bool:
    """Whether ``error`` was raised for ``origin``, or, ``by_context``, while that was on its way; of a group, all."""
    waiting, seen = [error], set[int]()
    while waiting:
        error = waiting.pop()
        if error is origin:
            return True
        if id(error) in seen:
            continue
        seen.add(id(error))
        if isinstance(error, BaseExceptionGroup):
            members = cast("BaseExceptionGroup[BaseException]", error).exceptions
            return all(_stems_from(member, origin, by_context=by_context) for member in members)
        causes = (error.__cause__, error.__context__ if by_context else None)
        waiting.extend(cause for cause in causes if cause is not None)
    return False
