"""Captures the corpus of request bodies anew, from the clients that are installed.

    python packages/asgi-forms/tests/corpus/capture.py              all clients
    python packages/asgi-forms/tests/corpus/capture.py curl httpx   some

By hand, never by a test. Needs playwright, httpx, requests, urllib3, uvicorn, and the programs chromium and curl. Each
client really sends its forms, to a server on a free port that keeps the content type and the body. Both are written
to `captures`: the body as NAME.bin, the rest as NAME.json with the client, its version and what was meant.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import from_chromium
import from_curl
import from_httpx
import from_requests
import from_urllib3
from recorder import Capture, Recorder

FOLDER = Path(__file__).parent / "captures"
CLIENTS: dict[str, Callable[[Recorder], Iterator[Capture]]] = {
    "chromium": from_chromium.captures,
    "curl": from_curl.captures,
    "httpx": from_httpx.captures,
    "requests": from_requests.captures,
    "urllib3": from_urllib3.captures,
}


def main(names: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    with Recorder() as recorder:
        for name in names or CLIENTS:
            for old in FOLDER.glob(f"{name}-*"):
                old.unlink()
            for capture in CLIENTS[name](recorder):
                write(f"{name}-{capture.case}", capture)
    files = list(FOLDER.iterdir())
    print(f"{len(files) // 2} captures, {sum(path.stat().st_size for path in files) // 1024} KiB")


def write(name: str, capture: Capture) -> None:
    path = FOLDER / f"{name}.bin"
    assert not path.exists(), f"Two captures are called {name}."
    path.write_bytes(capture.body)
    about = {
        "client": capture.client,
        "content_type": capture.content_type,
        "expected": capture.expected,
        **({"comment": capture.comment} if capture.comment else {}),
    }
    path.with_suffix(".json").write_text(json.dumps(about, indent=1) + "\n", "ascii", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
