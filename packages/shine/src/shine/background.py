"""Work after the response, and work that outlives it."""

from asgi_http import BackgroundTask as BackgroundTask
from asgi_http import BackgroundTaskGroup as BackgroundTaskGroup
from asgi_http import BackgroundTasks as BackgroundTasks

__all__ = ("BackgroundTask", "BackgroundTaskGroup", "BackgroundTasks")
