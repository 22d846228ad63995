"""What routes an application has, and which of them are never reached."""

from ._listing.conflicts import RouteConflict as RouteConflict
from ._listing.conflicts import find_conflicts as find_conflicts
from ._listing.listing import RouteInfo as RouteInfo
from ._listing.listing import list_routes as list_routes
from ._listing.listing import route_table as route_table

__all__ = ("RouteConflict", "RouteInfo", "find_conflicts", "list_routes", "route_table")
