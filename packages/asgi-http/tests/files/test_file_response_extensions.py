"""Servers that send a file themselves: the ASGI extensions ``http.response.pathsend`` and ``zerocopysend``."""

import io
import os
import random

import pytest

from asgi_http import FileResponse

pytestmark = pytest.mark.usefixtures("way")

CONTENT = random.Random(8).randbytes(100_000)
PATHSEND = {"http.response.pathsend": {}}
ZEROCOPYSEND = {"http.response.zerocopysend": {}}


@pytest.fixture(name="path")
def path_fixture(tmp_path):
    path = tmp_path / "data.bin"
    path.write_bytes(CONTENT)
    return path


def read(message):
    """What a server would send for a message: the file must be open, and of a descriptor."""
    if message["type"] == "http.response.body":
        return message["body"]
    assert isinstance(message["file"], io.FileIO)
    return os.pread(message["file"].fileno(), message["count"], message["offset"])


async def sent_by(app, scope):
    """The start message, and the others with what a server reads for each of them as it is sent."""
    messages = []

    async def send(message):
        messages.append((message, read(message) if "file" in message or "body" in message else None))

    await app(scope, None, send)
    return messages[0][0], messages[1:]


# pathsend


async def test_the_server_gets_the_path(drive, path):
    answer = await drive.request(FileResponse(path), extensions=PATHSEND)
    assert answer.messages[1:] == [{"type": "http.response.pathsend", "path": str(path)}]
    assert answer.headers["content-length"] == "100000"


@pytest.fixture(name="directory")
def directory_fixture(path, monkeypatch):
    monkeypatch.chdir(path.parent)


@pytest.mark.usefixtures("directory")
async def test_the_path_is_absolute(drive, path):
    answer = await drive.request(FileResponse("data.bin"), extensions=PATHSEND)
    assert answer.messages[1] == {"type": "http.response.pathsend", "path": str(path)}


async def test_the_path_is_for_whole_files_of_any_status(drive, path):
    answer = await drive.request(FileResponse(path, status_code=404), "/", "POST", extensions=PATHSEND)
    assert answer.messages[1]["type"] == "http.response.pathsend"
    answer = await drive.request(FileResponse(path), extensions=PATHSEND, headers={"range": "bytes=5-9"})
    assert (answer.status, answer.body) == (206, CONTENT[5:10])


@pytest.mark.parametrize(("method", "headers", "status"), [("HEAD", {}, 200), ("GET", {"if-none-match": "*"}, 304)])
async def test_where_there_is_no_body_there_is_no_path(drive, path, method, headers, status):
    answer = await drive.request(
        FileResponse(path), "/", method, extensions={**PATHSEND, **ZEROCOPYSEND}, headers=headers
    )
    assert answer.status == status
    assert answer.messages[1:] == [{"type": "http.response.body", "body": b"", "more_body": False}]


async def test_a_missing_file_is_found_missing_before_the_response_begins(drive, path):
    with pytest.raises(RuntimeError, match=r"does not exist\.$"):
        await drive.request(FileResponse(path / "x"), extensions=PATHSEND)


async def test_a_websocket_gets_the_content(drive, path):
    scope = drive.websocket_scope(extensions={"websocket.http.response": {}, **PATHSEND, **ZEROCOPYSEND})
    answer = await drive.events(FileResponse(path), scope, [])
    assert answer.body == CONTENT


async def test_a_client_that_has_gone(drive, path):
    async def send(message):
        if message["type"] != "http.response.start":
            raise OSError

    for extensions in (PATHSEND, ZEROCOPYSEND):
        await FileResponse(path)(drive.scope(extensions=extensions), None, send)


async def test_a_file_that_is_removed_afterwards_is_not_left_to_the_server(drive, path):
    """Servers open the path when they come to it, which may be after the background work."""

    async def background():
        done.append(True)

    done = []
    answer = await drive.request(FileResponse(path, background=background), extensions=PATHSEND)
    assert (answer.body, done) == (CONTENT, [True])
    response = FileResponse(path, background=background)
    _, ((message, content),) = await sent_by(response, drive.scope(extensions={**PATHSEND, **ZEROCOPYSEND}))
    assert (message["type"], content) == ("http.response.zerocopysend", CONTENT)


# zerocopysend


async def test_the_server_gets_the_open_file(drive, path):
    start, ((message, content),) = await sent_by(FileResponse(path), drive.scope(extensions=ZEROCOPYSEND))
    assert start["status"] == 200
    assert content == CONTENT
    opened = message.pop("file")
    assert opened.closed
    assert message == {"type": "http.response.zerocopysend", "offset": 0, "count": 100_000, "more_body": False}


async def test_a_range_of_the_open_file(drive, path):
    scope = drive.scope(extensions=ZEROCOPYSEND, headers={"range": "bytes=5-90000"})
    start, ((message, content),) = await sent_by(FileResponse(path), scope)
    assert start["status"] == 206
    assert (message["offset"], message["count"], content) == (5, 89_996, CONTENT[5:90_001])


async def test_several_ranges_of_the_open_file(drive, path):
    scope = drive.scope(extensions=ZEROCOPYSEND, headers={"range": "bytes=0-4,10-90000"})
    start, messages = await sent_by(FileResponse(path), scope)
    kinds = [message["type"].rpartition(".")[2] for message, _ in messages]
    assert kinds == ["body", "zerocopysend", "body", "body", "zerocopysend", "body", "body"]
    assert [message["more_body"] for message, _ in messages] == [True] * 6 + [False]
    body = b"".join(content for _, content in messages)
    assert int(dict(start["headers"])[b"content-length"]) == len(body)
    assert CONTENT[:5] in body
    assert CONTENT[10:90_001] in body


async def test_the_messages_are_in_order(drive, path):
    answer = await drive.request(FileResponse(path), extensions=ZEROCOPYSEND, headers={"range": "bytes=0-4,10-90000"})
    assert len(answer.messages) == 8


async def test_what_is_read_in_one_go_is_sent_in_one_message(drive, path):
    answer = await drive.request(FileResponse(path), extensions=ZEROCOPYSEND, headers={"range": "bytes=0-4"})
    kind = "body" if FileResponse.inline_size else "zerocopysend"
    assert answer.messages[1]["type"] == f"http.response.{kind}"


async def test_an_empty_file(drive, tmp_path):
    path = tmp_path / "empty"
    path.touch()
    answer = await drive.request(FileResponse(path), extensions=ZEROCOPYSEND)
    assert answer.messages[1:] == [{"type": "http.response.body", "body": b"", "more_body": False}]
