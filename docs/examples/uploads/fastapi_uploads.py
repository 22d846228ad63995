"""Uploads in a FastAPI application: its own endpoints read forms by ours, and the bare application is mounted.

UPLOADS=directory uvicorn fastapi_uploads:app

POST /form    a form by a dependency, with validated query parameters beside it
POST /stream  parts as they arrive
     /bare/   the bare application
"""

import hashlib
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect
from uploads import app as bare

from asgi_forms import FormData, FormLimitsMiddleware, UploadFile, form, stream_multipart
from asgi_types import HTTPException

app = FastAPI()
app.add_middleware(FormLimitsMiddleware, max_fields=100, max_files=5, max_file_size=8 * 1024 * 1024)
app.mount("/bare", bare)


# FastAPI knows its own HTTPException only; what is wrong with a form, or a body that is too large, is the core's.
@app.exception_handler(HTTPException)
async def refused(request: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


# Starlette's request says so by an exception, which would be an error on the server's log.
@app.exception_handler(ClientDisconnect)
async def gone(request: Request, error: ClientDisconnect) -> JSONResponse:
    return JSONResponse({"error": "The client disconnected."}, 400)  # which nobody reads


async def received_form(request: Request) -> AsyncGenerator[FormData, None]:
    async with form(request) as received:
        yield received


@app.post("/form")
async def read_form(
    received: Annotated[FormData, Depends(received_form)], head: Annotated[int, Query(ge=1)] = 10
) -> dict[str, Any]:
    """The first bytes of each file, as text."""
    return {
        name: (await value.read(head)).decode("utf-8", "replace") if isinstance(value, UploadFile) else value
        for name, value in received.multi_items()
    }


@app.post("/stream")
async def stream(request: Request) -> dict[str, str]:
    digests = {}
    async with stream_multipart(request, max_file_size=64 * 1024 * 1024) as parts:
        async for part in parts:
            digest = hashlib.sha256()
            async for chunk in part:
                digest.update(chunk)
            digests[part.name] = digest.hexdigest()
    return digests
