"""What libraries import from Starlette's private module of this name."""

from asgi_http import run_in_threadpool as run_in_threadpool

from ._handled_app import wrap_app_handling_exceptions as wrap_app_handling_exceptions

__all__ = ("run_in_threadpool", "wrap_app_handling_exceptions")
