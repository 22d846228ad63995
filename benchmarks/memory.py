"""Peak memory of a server while it sends a file of 1 GiB and receives a body of 1 GiB, ours beside Starlette's.

    python benchmarks/memory.py [--mebibytes 1024]

Each figure is one uvicorn of its own on a free port: the highest resident memory of its process (VmHWM of
/proc/PID/status, so Linux only) after a small request and after the large one, whose difference is what the large one
cost. The file is sparse; the body is sent in parts and never held by the client.
"""

from __future__ import annotations

import argparse
import http.client
import os
import tempfile
import time
from pathlib import Path

from serving import serving

PREAMBLES = {
    "asgi-http": "from asgi_http import FileResponse, PlainTextResponse, request_response",
    "starlette": (
        "from starlette.responses import FileResponse, PlainTextResponse\n"
        "from starlette.routing import request_response"
    ),
}
APP = """
{preamble}

async def endpoint(request):
    if request.method == "GET":
        return FileResponse({path!r} if request.url.path == "/large" else __file__)
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
    return PlainTextResponse(str(total))

app = request_response(endpoint)
"""
PART = 64 * 1024


def peak_mebibytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def download(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path)
    response = connection.getresponse()
    total = 0
    while part := response.read(PART):
        total += len(part)
    connection.close()
    return total


def upload(port: int, size: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    parts = (b"\0" * PART for _ in range(size // PART))
    connection.request("POST", "/", body=parts, headers={"content-length": str(size)})
    answer = connection.getresponse().read()
    connection.close()
    return int(answer)


def measure(folder: Path, framework: str, path: Path, size: int) -> None:
    source = APP.format(preamble=PREAMBLES[framework], path=str(path))
    for title in ("file sent", "body received"):
        with serving(folder, source, "--lifespan=off") as (port, pid):
            download(port, "/small") if title == "file sent" else upload(port, PART)
            before = peak_mebibytes(pid)
            begin = time.perf_counter()
            done = download(port, "/large") if title == "file sent" else upload(port, size)
            seconds = time.perf_counter() - begin
            assert done == size, (done, size)
            after = peak_mebibytes(pid)
        grown = f"{before:7.1f} MiB before {after:7.1f} after   +{after - before:5.1f} MiB"
        print(f"  {title:14} {framework:10} {grown} {seconds:6.1f} s")


def main(mebibytes: int) -> None:
    size = mebibytes * 1024 * 1024
    print(f"peak resident memory of uvicorn, {mebibytes} MiB:")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "large.bin"
        with path.open("wb") as file:
            os.truncate(file.fileno(), size)
        for framework in PREAMBLES:
            measure(folder, framework, path, size)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mebibytes", type=int, default=1024)
    main(parser.parse_args().mebibytes)
