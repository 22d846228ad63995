"""What libraries import from Starlette's private module of this name."""

from asgi_types import get_route_path as get_route_path
from asgi_types import is_async_callable as is_async_callable

from ._task_groups import create_collapsing_task_group as create_collapsing_task_group

__all__ = ("create_collapsing_task_group", "get_route_path", "is_async_callable")
