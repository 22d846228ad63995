"""Ranges and preconditions against an independent client: curl, over a real server, byte for byte."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent

SMALL = "".join(f"{number:04}" for number in range(256)).encode()  # 1 KiB
LARGE = random.Random(1).randbytes(3_000_001)
LONG_AGO = 1_000_000_000
DATE = "Sun, 09 Sep 2001 01:46:40 GMT"


@dataclass
class Answer:
    status: int
    headers: Message
    body: bytes

    def parts(self) -> list[tuple[str, bytes]]:
        """Content-Range and content of each part of a multipart body."""
        whole = message_from_bytes(f"content-type: {self.headers['content-type']}\r\n\r\n".encode() + self.body)
        return [(part["content-range"], part.get_payload(decode=True)) for part in whole.get_payload()]


class Curl:
    """Runs curl, which is another program by other people."""

    def __init__(self, program: str, url: str, directory: Path) -> None:
        self.program = program
        self.url = url
        self.directory = directory

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        command = [self.program, "--silent", "--show-error", "--max-time", "20", *arguments]
        return subprocess.run(command, capture_output=True, check=check)

    def __call__(self, path: str, *arguments: str, **headers: str) -> Answer:
        fields = self.directory / "fields"  # one argument could not hold ten thousand ranges
        fields.write_text("".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items()))
        shown = self.directory / "shown"
        done = self.run("-D", str(shown), "-H", f"@{fields}", *arguments, self.url + path)
        status_line, _, rest = shown.read_bytes().partition(b"\r\n")
        return Answer(int(status_line.split()[1]), message_from_bytes(rest), done.stdout)


@pytest.fixture(name="directory", scope="module")
def directory_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("files")
    for name, content in (("small.txt", SMALL), ("large.bin", LARGE), ("empty.txt", b"")):
        (directory / name).write_bytes(content)
        os.utime(directory / name, (LONG_AGO, LONG_AGO))
    return directory


@pytest.fixture(name="curl", scope="module")
def curl_fixture(
    curl_program: str, directory: Path, serve: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Curl]:
    with serve("uvicorn", "files:app", HERE, env={"FILES": str(directory)}) as served:
        yield Curl(curl_program, served.url, tmp_path_factory.mktemp("curl"))
    assert "Traceback" not in served.log


FILES = {"/small.txt": SMALL, "/large.bin": LARGE, "/empty.txt": b""}


@pytest.mark.parametrize("path", FILES)
def test_whole_files(curl: Curl, path: str) -> None:
    answer = curl(path)
    assert (answer.status, answer.body) == (200, FILES[path])
    assert answer.headers["content-length"] == str(len(FILES[path]))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["last-modified"] == DATE


@pytest.mark.parametrize("path", FILES)
def test_head(curl: Curl, path: str) -> None:
    answer = curl(path, "--head", Range="bytes=0-9")
    assert (answer.status, answer.headers["content-length"]) == (200, str(len(FILES[path])))
    assert answer.headers["etag"] == curl(path).headers["etag"]


@pytest.mark.parametrize("path", ["/small.txt", "/large.bin"])
@pytest.mark.parametrize(
    "wanted", ["0-0", "0-499", "500-", "-5", "-1", "0-", "1000-1023", "0-99999999999", "-99999999999"]
)
def test_one_range(curl: Curl, path: str, wanted: str) -> None:
    content = FILES[path]
    first, _, last = wanted.partition("-")
    start = int(first) if first else max(len(content) - int(last), 0)
    end = min(int(last) + 1, len(content)) if first and last else len(content)
    for answer in (curl(path, "-r", wanted), curl(path, Range=f"bytes={wanted}")):
        assert (answer.status, answer.body) == (206, content[start:end])
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(content)}"
        assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("path", ["/small.txt", "/large.bin"])
def test_several_ranges(curl: Curl, path: str) -> None:
    content = FILES[path]
    answer = curl(path, "-r", "500-599,0-9,-10,50-99,90-109")
    assert answer.status == 206
    assert answer.headers["content-length"] == str(len(answer.body))
    spans = [(0, 10), (50, 110), (500, 600), (len(content) - 10, len(content))]
    assert answer.parts() == [(f"bytes {start}-{end - 1}/{len(content)}", content[start:end]) for start, end in spans]


def test_large_parts(curl: Curl) -> None:
    answer = curl("/large.bin", "-r", "0-999999,1500000-")
    assert [content for _, content in answer.parts()] == [LARGE[:1_000_000], LARGE[1_500_000:]]


def test_a_download_goes_on_where_it_was(curl: Curl, tmp_path: Path) -> None:
    target = tmp_path / "large.bin"
    target.write_bytes(LARGE[:1_234_567])
    curl.run("-C", "-", "-o", str(target), f"{curl.url}/large.bin")
    assert target.read_bytes() == LARGE


def test_if_range(curl: Curl) -> None:
    etag = curl("/small.txt", "--head").headers["etag"]
    for if_range in (etag, DATE):
        answer = curl("/small.txt", "-r", "0-9", If_Range=if_range)
        assert (answer.status, answer.body) == (206, SMALL[:10])
    for if_range in ('"other"', f"W/{etag}", "Sun, 09 Sep 2001 01:46:41 GMT"):
        answer = curl("/small.txt", "-r", "0-9", If_Range=if_range)
        assert (answer.status, answer.body) == (200, SMALL)


def test_a_range_behind_the_end(curl: Curl) -> None:
    answer = curl("/small.txt", "-r", "1024-")
    assert (answer.status, answer.headers["content-range"], answer.body) == (416, "bytes */1024", b"")
    assert curl.run("--fail", "-r", "1024-", f"{curl.url}/small.txt", check=False).returncode == 22


def test_ranges_that_are_none(curl: Curl) -> None:
    for wanted in ("bytes=9-5", "bytes=", "bytes", "bytes=a-b"):
        answer = curl("/small.txt", Range=wanted)
        assert (answer.status, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8")
    answer = curl("/small.txt", Range="lines=1-2")
    assert (answer.status, answer.body) == (200, SMALL)


TEN_THOUSAND = {
    "one after the other": ",".join(f"{number}-{number}" for number in range(10_000)),
    "all alike": ",".join(["0-"] * 10_000),
    "each in the next": ",".join(f"{number}-" for number in range(10_000, 0, -1)),
    "from behind": ",".join(f"-{number}" for number in range(1, 10_001)),
    "inverted": ",".join(["9-5"] * 10_000),
    "empty": "," * 10_000,
    "none": "x," * 10_000,
}


@pytest.mark.parametrize("name", TEN_THOUSAND)
def test_ten_thousand_ranges_are_the_whole_file_at_once(curl: Curl, name: str) -> None:
    wanted = TEN_THOUSAND[name]
    started = time.monotonic()
    answer = curl("/large.bin", "--http1.1", Range=f"bytes={wanted}")
    assert (answer.status, answer.body) == (200, LARGE)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("wanted", "status"), [("0-{}", 206), ("-{}", 206), ("{}-", 416), ("{}-5", 400), ("{0}-{0}", 416)]
)
def test_huge_numbers(curl: Curl, wanted: str, status: int) -> None:
    answer = curl("/small.txt", Range="bytes=" + wanted.format("9" * 20_000))
    assert answer.status == status
    if status == 206:
        assert answer.body == SMALL


def test_conditional_requests(curl: Curl, tmp_path: Path) -> None:
    etag = curl("/small.txt").headers["etag"]
    assert curl("/small.txt", If_None_Match=etag).status == 304
    assert curl("/small.txt", "-z", DATE).status == 304
    assert curl("/small.txt", "-z", "Sun, 09 Sep 2001 01:46:39 GMT").status == 200
    assert curl("/small.txt", If_Match='"other"').status == 412

    known = tmp_path / "etag"
    arguments = ["--etag-save", str(known), "--etag-compare", str(known)]
    known.touch()
    assert curl("/large.bin", *arguments).body == LARGE
    assert curl("/large.bin", *arguments).status == 304


def test_the_name_to_save_it_under(curl: Curl, tmp_path: Path) -> None:
    curl.run("-OJ", "--output-dir", str(tmp_path), f"{curl.url}/download")
    saved = next(tmp_path.iterdir())  # curl knows the name in ASCII only
    assert (saved.name, saved.read_bytes()) == ("Gro_e & Ma_.txt", SMALL)


def test_two_people_edit_one_note(curl: Curl) -> None:
    seen = curl("/note").headers["etag"]
    put = ["-X", "PUT", "--data-binary"]
    assert curl("/note", *put, "Mine.", If_Match=seen).body == b"Mine."
    late = curl("/note", *put, "Theirs.", If_Match=seen)
    assert (late.status, late.body) == (412, b"Precondition Failed")
    now = curl("/note")
    assert (now.body, now.headers["etag"] != seen) == (b"Mine.", True)
    assert curl("/note", If_None_Match=now.headers["etag"]).status == 304


def test_a_response_like_any_other_gets_a_tag(curl: Curl) -> None:
    answer = curl("/time")
    assert curl("/time", If_None_Match=answer.headers["etag"]).status == 304


EXPORT = "".join(f"{number}\n" for number in range(100_000)).encode()


def wait_until_removed(directory: Path) -> None:
    """The client has everything before the background work is done."""
    deadline = time.monotonic() + 10
    while list(directory.glob("*.export")):
        assert time.monotonic() < deadline, "Files were left behind."
        time.sleep(0.01)


def test_a_file_that_is_removed_afterwards_arrives(curl: Curl, directory: Path) -> None:
    for _ in range(5):
        answer = curl("/export")
        assert (answer.status, answer.body) == (200, EXPORT)
        assert curl("/export", "-r", f"{len(EXPORT)}-").status == 416
    wait_until_removed(directory)


def test_it_arrives_from_a_server_that_opens_files_itself(
    curl_program: str, directory: Path, serve: Any, tmp_path: Path
) -> None:
    """Granian has ``http.response.pathsend``, and opens the path when the application has returned."""
    with serve("granian", "files:app", HERE, env={"FILES": str(directory)}) as served:
        curl = Curl(curl_program, served.url, tmp_path)
        for _ in range(30):
            answer = curl("/export")
            assert (answer.status, answer.body) == (200, EXPORT)
        for path, content in FILES.items():
            assert curl(path).body == content
        assert curl("/large.bin", "-r", "5-9").body == LARGE[5:10]
    wait_until_removed(directory)


def test_a_client_that_leaves_does_not_matter(curl: Curl) -> None:
    for _ in range(5):
        curl.run("--max-time", "0.05", "--limit-rate", "1000", "-o", os.devnull, f"{curl.url}/large.bin", check=False)
    assert curl("/large.bin").body == LARGE
