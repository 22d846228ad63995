"""The application that an environment variable names, loaded when the server starts it."""

from __future__ import annotations

import os
from threading import Lock
from typing import Final

from asgi_types import ASGIApp, Receive, Scope, Send

from .app_import import import_app
from .install import install_as_starlette

VARIABLE: Final = "SHINE_APP"


class NamedApp:
    """The ASGI application that an environment variable names, with shine in the place of Starlette.

    The variable, by default ``SHINE_APP``, is ``module:app``, ``module:object.attribute``, or ``module:make()`` for a
    function that makes the application. At the first connection, the lifespan where the server has one, shine is
    installed as Starlette and the module imported, in the thread and the event loop that the server calls this in; all
    is handed on to the application from then on.

    If that fails the server is told that the start-up has failed, and the reason is logged with its traceback. Without
    a lifespan the first request raises it. `RuntimeError` is the reason where the variable is missing or malformed, or
    the module has no such application or ends the program; else it is what the import raised. Later connections raise a
    `RuntimeError` that refers to it.

    >>> app = NamedApp("SHOP_APP")  # for a second one in a process; servers are given ``shine.run_as_starlette:app``
    >>> app.variable
    'SHOP_APP'
    """

    def __init__(self, variable: str = VARIABLE) -> None:
        self.variable: str = variable
        self._app: ASGIApp | None = None
        self._failure: Exception | None = None
        self._lock = Lock()  # servers may call from several threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if app is None:
            try:
                app = self._load()
            except Exception as error:
                if scope["type"] != "lifespan":
                    raise
                await _fail_to_start(error, receive, send)
                return
        await app(scope, receive, send)

    def _load(self) -> ASGIApp:
        with self._lock:
            if self._app is None:
                if self._failure is not None:
                    raise RuntimeError(f"The application of {self.variable} could not be loaded: see the error before.")
                try:
                    install_as_starlette()
                    self._app = import_app(os.environ.get(self.variable, ""), self.variable)
                except SystemExit as end:  # for servers it is no failure to start, but no lifespan, or a broken request
                    self._failure = RuntimeError(f"The module of {self.variable} ended the program: {end!r}.")
                    raise self._failure from end
                except Exception as error:
                    self._failure = error
                    raise
            return self._app


async def _fail_to_start(error: Exception, receive: Receive, send: Send) -> None:
    """Say so, since servers take an exception for an application without a lifespan, and would serve it."""
    import logging
    from traceback import format_exception_only

    await receive()
    logging.getLogger("shine").error("The application could not be loaded.", exc_info=error)
    await send({"type": "lifespan.startup.failed", "message": "".join(format_exception_only(error)).strip()})


app: NamedApp = NamedApp()
"""What servers are given: ``shine.run_as_starlette:app``."""
