"""Which of the forms that an answer has is the one that the client wants."""

from __future__ import annotations

from collections.abc import Sequence

from asgi_types import Scope

from .._fields import joined_field
from .._weighted import weights


def preferred_type(scope: Scope, offers: Sequence[str]) -> str:
    """The media type among ``offers`` that ``Accept`` gives the highest weight (RFC 9110 section 12.5.1).

    Among those of equal weight it is one that was named itself, then the one that was named first. Where the client
    takes anything, or none of them, it is the first offer: an error in another form is better than none.

    >>> preferred_type({"headers": [(b"accept", b"text/html, */*;q=0.8")]}, ["text/plain", "text/html"])
    'text/html'
    """
    accepted = weights(joined_field(scope.get("headers") or (), b"accept") or "*/*")
    places = {name: -place for place, name in enumerate(accepted)}

    def rank(offer: str) -> tuple[float, int, int]:
        for exactness, media_range in enumerate((offer, f"{offer.partition('/')[0]}/*", "*/*")):
            if media_range in accepted:
                return accepted[media_range], -exactness, places[media_range]
        return 0.0, 0, 0

    best = max(offers, key=rank)
    return best if rank(best)[0] > 0 else offers[0]
