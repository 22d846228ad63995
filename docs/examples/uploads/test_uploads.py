"""Uploads under real servers on both event loops, sent by curl, httpx, a browser, and by what breaks off half-way."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent

# A server that answers before it has read a whole body closes the connection, so none is used twice.
CLOSE = {"connection": "close"}

SERVERS = ("uvicorn", "hypercorn-asyncio", "hypercorn-trio", "granian", "daphne")
PATHS = ("/form", "/stream", "/disk")

MIB = 1024 * 1024
SMALL = b"\r\n--small\r\n\0\xff" * 100
LARGE = Random(1).randbytes(3 * MIB + 1)  # more than is kept in memory


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def file_told(name: str, filename: str, content_type: str | None, content: bytes) -> dict[str, Any]:
    size = len(content)
    return {
        "name": name,
        "filename": filename,
        "content_type": content_type,
        "size": size,
        "sha256": digest(content),
    }


@dataclass
class Uploads:
    """The application behind a server, and the two folders it may write to."""

    served: Any
    client: httpx.Client
    kept: Path
    temporary: Path
    collects_bodies: bool

    def assert_nothing_left(self) -> None:
        """No file is kept, and the server has no temporary file open, which has no name."""
        deadline = time.monotonic() + 10
        while self.left():
            assert time.monotonic() < deadline, (self.left(), self.served.log)
            time.sleep(0.05)

    def left(self) -> list[str]:
        files = [str(path) for folder in (self.kept, self.temporary) for path in folder.iterdir()]
        return files + [name for name in open_files() if name.startswith(str(self.temporary))]


def open_files() -> Iterator[str]:
    """What the processes of this machine have open, as far as Linux says it."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            yield str(link.readlink())
        except OSError:  # closed meanwhile, or another's
            continue


@pytest.fixture(name="uploads", scope="module", params=SERVERS)
def uploads_fixture(
    request: pytest.FixtureRequest, serve: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Uploads]:
    """The bare application, whose server has had nothing to complain of at the end."""
    kept, temporary = tmp_path_factory.mktemp("kept"), tmp_path_factory.mktemp("temporary")
    env = {"UPLOADS": str(kept), "TMPDIR": str(temporary), "PYTHONWARNINGS": "always"}
    with (
        serve(request.param, "uploads:app", HERE, env=env) as served,
        httpx.Client(base_url=served.url, timeout=20, headers=CLOSE) as client,
    ):
        yield Uploads(served, client, kept, temporary, request.param == "daphne")
    assert_no_trouble(served.log)


def assert_no_trouble(log: str) -> None:
    for trouble in ("ResourceWarning", "never awaited", "Exception ignored"):
        assert trouble not in log, log
    # Where an answer comes before the end of a body and the client then hangs up, hypercorn trips over its own feet:
    # asyncio complains of a task that was cancelled, and trio of two tasks that send at once.
    complaints = log.count("\nException in callback StreamReaderProtocol.connection_made")
    complaints += log.count("\ntrio.BusyResourceError: another task is currently sending data")
    assert log.count("Traceback") == complaints, log


@pytest.fixture(autouse=True)
def empty(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "uploads" in request.fixturenames:
        for path in request.getfixturevalue("uploads").kept.iterdir():
            path.unlink()


# Whole forms


@pytest.mark.parametrize("path", PATHS)
def test_a_form_of_httpx(path: str, uploads: Uploads) -> None:
    files: list[Any] = [
        ("files", ("small.bin", SMALL, "application/x-small")),
        ("files", ('Grüße "x".txt', LARGE)),
        ("empty", ("nothing", b"", "text/plain")),
    ]
    answer = uploads.client.post(path, data={"title": "Zoë", "tag": ["a", "b"]}, files=files)
    assert (answer.status_code, answer.json()["fields"]) == (200, [["title", "Zoë"], ["tag", "a"], ["tag", "b"]])
    told = [{key: value for key, value in file.items() if key != "kept_as"} for file in answer.json()["files"]]
    assert told == [
        file_told("files", "small.bin", "application/x-small", SMALL),
        file_told("files", 'Grüße "x".txt', "text/plain", LARGE),
        file_told("empty", "nothing", "text/plain", b""),
    ]
    if path == "/disk":
        kept = sorted(digest(file.read_bytes()) for file in uploads.kept.iterdir())
        assert kept == sorted(digest(content) for content in (SMALL, LARGE, b""))


@pytest.mark.parametrize("path", PATHS)
def test_a_form_of_curl(path: str, uploads: Uploads, curl_program: str, tmp_path: Path) -> None:
    (tmp_path / "large.bin").write_bytes(LARGE)
    command = [curl_program, "--silent", "--max-time", "20", "--form", "title=Zoë", f"{uploads.served.url}{path}"]
    command += ["--form", f'files=@{tmp_path}/large.bin;filename="a\\"b.bin";type=image/png']
    answer = json.loads(subprocess.check_output(command))
    assert answer["fields"] == [["title", "Zoë"]]
    assert answer["files"][0].items() >= file_told("files", 'a"b.bin', "image/png", LARGE).items()


def test_an_urlencoded_form_of_curl(uploads: Uploads, curl_program: str) -> None:
    command = [curl_program, "--silent", "--data-urlencode", "title=Zoë & co", "-d", "tag=a", "-d", "tag=b"]
    answer = json.loads(subprocess.check_output([*command, f"{uploads.served.url}/form"]))
    assert answer == {"fields": [["title", "Zoë & co"], ["tag", "a"], ["tag", "b"]], "files": []}


@pytest.mark.parametrize("filename", ["../../evil.sh", "..\\evil.sh", "/etc/passwd", "C:\\evil.sh", "..", "ü" * 300])
def test_a_file_name_leads_nowhere(filename: str, uploads: Uploads) -> None:
    before = set(uploads.kept.parent.iterdir())
    answer = uploads.client.post("/disk", files={"files": (filename, SMALL)})
    assert answer.status_code == 200
    (file,) = answer.json()["files"]
    assert [path.name for path in uploads.kept.iterdir()] == [file["kept_as"]]
    assert (uploads.kept / file["kept_as"]).read_bytes() == SMALL
    assert set(uploads.kept.parent.iterdir()) == before


# What is refused


def multipart(*parts: tuple[str, bytes], end: bytes = b"--x--\r\n") -> bytes:
    """A body with the boundary x; each part is the rest of its Content-Disposition, and its content."""
    return (
        b"".join(
            b"--x\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (disposition.encode(), content)
            for disposition, content in parts
        )
        + end
    )


FILE = 'name="files"; filename="a.bin"'
REFUSED = {
    "a file": (multipart((FILE, bytes(8 * MIB + 1))), 413, "File exceeded maximum size of 8388608 bytes."),
    "files": (multipart(*[(FILE, b"x")] * 6), 413, "Too many files. Maximum number of files is 5."),
    "fields": (multipart(*[('name="a"', b"x")] * 101), 413, "Too many fields. Maximum number of fields is 100."),
    "a field": (multipart(('name="a"', bytes(MIB + 1))), 413, "Part exceeded maximum size of 1024KB."),
    "cut off": (multipart((FILE, LARGE), end=b""), 400, "The form ends before its final boundary: it was cut off."),
    "malformed": (b"--x\r\nno header\r\n\r\n", 400, "Invalid multipart data. Malformed segment header."),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("path", PATHS)
def test_what_is_wrong_with_a_form_is_told(path: str, name: str, uploads: Uploads) -> None:
    body, status, reason = REFUSED[name]
    if name == "a file" and path == "/stream":
        assert uploads.client.post(path, files={"files": bytes(8 * MIB + 1)}).status_code == 200
        return
    answer = uploads.client.post(path, content=body, headers={"content-type": "multipart/form-data; boundary=x"})
    assert (answer.status_code, answer.json()) == (status, {"error": reason})
    uploads.assert_nothing_left()


def test_other_requests(uploads: Uploads) -> None:
    assert uploads.client.post("/stream", json={}).status_code == 415
    assert uploads.client.post("/form", json={}).json() == {"fields": [], "files": []}
    refused = uploads.client.get("/form")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert uploads.client.get("/missing").status_code == 404


# What breaks off half-way


def head(path: str, size: int) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: a", "Content-Type: multipart/form-data; boundary=x"]
    return "\r\n".join([*lines, f"Content-Length: {size}", "\r\n"]).encode()


@pytest.mark.parametrize("path", PATHS)
def test_a_client_that_sends_too_much_is_told_before_it_has_sent_all(path: str, uploads: Uploads) -> None:
    """It announces a gigabyte, and has its answer soon after the first byte that is too much."""
    if uploads.collects_bodies:
        pytest.skip("daphne calls an application when the whole body is there")
    limit = 64 * MIB if path == "/stream" else 8 * MIB
    with socket.create_connection(("127.0.0.1", uploads.served.port), timeout=20) as connection:
        connection.sendall(head(path, 1024 * MIB) + multipart((FILE, b""), end=b"")[:-2])
        for _ in range(limit // MIB):
            connection.sendall(bytes(MIB))
        connection.sendall(b"x" * 100)
        answer = HTTPResponse(connection)
        answer.begin()
        assert (answer.status, answer.read()) == (413, b'{"error": "File exceeded maximum size of %d bytes."}' % limit)
    uploads.assert_nothing_left()
    assert uploads.client.post(path, files={"files": SMALL}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_curl_is_told_that_a_file_is_too_large(path: str, uploads: Uploads, curl_program: str, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        os.truncate(file.fileno(), 65 * MIB)
    command = [curl_program, "--silent", "--max-time", "60", "--form", f"files=@{large}", "--write-out", "%{http_code}"]
    sent = subprocess.run([*command, f"{uploads.served.url}{path}"], capture_output=True, text=True, check=False)
    limit = 64 * MIB if path == "/stream" else 8 * MIB
    told = f'{{"error": "File exceeded maximum size of {limit} bytes."}}413'
    # A server closes a connection of which it does not want the rest, and curl may see that before the answer.
    assert sent.stdout == told or sent.returncode in (55, 56), sent
    uploads.assert_nothing_left()
    assert uploads.client.post(path, files={"files": SMALL}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_a_client_that_leaves_half_way(path: str, uploads: Uploads) -> None:
    body = multipart((FILE, SMALL), (FILE, LARGE), end=b"")
    for sent in (body[:1000], body[: 2 * MIB], body):
        with socket.create_connection(("127.0.0.1", uploads.served.port), timeout=20) as connection:
            connection.sendall(head(path, len(body) + MIB) + sent)
            if path == "/disk" and sent == body and not uploads.collects_bodies:
                wait_until_written(uploads.kept)  # so that there is something to remove
    uploads.assert_nothing_left()
    assert uploads.client.post(path, files={"files": SMALL}).status_code == 200


def wait_until_written(folder: Path) -> None:
    deadline = time.monotonic() + 10
    while not any(path.stat().st_size for path in folder.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


# A browser


@pytest.mark.parametrize("path", PATHS)
def test_the_form_of_a_browser(path: str, browser: Any, uploads: Uploads, tmp_path: Path) -> None:
    files = {"large.png": LARGE, 'a "b" ü.txt': SMALL}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    page = browser.new_page()
    try:
        page.goto(uploads.served.url)
        page.fill(f"#{path[1:]} [name=title]", "Zoë & co")
        page.set_input_files(f"#{path[1:]} [name=files]", [str(tmp_path / name) for name in files])
        page.click(f"#{path[1:]} button")
        page.wait_for_url(f"**{path}")
        answer = json.loads(page.inner_text("body"))
        page.goto(uploads.served.url)
        page.click(f"#{path[1:]} button")
        page.wait_for_url(f"**{path}")
        unfilled = json.loads(page.inner_text("body"))
    finally:
        page.close()
    assert answer["fields"] == [["title", "Zoë & co"]]
    types = {"large.png": "image/png", 'a "b" ü.txt': "text/plain"}
    for told, (name, content) in zip(answer["files"], files.items(), strict=True):
        assert told.items() >= file_told("files", name, types[name], content).items()
    assert unfilled["fields"] == [["title", ""]]
    no_file = file_told("files", "", "application/octet-stream", b"")
    assert [file.items() >= no_file.items() for file in unfilled["files"]] == [True]
    assert len(list(uploads.kept.iterdir())) == (2 if path == "/disk" else 0)


# In applications of other frameworks


@pytest.fixture(name="env")
def env_fixture(tmp_path: Path) -> dict[str, str]:
    return {"UPLOADS": str(tmp_path)}


@pytest.mark.parametrize("server", SERVERS)
def test_in_fastapi(server: str, serve: Any, env: dict[str, str]) -> None:
    with (
        serve(server, "fastapi_uploads:app", HERE, env=env) as served,
        httpx.Client(base_url=served.url, timeout=20, headers=CLOSE) as client,
    ):
        assert_bare_below(client, Path(env["UPLOADS"]))
        answer = client.post("/form?head=3", data={"title": "Zoë"}, files={"file": b"12345"})
        assert answer.json() == {"title": "Zoë", "file": "123"}
        assert client.post("/form?head=0", files={"file": b"1"}).status_code == 422
        assert client.post("/stream", files={"file": LARGE}).json() == {"file": digest(LARGE)}
        too_many = client.post("/form", files=[("file", b"1")] * 6)
        assert (too_many.status_code, too_many.json()) == (413, {"error": REFUSED["files"][2]})
        assert client.post("/stream", json=1).status_code == 415
        with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
            connection.sendall(head("/form", MIB) + multipart((FILE, SMALL), end=b""))
        assert client.post("/form", files={"file": b"12345"}).json() == {"file": "12345"}
    assert_no_trouble(served.log)


@pytest.mark.parametrize("server", ["uvicorn", "hypercorn-asyncio", "granian"])  # Quart is of asyncio
def test_around_quart(server: str, serve: Any, env: dict[str, str]) -> None:
    with (
        serve(server, "quart_uploads:app", HERE, env=env) as served,
        httpx.Client(base_url=served.url, timeout=20, headers=CLOSE) as client,
    ):
        assert_bare_below(client, Path(env["UPLOADS"]))
        assert "/bare/" in client.get("/").text
        assert client.get("/form").status_code == 404
    assert_no_trouble(served.log)


def assert_bare_below(client: httpx.Client, kept: Path) -> None:
    assert 'action="disk"' in client.get("/bare/").text
    for path in PATHS:
        answer = client.post(f"/bare{path}", files={"files": ("large.bin", LARGE)})
        assert [file["sha256"] for file in answer.json()["files"]] == [digest(LARGE)]
        assert client.post(f"/bare{path}", files=[("files", SMALL)] * 6).status_code == 413
    assert [file.read_bytes() == LARGE for file in kept.iterdir()] == [True]
