"""Origins of pages, as browsers name them in ``Origin``: parsed, compared with a request's own, and in checked sets.

The root does not load this module, since what answers pages of its own origin alone needs none of it.
"""

from ._origin import MAX_ORIGIN as MAX_ORIGIN
from ._origin import Origin as Origin
from ._origin import is_own_origin as is_own_origin
from ._origin import parse_origin as parse_origin
from ._origin_set import WITHOUT_HOST as WITHOUT_HOST
from ._origin_set import OriginSet as OriginSet

__all__ = ("MAX_ORIGIN", "Origin", "OriginSet", "WITHOUT_HOST", "is_own_origin", "parse_origin")
