"""What both applications log, and how: every line has the id of its request, and the access log is JSON."""

from logging.config import dictConfig
from typing import Any

# Servers log what an application raises, by loggers of these names.
SERVER_LOGGERS = ("uvicorn.error", "hypercorn.error", "_granian")


def configure() -> None:
    console: dict[str, Any] = {"handlers": ["console"], "level": "INFO", "propagate": False}
    access: dict[str, Any] = {"handlers": ["access"], "level": "INFO", "propagate": False}
    dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"request_id": {"()": "asgi_middleware.RequestIDFilter"}},
            "formatters": {"console": {"format": "%(levelname)s %(name)s [%(request_id)s] %(message)s"}},
            "handlers": {
                "console": {"class": "logging.StreamHandler", "filters": ["request_id"], "formatter": "console"},
                "access": {"class": "logging.StreamHandler"},
            },
            "root": {"handlers": ["console"], "level": "INFO"},
            "loggers": {"asgi_middleware.access": access, **dict.fromkeys(SERVER_LOGGERS, console)},
        }
    )
