"""Peak memory and time of a large upload: as a form that spools it to disk, ours and Starlette's, and as our stream.

    TMPDIR=/var/tmp python benchmarks/form_memory.py [--mib 1024]

Each figure is a process of its own, which reads the request straight from a ``receive`` that makes chunks of 64 KiB and
keeps none. It reads a form with a small file first, so that what is loaded and made once is not counted; then its
highest resident memory (VmHWM of /proc/self/status, or ``ru_maxrss`` where there is none) before and after the large
upload. The spooled file goes where TMPDIR says; if that is in memory (tmpfs), it is not counted either.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

MIB = 1024 * 1024
CHUNK = bytes(range(256)) * 256
HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
TAIL = b"\r\n--x--\r\n"
SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/",
    "headers": [(b"content-type", b"multipart/form-data; boundary=x")],
}

Receive = Callable[[], Awaitable[dict[str, Any]]]


def upload(chunks: int) -> Receive:
    """A form with a file of that many chunks."""
    sent = -1

    async def receive() -> dict[str, Any]:
        nonlocal sent
        sent += 1
        body = HEAD if sent == 0 else TAIL if sent > chunks else CHUNK
        return {"type": "http.request", "body": body, "more_body": sent <= chunks}

    return receive


async def our_form(receive: Receive, size: int) -> int:
    import asgi_forms

    async with asgi_forms.form(dict(SCOPE), receive, max_file_size=size) as form:
        file = form["file"]
        assert isinstance(file, asgi_forms.UploadFile)
        return file.size or 0


async def our_stream(receive: Receive, size: int) -> int:
    import asgi_forms

    total = 0
    async for part in asgi_forms.stream_multipart(dict(SCOPE), receive, max_file_size=size):
        async for chunk in part:
            total += len(chunk)
    return total


async def starlettes_form(receive: Receive, size: int) -> int:
    from starlette.requests import Request

    async with Request(dict(SCOPE), receive).form() as form:
        return form["file"].size  # type: ignore[union-attr,return-value]


READERS = {"asgi-forms, form": our_form, "asgi-forms, stream": our_stream, "Starlette, form": starlettes_form}


def peak() -> float:
    """MiB of resident memory at most."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / MIB if sys.platform == "darwin" else most / 1024


async def measure(reader: str, size: int) -> dict[str, float]:
    """In a process of its own: what the upload takes."""
    read = READERS[reader]
    small = 2 * MIB  # which goes to disk as well
    assert await read(upload(small // len(CHUNK)), size) == small
    before = peak()
    begin = time.perf_counter()
    assert await read(upload(size // len(CHUNK)), size) == size
    seconds = time.perf_counter() - begin
    return {"before": before, "after": peak(), "seconds": seconds}


def main(mib: int) -> None:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free // MIB
    if free < mib + 64:
        sys.exit(f"{folder} has {free} MiB left: name a folder with more by TMPDIR.")
    print(f"upload of {mib} MiB in chunks of 64 KiB, spooled to {folder}\n")
    print("| | before, MiB | after, MiB | grown by | seconds | MiB/s |\n|---|---|---|---|---|---|")
    for reader in READERS:
        command = [sys.executable, __file__, "--mib", str(mib), "--reader", reader]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        before, after, seconds = found["before"], found["after"], found["seconds"]
        print(
            f"| {reader} | {before:.1f} | {after:.1f} | {after - before:.1f} | {seconds:.2f} | {mib / seconds:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--reader", choices=READERS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.reader is None:
        main(arguments.mib)
    else:
        print(json.dumps(asyncio.run(measure(arguments.reader, arguments.mib * MIB))))
