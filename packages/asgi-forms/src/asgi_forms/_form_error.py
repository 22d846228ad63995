"""What is wrong with a form that was sent."""

from asgi_types import HTTPException


class FormError(HTTPException):
    """A form that cannot be read, which is the client's fault: the exception stands for the answer.

    ``status_code`` is 400 for a form that is malformed or was cut off, 413 for one beyond a limit (RFC 9110 section
    15.5.14) and 415 where another kind of form is needed (section 15.5.16); ``detail`` is the reason in words, and
    ``message`` the same under Starlette's name for it. `MultiPartException` is another name of this class.

    >>> str(FormError("Too many fields. Maximum number of fields is 10.", 413))
    '413: Too many fields. Maximum number of fields is 10.'
    """

    def __init__(self, message: str, status_code: int = 400) -> None:
        super().__init__(status_code, message)
        self.message = message


MultiPartException = FormError
"""Starlette's name, raised for urlencoded forms as well, as there."""
