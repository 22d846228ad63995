"""The form of a request that remembers it."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from ._body import StreamedRequest
from ._failure import Failure, failure
from ._form import PendingForm
from ._form_data import FormData
from ._limits import FormLimits, given_limits
from ._sinks.upload_sink import SinkFactory


class RequestWithForm(StreamedRequest, Protocol):
    """A request with `FormMixin`."""

    form_limits: FormLimits
    _form: FormData | None
    _form_failure: Failure | None


class RequestForm(PendingForm):
    """The form of a request, which remembers it."""

    def __init__(self, request: RequestWithForm, sink: SinkFactory | None, limits: FormLimits) -> None:
        super().__init__(request, None, sink, given_limits(limits), given_limits(request.form_limits))
        self._request = request

    async def _read(self) -> FormData:
        request = self._request
        if request._form_failure is not None:
            raise request._form_failure()
        if request._form is None:
            request._form_failure = partial(RuntimeError, "Another task is reading the form of this request.")
            try:
                form = await super()._read()
            except BaseException as error:
                request._form_failure = failure(error)
                raise
            request._form, request._form_failure = form, None
        return request._form
