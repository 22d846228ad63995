"""The fields of a form."""

from __future__ import annotations

from asgi_types import ImmutableMultiDict

FormValue = str
"""What a field holds. It is named once, here, because files will join it with multipart forms."""


class FormData(ImmutableMultiDict[str, FormValue]):
    """The fields of a form in their order; ``form[name]`` is the last value of a name and ``getlist`` all of them.

    >>> form = FormData([("tag", "a"), ("tag", "b")])
    >>> form["tag"], form.getlist("tag")
    ('b', ['a', 'b'])
    """

    async def close(self) -> None:
        """Release what the fields hold open, which is nothing as long as all of them are text."""
