"""The fields of a form."""

from __future__ import annotations

from asgi_types import ImmutableMultiDict

from ._upload_file import UploadFile

FormValue = UploadFile | str
"""What a field holds."""


class FormData(ImmutableMultiDict[str, FormValue]):
    """The fields of a form in their order; ``form[name]`` is the last value of a name and ``getlist`` all of them.

    >>> form = FormData([("tag", "a"), ("tag", "b")])
    >>> form["tag"], form.getlist("tag")
    ('b', ['a', 'b'])
    """

    async def close(self) -> None:
        """Close all files, which removes those that are temporary. If one cannot be closed, the others are still."""
        failure: BaseException | None = None
        for _, value in self._list:
            if isinstance(value, UploadFile):
                try:
                    await value.close()
                except BaseException as error:
                    failure = failure or error
        try:
            if failure is not None:
                raise failure
        finally:
            del failure  # whose traceback refers to this frame
