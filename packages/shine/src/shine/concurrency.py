"""Threads for what blocks, and tasks side by side."""

from asgi_http import iterate_in_threadpool as iterate_in_threadpool
from asgi_http import run_in_threadpool as run_in_threadpool
from asgi_http import thread_limiter as thread_limiter
from asgi_types import lazy_names as _lazy_names

from ._task_groups import run_until_first_complete as run_until_first_complete

__all__ = ("iterate_in_threadpool", "run_in_threadpool", "run_until_first_complete", "thread_limiter")

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(globals(), {"StarletteDeprecationWarning": "shine.exceptions"})
