"""An exception that stands for an answer and says more than its status: what RFC 9457 calls problem details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from asgi_types import HTTPException

MEMBERS: Final = frozenset({"type", "title", "status", "detail", "instance"})
"""The members that RFC 9457 section 3.1 gives a meaning."""


class Problem(HTTPException):
    """End the request with a problem (RFC 9457): `ProblemDetails` shows all of it, and others the detail as text.

    ``type`` is a URI that names the kind of problem, with a page about it at best; a relative one is below the
    ``type_base`` of `ProblemDetails`. ``title`` says in a few words what kind it is, and defaults to the reason phrase
    of the status. ``detail`` explains this occurrence, and ``instance`` is a URI of it. Further keyword arguments are
    members of the problem's own; values that JSON has no form for are written as text. ``headers`` are those of the
    answer.

    A kind of problem can be a class of its own: ``status_code``, ``type`` and ``title`` may be class attributes.

    Raises `ValueError` for a member named ``status``, and for a name that is no identifier.

    >>> class OutOfCredit(Problem):
    ...     status_code, type, title = 403, "https://example.org/out-of-credit", "You do not have enough credit."
    >>> OutOfCredit(detail="It costs 50, and you have 30.", balance=30).document()["balance"]
    30
    >>> Problem(404).document()
    {'type': 'about:blank', 'title': 'Not Found', 'status': 404}
    """

    status_code: int = 500
    type: str = "about:blank"
    title: str = ""
    instance: str | None = None

    def __init__(
        self,
        status_code: int | None = None,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        type: str | None = None,  # noqa: A002 - the name that the RFC gives it
        title: str | None = None,
        instance: str | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(self.status_code if status_code is None else status_code, None, headers)
        # Without a title of its own the kind of problem is that of the status, whose reason phrase is here so far.
        self.title = title or self.title or self.detail or "Error"
        self.has_detail: bool = detail is not None
        self.detail: str = self.title if detail is None else detail
        if type is not None:
            self.type = type
        if instance is not None:
            self.instance = instance
        for name in extensions:
            if name in MEMBERS or not name.isidentifier():
                raise ValueError(f"No name for a member of a problem: {name!r}. The status is given as status_code.")
        self.extensions: dict[str, Any] = extensions

    def document(self) -> dict[str, Any]:
        """The members of the problem, those of its own last."""
        members: dict[str, Any] = {"type": self.type, "title": self.title, "status": self.status_code}
        if self.has_detail:
            members["detail"] = self.detail
        if self.instance is not None:
            members["instance"] = self.instance
        return {**members, **self.extensions}
