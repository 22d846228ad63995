"""Work after the response, and work that outlives it."""

from asgi_http import BackgroundTask as BackgroundTask
from asgi_http import BackgroundTaskGroup as BackgroundTaskGroup
from asgi_http import BackgroundTasks as BackgroundTasks
from asgi_types import lazy_names as _lazy_names

__all__ = ("BackgroundTask", "BackgroundTaskGroup", "BackgroundTasks")

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(globals(), {"run_in_threadpool": "shine.concurrency"})
