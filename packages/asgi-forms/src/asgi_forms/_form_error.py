"""What is wrong with a form that was sent."""

from typing import Final

from asgi_types import HTTPException

INVALID: Final = "Invalid multipart data."
MALFORMED: Final = (INVALID, "Invalid boundary in multipart", "Too many or too large headers of a part")
"""How all begins that is said of a multipart form that cannot be parsed."""


class FormError(HTTPException):
    """A form that cannot be read, which is the client's fault: the exception stands for the answer.

    ``status_code`` is 400 for a form that is malformed or was cut off, 413 for one beyond a limit (RFC 9110 section
    15.5.14) and 415 where another kind of form is needed (section 15.5.16); ``detail`` is the reason in words, and
    ``message`` the same under Starlette's name for it. `MultiPartException` is another name of this class.

    >>> str(FormError("Too many fields. Maximum number of fields is 10.", 413))
    '413: Too many fields. Maximum number of fields is 10.'
    """

    too_large: int = 413
    """The status of a form beyond a limit."""

    tells_details: bool = True
    """Whether it is told what makes a multipart form malformed, and not just that it is."""

    def __init__(self, message: str, status_code: int = 400) -> None:
        if not self.tells_details and message.startswith(MALFORMED):
            message = INVALID
        super().__init__(status_code, message)
        self.message = message


MultiPartException = FormError
"""Starlette's name, raised for urlencoded forms as well, as there."""
