"""A content security policy, put together from its directives and checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypedDict

from .policy_sources import check_sources

if TYPE_CHECKING:
    from typing import Unpack

NONCE: Final = "'nonce'"
"""Stands in a policy for the nonce of each response."""

Sources = str | Iterable[str] | None
"""One source or several; None takes a directive away."""


class Directives(TypedDict, total=False):
    """The directives of CSP level 3 and of what extends it, as keywords."""

    default_src: Sources
    script_src: Sources
    script_src_elem: Sources
    script_src_attr: Sources
    style_src: Sources
    style_src_elem: Sources
    style_src_attr: Sources
    img_src: Sources
    font_src: Sources
    connect_src: Sources
    media_src: Sources
    object_src: Sources
    frame_src: Sources
    child_src: Sources
    worker_src: Sources
    manifest_src: Sources
    fenced_frame_src: Sources
    base_uri: Sources
    form_action: Sources
    frame_ancestors: Sources
    sandbox: Sources | bool
    upgrade_insecure_requests: bool
    require_trusted_types_for: Sources
    trusted_types: Sources
    report_to: Sources
    report_uri: Sources


class ContentSecurityPolicy:
    """A policy of these directives, in this order; ``str()`` of it is the header's value.

    A directive is a keyword, such as ``script_src``, and has one source or an iterable of them. Keywords among the
    sources have their single quotes: ``"'self'"``. `NONCE` stands for a nonce that is new in every response.
    ``sandbox`` may be True, for a sandbox that allows nothing, and ``upgrade_insecure_requests`` is True or False.
    Policies do not change; `with_` gives another one.

    Raises `ValueError`, which tells how it is written, for a directive that is unknown, and for a source that browsers
    would take for something else: a keyword without its quotes, whitespace, ``;`` or ``,`` in a source, ``'none'``
    beside others, a nonce that is always the same.

    >>> policy = ContentSecurityPolicy(default_src="'self'", script_src=["'self'", "https://cdn.example"])
    >>> str(policy)
    "default-src 'self'; script-src 'self' https://cdn.example"
    >>> str(policy.with_(script_src=ContentSecurityPolicy.NONCE, frame_ancestors="'none'"))
    "default-src 'self'; script-src 'nonce'; frame-ancestors 'none'"
    >>> ContentSecurityPolicy(default_src="self")
    Traceback (most recent call last):
    ValueError: default-src: the keyword self is written with single quotes: "'self'".
    """

    __slots__ = ("_directives",)

    NONCE: Final = NONCE

    def __init__(self, **directives: Unpack[Directives]) -> None:
        self._directives: dict[str, tuple[str, ...]] = {}
        self._set(dict(directives))

    def with_(self, **directives: Unpack[Directives]) -> ContentSecurityPolicy:
        """A policy with these directives in place of its own of that name, or after them; None takes one away."""
        changed = type(self)()
        changed._directives = dict(self._directives)
        changed._set(dict(directives))
        return changed

    def _set(self, directives: dict[str, object]) -> None:
        for keyword, value in directives.items():
            name = keyword.replace("_", "-")
            if keyword not in Directives.__annotations__:
                raise ValueError(f"Unknown directive {name!r}: they are {', '.join(Directives.__annotations__)}.")
            if value is None or value is False:
                self._directives.pop(name, None)
            else:
                self._directives[name] = check_sources(name, value)

    def __str__(self) -> str:
        return "; ".join(" ".join((name, *sources)) for name, sources in self._directives.items())

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ContentSecurityPolicy) and self._directives == other._directives

    def __hash__(self) -> int:
        return hash(str(self))
