"""A value that is not shown by accident."""

from __future__ import annotations


class Secret:
    """A string that ``repr`` does not show, so that it gets into no traceback, log or debug page; ``str`` gives it.

    So does a format, as the URL of a database is put together by one. Two secrets are equal if their values are, which
    is found out in constant time; a secret is never equal to a string. It is true unless its value is empty. One that
    is made of another is equal to that.

    >>> key = Secret("correct horse")
    >>> key, str(key)
    (Secret('**********'), 'correct horse')
    """

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str | Secret) -> None:
        self._value: str = value._value if isinstance(value, Secret) else value  # a default is cast as well

    def __repr__(self) -> str:
        return f"{type(self).__name__}('**********')"

    def __str__(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        from hmac import compare_digest

        return compare_digest(str(self).encode("utf-8", "surrogatepass"), str(other).encode("utf-8", "surrogatepass"))

    def __hash__(self) -> int:
        return hash((Secret, self._value))
