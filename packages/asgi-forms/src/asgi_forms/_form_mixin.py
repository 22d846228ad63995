"""What gives a request its form."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a program imports this for its requests, and pays for the rest when the first form comes
    from typing import Unpack

    from ._body import StreamedRequest
    from ._failure import Failure
    from ._form import PendingForm
    from ._form_data import FormData
    from ._limits import FormLimits
    from ._multipart.part_stream import PartStream
    from ._request_form import RequestWithForm
    from ._sinks.upload_sink import SinkFactory


class FormMixin:
    """Gives the class of a request the forms that arrive with it: for ``class Request(FormMixin, SomeRequest)``.

    ``SomeRequest`` is a class with a ``scope`` and a method ``stream`` that gives the chunks of the body, as those of
    Starlette, FastAPI and asgi-http have; shine's `Request` is composed this way.

    >>> class Request(FormMixin):
    ...     def __init__(self, scope, receive):
    ...         self.scope, self.receive = scope, receive
    ...     async def stream(self):
    ...         yield (await self.receive())["body"]
    >>> import asyncio
    >>> async def receive():
    ...     return {"type": "http.request", "body": b"tag=a"}
    >>> async def read():
    ...     headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    ...     async with Request({"type": "http", "headers": headers}, receive).form() as form:
    ...         return form
    >>> asyncio.run(read())
    FormData([('tag', 'a')])
    """

    form_limits: FormLimits = {}  # noqa: RUF012 - a class has its own, and nobody changes that of another
    """The limits of a class's forms where neither a call nor `FormLimitsMiddleware` says otherwise."""
    _form: FormData | None = None
    _form_failure: Failure | None = None

    def form(self: RequestWithForm, *, sink: SinkFactory | None = None, **limits: Unpack[FormLimits]) -> PendingForm:
        """The form of this request: awaited, or as ``async with request.form() as form``, which closes the files.

        It is read once: a later call gives the same form, whatever its arguments, or raises the same `FormError` or
        `ContentTooLarge`. After any other error, and while another task reads it, it is a `RuntimeError`. What it
        reads, its arguments and what it raises are those of `form`.
        """
        from ._request_form import RequestForm

        return RequestForm(self, sink, limits)

    def stream_multipart(self: StreamedRequest, **limits: Unpack[FormLimits]) -> PartStream:
        """The parts of a multipart form as they arrive; see `stream_multipart`."""
        from ._multipart.part_stream import stream_multipart

        return stream_multipart(self, **limits)

    async def close(self) -> None:
        """Close the files of the form, if it has been read."""
        if self._form is not None:
            await self._form.close()
