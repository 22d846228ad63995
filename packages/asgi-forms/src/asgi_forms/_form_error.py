"""What is wrong with a form that was sent."""

from typing import Final, Self

from asgi_types import HTTPException

INVALID: Final = "Invalid multipart data."


class FormError(HTTPException):
    """A form that cannot be read, which is the client's fault: the exception stands for the answer.

    ``status_code`` is 400 for a form that is malformed or was cut off, 413 for one beyond a limit (RFC 9110 section
    15.5.14) and 415 where another kind of form is needed (section 15.5.16); ``detail`` is the reason in words, and
    ``message`` the same under Starlette's name for it. `MultiPartException` is another name of this class.

    >>> str(FormError("Too many fields. Maximum number of fields is 10.", 413))
    '413: Too many fields. Maximum number of fields is 10.'
    """

    too_large_status: int = 413
    """The status of a form beyond a limit."""

    tells_details: bool = True
    """Whether it is told what makes a multipart form malformed, and not just that it is."""

    def __init__(self, message: str, status_code: int = 400) -> None:
        super().__init__(status_code, message)
        self.message = message

    @classmethod
    def beyond_limit(cls, message: str) -> Self:
        """The error of a form beyond a limit.

        >>> FormError.beyond_limit("Too many files. Maximum number of files is 3.").status_code
        413
        """
        return cls(message, cls.too_large_status)

    @classmethod
    def malformed(cls, message: str, status_code: int = 400) -> Self:
        """The error of a multipart form that cannot be parsed, of which ``tells_details`` may say no more than that.

        >>> str(FormError.malformed("Invalid multipart data. A part has no Content-Disposition header."))
        '400: Invalid multipart data. A part has no Content-Disposition header.'
        """
        return cls(message if cls.tells_details else INVALID, status_code)


MultiPartException = FormError
"""Starlette's name, raised for urlencoded forms as well, as there."""
