"""Compression against decoders of other people, over real servers: those of curl and of a real Chromium."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SERVERS = ("uvicorn", "hypercorn-asyncio", "hypercorn-trio", "granian", "daphne")
CODINGS = ("gzip", "br", "zstd")

RECORDS = [
    {"id": number, "name": f"Record {number}", "price": number * 1.25, "tags": ["a", "b"]} for number in range(500)
]
BODIES = {
    "/data": json.dumps(RECORDS, separators=(",", ":")).encode(),
    "/lines": b"".join(b"line %d\n" % number for number in range(20_000)),
    "/picture": bytes(10_000),
}


class Curl:
    """Runs curl, which asks for one coding and undoes it by itself."""

    def __init__(self, program: str, url: str, directory: Path) -> None:
        self.program = program
        self.url = url
        self.shown = directory / "shown"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [self.program, "--silent", "--show-error", "--max-time", "20", *arguments]
        return subprocess.run(command, capture_output=True, check=False)

    def __call__(self, path: str, *arguments: str) -> tuple[Message, bytes]:
        done = self.run("--dump-header", str(self.shown), *arguments, self.url + path)
        assert done.returncode == 0, done.stderr
        return message_from_bytes(self.shown.read_bytes().partition(b"\r\n")[2]), done.stdout


@pytest.fixture(name="curl", scope="module", params=SERVERS)
def curl_fixture(
    request: pytest.FixtureRequest, curl_program: str, serve: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Curl]:
    with serve(request.param, "compressed:app", HERE) as served:
        yield Curl(curl_program, served.url, tmp_path_factory.mktemp("curl"))
    assert "Traceback" not in served.log


@pytest.fixture(name="codings", scope="module")
def codings_fixture(curl_program: str) -> list[str]:
    """The codings that this curl was built with."""
    version = subprocess.run([curl_program, "-V"], capture_output=True, check=True, text=True).stdout
    features = {"gzip": "libz", "br": "brotli", "zstd": "zstd"}
    return [coding for coding in CODINGS if features[coding] in version.split()]


@pytest.mark.parametrize("path", BODIES)
def test_curl_undoes_each_coding(curl: Curl, codings: list[str], path: str) -> None:
    assert codings
    for coding in codings:
        headers, body = curl(path, "--compressed", "--header", f"Accept-Encoding: {coding}")
        assert body == BODIES[path]
        assert headers["content-encoding"] == (None if path == "/picture" else coding)
        assert headers["vary"] == (None if path == "/picture" else "Accept-Encoding")


@pytest.mark.parametrize("path", BODIES)
def test_what_is_sent_is_smaller(curl: Curl, path: str) -> None:
    plain, body = curl(path)
    assert (plain["content-encoding"], body) == (None, BODIES[path])
    if path != "/picture":
        headers, coded = curl(path, "--header", "Accept-Encoding: gzip")
        assert len(coded) < len(body) / 2
        assert gzip.decompress(coded) == body
        if path != "/lines":
            assert headers["content-length"] == str(len(coded))


def test_the_fields_of_head_are_those_of_get(curl: Curl) -> None:
    get, _ = curl("/", "--header", "Accept-Encoding: gzip")
    head, body = curl("/", "--header", "Accept-Encoding: gzip", "--head", "--output", "/dev/null")
    for name in ("content-encoding", "vary", "etag", "content-type"):
        assert get[name] == head[name]
    assert get["etag"] == 'W/"page-1"'
    assert body == b""
    assert head["content-length"] in (None, get["content-length"])


def test_a_connection_goes_on_after_each_kind_of_answer(curl: Curl) -> None:
    paths = ("/data", "/lines", "/data", "/picture", "/lines")
    done = curl.run("--compressed", "--write-out", "%{num_connects}", *(curl.url + path for path in paths))
    assert done.stdout == b"".join(BODIES[path] + b"%d" % (index == 0) for index, path in enumerate(paths))


def test_events_arrive_one_by_one(curl: Curl, codings: list[str]) -> None:
    for coding in codings:
        command = [curl.program, "--silent", "--no-buffer", "--max-time", "20", "--compressed"]
        command += ["--header", f"Accept-Encoding: {coding}", curl.url + "/events"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            received = [process.stdout.readline() for _ in range(6)]
            process.kill()
        assert received == [b"data: event 0\n", b"\n", b"data: event 1\n", b"\n", b"data: event 2\n", b"\n"]


def test_compressed_requests(curl: Curl, tmp_path: Path) -> None:
    file = tmp_path / "body"
    file.write_bytes(gzip.compress(BODIES["/lines"]))
    upload = ("--data-binary", f"@{file}", "--header", "Content-Encoding: gzip")
    assert json.loads(curl("/count", *upload)[1]) == [len(BODIES["/lines"]), None]
    chunked = (*upload, "--header", "Transfer-Encoding: chunked")
    assert json.loads(curl("/count", *chunked)[1]) == [len(BODIES["/lines"]), None]


@pytest.mark.parametrize(
    ("body", "coding", "status"),
    [(b"nonsense", "gzip", b"400"), (gzip.compress(bytes(10_000_000)), "gzip", b"413"), (b"abc", "compress", b"415")],
)
def test_refused_requests(curl: Curl, tmp_path: Path, body: bytes, coding: str, status: bytes) -> None:
    file = tmp_path / "body"
    file.write_bytes(body)
    upload = ("--data-binary", f"@{file}", "--header", f"Content-Encoding: {coding}")
    answer = curl("/count", *upload, "--output", "/dev/null", "--write-out", "%{http_code}")[1]
    assert answer == status


@pytest.mark.parametrize("server", ["uvicorn", "hypercorn-trio", "granian"])
def test_a_browser_reads_all_of_it(browser: Any, serve: Any, server: str) -> None:
    with serve(server, "compressed:app", HERE) as served:
        page = browser.new_page()
        codings: dict[str, str | None] = {}
        page.on("response", lambda response: codings.update({response.url: response.headers.get("content-encoding")}))
        # Browsers accept br and zstd from secure origins only, of which localhost is one.
        url = f"http://localhost:{served.port}"
        page.goto(url)
        page.wait_for_function("document.querySelectorAll('#events li').length >= 3", timeout=20_000)
        assert page.locator("#data").text_content() == "500 records"
        assert page.locator("#lines").text_content() == f"{len(BODIES['/lines'])} characters"
        assert page.locator("#events li").first.text_content() == "event 0"
        assert {codings[url + path] for path in ("/", "/data", "/lines", "/events")} == {"zstd"}
        page.close()


@pytest.mark.parametrize("coding", CODINGS)
def test_a_browser_reads_each_coding(browser: Any, serve: Any, coding: str) -> None:
    with serve("uvicorn", "compressed:app", HERE) as served:
        page = browser.new_page(extra_http_headers={"accept-encoding": coding})
        response = page.goto(f"http://localhost:{served.port}/")
        assert response.headers["content-encoding"] == coding
        assert response.headers["etag"] == 'W/"page-1"'
        page.wait_for_function("document.querySelectorAll('#events li').length >= 2", timeout=20_000)
        assert page.locator("#data").text_content() == "500 records"
        page.close()
