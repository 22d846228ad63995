"""The form of a request that remembers it."""

from __future__ import annotations

from typing import Protocol

from ._body import StreamedRequest
from ._form import PendingForm
from ._form_data import FormData
from ._form_error import FormError
from ._limits import FormLimits, given_limits
from ._sinks.upload_sink import SinkFactory


class RequestWithForm(StreamedRequest, Protocol):
    """A request with `FormMixin`."""

    _form: FormData | None
    _form_error: FormError | None


class RequestForm(PendingForm):
    """The form of a request, which remembers it."""

    def __init__(self, request: RequestWithForm, sink: SinkFactory | None, limits: FormLimits) -> None:
        super().__init__(request, None, sink, given_limits(limits))
        self._request = request

    async def _read(self) -> FormData:
        request = self._request
        if request._form_error is not None:
            raise FormError(request._form_error.message, request._form_error.status_code)
        if request._form is None:
            try:
                request._form = await super()._read()
            except FormError as error:
                request._form_error = FormError(error.message, error.status_code)  # not this one: it has a traceback
                raise
        return request._form
