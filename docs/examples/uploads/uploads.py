"""Uploads in a bare ASGI application: forms and the core, without a framework around them.

UPLOADS=directory uvicorn uploads:app

GET  /        a page with a form for each of the three
POST /form    the whole form: text, and files that are kept in memory or, if they are large, on disk until the answer
POST /stream  part by part as it arrives, and nothing of it is kept
POST /disk    files go where they belong while they arrive

Whatever is wrong with a form is answered by its 4xx and a JSON object with the reason.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

from asgi_forms import FormLimitsMiddleware, PartHead, UploadFile, form, safe_filename, stream_multipart
from asgi_forms.sinks import HashSink, MemorySink, PathSink, UploadSink
from asgi_types import HTTPException, Receive, Response, Scope, Send, get_route_path

DIRECTORY = Path(os.environ.get("UPLOADS", Path(__file__).parent))

MIB = 1024 * 1024

FORM = """<form method="post" action="{name}" enctype="multipart/form-data" id="{name}">
<h2>{name}</h2>
<p><label>Title <input name="title"></label></p>
<p><label>Files <input name="files" type="file" multiple></label></p>
<p><button>Send</button></p>
</form>
"""
PAGE = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Uploads</title><h1>Uploads</h1>' + "".join(
    FORM.format(name=name) for name in ("form", "stream", "disk")
)


def answer(content: dict[str, Any], status_code: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status_code, media_type="application/json")


async def read_form(scope: Scope, receive: Receive) -> Response:
    """Everything at once, and the files gone when the block is left."""
    fields: list[list[str]] = []
    files = []
    async with form(scope, receive) as received:
        for name, value in received.multi_items():
            if isinstance(value, UploadFile):
                digest = hashlib.sha256()
                while chunk := await value.read(65536):
                    digest.update(chunk)
                files.append(told(name, value, size=value.size, sha256=digest.hexdigest()))
            else:
                fields.append([name, value])
    return answer({"fields": fields, "files": files})


async def stream(scope: Scope, receive: Receive) -> Response:
    """A file of any size costs the memory of a chunk, so more is allowed here than elsewhere."""
    fields: list[list[str]] = []
    files = []
    async for part in stream_multipart(scope, receive, max_file_size=64 * MIB):
        if part.filename is None:
            fields.append([part.name, await part.text()])
            continue
        digest, size = hashlib.sha256(), 0
        async for chunk in part:
            digest.update(chunk)
            size += len(chunk)
        files.append(told(part.name, part, size=size, sha256=digest.hexdigest()))
    return answer({"fields": fields, "files": files})


def on_disk(head: PartHead) -> UploadSink:
    """Where a file goes: to a name that nobody else has, of which the client's is only the end."""
    if not head.filename:  # a browser sends that where no file was chosen
        return HashSink(MemorySink())
    name = safe_filename(head.filename, max_size=50)  # a name on disk has at most 255 bytes, and these may be 200
    return HashSink(PathSink(DIRECTORY / f"{uuid4().hex}-{name}"))


async def store(scope: Scope, receive: Receive) -> Response:
    """Whatever fails, the sinks remove what they have written of this form."""
    fields: list[list[str]] = []
    files = []
    async with form(scope, receive, sink=on_disk) as received:
        for name, value in received.multi_items():
            if not isinstance(value, UploadFile):
                fields.append([name, value])
            elif isinstance(sink := value.sink, HashSink):
                kept_as = sink.sink.path.name if isinstance(sink.sink, PathSink) else None
                files.append(told(name, value, size=value.size, sha256=sink.hexdigest(), kept_as=kept_as))
    return answer({"fields": fields, "files": files})


def told(name: str, head: UploadFile | PartHead, **more: Any) -> dict[str, Any]:
    return {"name": name, "filename": head.filename, "content_type": head.content_type, **more}


ENDPOINTS = {"/form": read_form, "/stream": stream, "/disk": store}


async def uploads(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        raise NotImplementedError(f"There is nothing here for a scope of the type {scope['type']!r}.")
    path = get_route_path(scope)  # the path below whatever this is mounted at
    endpoint = ENDPOINTS.get(path)
    if path == "/":
        response = Response(PAGE, media_type="text/html")
    elif endpoint is None:
        response = answer({"error": "Not Found"}, 404)
    elif scope["method"] != "POST":
        response = answer({"error": "Method Not Allowed"}, 405)
        response.headers["allow"] = "POST"
    else:
        try:
            response = await endpoint(scope, receive)
        except HTTPException as error:  # what is wrong with a form is one
            response = answer({"error": error.detail}, error.status_code)
    await response(scope, receive, send)


app = FormLimitsMiddleware(uploads, max_fields=100, max_files=5, max_file_size=8 * MIB, max_total_file_size=64 * MIB)
