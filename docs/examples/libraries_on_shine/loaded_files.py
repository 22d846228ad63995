"""A page that tells which files of the real Starlette a process has loaded; there should be none."""

import sys

from starlette.requests import Request
from starlette.responses import PlainTextResponse


async def loaded_files(request: Request) -> PlainTextResponse:
    files = sorted({getattr(module, "__file__", None) or "" for module in list(sys.modules.values())})
    return PlainTextResponse("\n".join(file for file in files if "/starlette/" in file))
