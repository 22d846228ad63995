"""What is wrong with a form that was sent."""

from asgi_types import HTTPException


class FormError(HTTPException):
    """A form that cannot be read, which is the client's fault: the exception stands for the answer.

    ``status_code`` is 413 for a form beyond a limit (RFC 9110 section 15.5.14), 415 for a kind of form that is not
    read (section 15.5.16), and 400 for one that was cut off; ``detail`` is the reason in words.

    >>> str(FormError(413, "Too many fields. Maximum number of fields is 10."))
    '413: Too many fields. Maximum number of fields is 10.'
    """
