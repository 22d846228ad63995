"""A page that is sent while it is rendered: what comes before something slow does not wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asgi_types import (
    BackgroundWork,
    Message,
    Receive,
    Response,
    Scope,
    Send,
    denial_send,
    may_have_body,
    response_start,
    send_tells_disconnect,
)

from .._debug_message import send_debug
from .._engine import AsyncTemplate, StreamingTemplate, is_async_template
from .page_stream import PageStream
from .task_page import TaskPage
from .thread_page import ThreadPage


class StreamingTemplateResponse(Response):
    """``template`` with ``context``, rendered while it is sent, with no ``content-length``; see `Response`.

    Rendering begins when the response is called. A template that has ``generate`` is rendered in a thread, and one that
    has ``generate_async``, such as Jinja2's with ``enable_async=True``, on the event loop. What is there is sent at
    once, so the browser has the head of the page, and loads its styles, while the template still waits for its rows.
    `buffer_size` bytes at most are rendered ahead of a client that is slow to read; no thread waits for it.

    The start of the response is sent with the first piece. So an error before that is answered like any other, while
    one behind it breaks the connection off, by which all but HTTP/1.0 tell a part of the page from the whole; either is
    raised as it is. Headers are sent by then as well: a template that needs ``csrf_token()``, or the session, must not
    be the first to ask for it, so ask for it in the endpoint.

    When the client leaves, rendering stops where it waits, or in a thread at its next piece, and ``background`` runs;
    that is no error. Generators in ``context`` are closed with the page on every way out. Where the server tells that
    the client has left by ``receive`` alone, the rest of the request's body is read and dropped. HEAD and a status
    without a body render nothing.

    Raises `TypeError` for a template that cannot be rendered piece by piece, and `ValueError` for headers that cannot
    be sent.

    >>> import asyncio, jinja2
    >>> response = StreamingTemplateResponse(jinja2.Template("Hello, {{ name }}!"), {"name": "Ann"})
    >>> sent = []
    >>> async def send(message):
    ...     sent.append(message.get("body", b""))
    >>> scope = {"type": "http", "method": "GET", "asgi": {"version": "3.0", "spec_version": "2.4"}}
    >>> asyncio.run(response(scope, None, send))
    >>> b"".join(sent)
    b'Hello, Ann!'
    """

    media_type: str | None = "text/html"
    buffer_size: int = 64 * 1024
    """Bytes that are rendered ahead of the client, and one piece more; to be set before the response is called."""

    def __init__(
        self,
        template: StreamingTemplate | AsyncTemplate,
        context: dict[str, Any],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
    ) -> None:
        if not isinstance(template, (StreamingTemplate, AsyncTemplate)):
            raise TypeError(
                f"A template of type {type(template).__name__} cannot be streamed: it needs a method generate(context) "
                "or generate_async(context). TemplateResponse takes what can be rendered as a whole."
            )
        self.template = template
        self.context = context
        self.status_code = status_code
        if media_type is not None:
            self.media_type = media_type
        self.background = background
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            send = denial_send(send)
        try:
            if scope.get("method") == "HEAD" or not may_have_body(self.status_code):
                await self._send_start(scope, send)
                await _send(send, {"type": "http.response.body", "body": b""})
            else:
                await self._stream(scope, receive, send)
        except _ClientGone:
            pass
        if self.background is not None:
            await self.background()

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = self._page()
        is_started = False

        async def send_page() -> None:
            nonlocal is_started
            chunk = await page.next_chunk()
            if page.has_left:
                return
            is_started = True
            try:
                await page.undisturbed(self._send_start(scope, send))
                await _send_chunk(page, chunk, send)
                while not page.is_complete:
                    await _send_chunk(page, await page.next_chunk(), send)
            except _ClientGone:
                pass  # what rendering says to that is an error all the same

        # A WebSocket that is refused has told of its disconnect by then, or does not.
        is_told = scope["type"] == "websocket" or send_tells_disconnect(scope)
        await page.run(send_page, None if is_told else receive)
        if not is_started:  # the client has left; layers above want to see a response begin all the same
            await self._send_start(scope, send)

    def _page(self) -> PageStream:
        if is_async_template(self.template):
            return TaskPage(self.template, self.context, self.charset, self.buffer_size)
        template: Any = self.template
        return ThreadPage(template, self.context, self.charset, self.buffer_size)

    async def _send_start(self, scope: Scope, send: Send) -> None:
        await send_debug(scope, send, self.template, self.context)
        await _send(send, response_start(self.status_code, self.raw_headers))


class _ClientGone(Exception):  # noqa: N818 - no error
    """The client has left, as ``send`` says."""


async def _send_chunk(page: PageStream, chunk: bytes, send: Send) -> None:
    sending = _send(send, {"type": "http.response.body", "body": chunk, "more_body": not page.is_complete})
    # Some servers tell of the end of the exchange as of a disconnect, in the middle of the last send.
    await (page.undisturbed(sending) if page.is_complete else sending)


async def _send(send: Send, message: Message) -> None:
    """Tell an `OSError` of ``send`` from one of the template."""
    try:
        await send(message)
    except OSError as error:
        raise _ClientGone from error
