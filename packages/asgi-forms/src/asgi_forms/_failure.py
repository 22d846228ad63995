"""A form that could not be read, asked for again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from asgi_types import ContentTooLarge

from ._form_error import FormError

Failure = Callable[[], Exception]
"""Makes the exception to raise when a form that has failed is asked for again."""


def failure(error: BaseException) -> Failure:
    """What to keep of why a form could not be read: not the error itself, whose traceback refers to who keeps it.

    What the client did wrong it did for every reader. Anything else has left the body half read, and what is left of it
    could be taken for a form without its first fields.
    """
    if isinstance(error, FormError):
        return partial(FormError, error.message, error.status_code)
    if isinstance(error, ContentTooLarge):
        return partial(ContentTooLarge, error.limit)
    return partial(RuntimeError, f"The form could not be read before, and its body is lost: {error!r}")
