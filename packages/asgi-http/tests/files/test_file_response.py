"""What a file response says of its file, and what it sends of a small one."""

import os
import time

import anyio
import pytest

from asgi_http import FileResponse, Response
from asgi_http._conditional.http_date import format_http_date

pytestmark = pytest.mark.usefixtures("way")

CONTENT = b"0123456789" * 3


@pytest.fixture(name="path")
def path_fixture(tmp_path, written):
    return written(tmp_path / "data.txt", CONTENT)


@pytest.fixture(name="known")
def known_fixture(path):
    return path.stat()


@pytest.fixture(autouse=True)
def open_files(recorded_descriptors):
    """All of them must be closed in the end."""
    yield recorded_descriptors
    assert not recorded_descriptors


# The headers


async def test_a_file_is_sent_with_what_is_known_of_it(drive, path):
    answer = await drive.request(FileResponse(path))
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers.items() == [
        ("content-type", "text/plain; charset=utf-8"),
        ("accept-ranges", "bytes"),
        ("content-length", "30"),
        ("last-modified", "Sun, 09 Sep 2001 01:46:40 GMT"),
        ("etag", '"de0b6b3a7640000-1e"'),
    ]


async def test_head_is_the_headers_alone(drive, path):
    get, head = [await drive.request(FileResponse(path), "/", method) for method in ("GET", "HEAD")]
    assert head.start == get.start
    assert head.body == b""


async def test_a_small_file_is_one_message(drive, path, threads, way):
    answer = await drive.request(FileResponse(path))
    assert [message["type"] for message in answer.messages] == ["http.response.start", "http.response.body"]
    assert len(threads) == (0 if way == "at once" else 1)


async def test_an_empty_file(drive, tmp_path):
    path = tmp_path / "empty.css"
    path.touch()
    answer = await drive.request(FileResponse(path))
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")
    assert len(answer.messages) == 2


def test_the_headers_of_a_known_file_are_there_at_once(path):
    response = FileResponse(path, stat_result=path.stat())
    assert response.headers["content-length"] == "30"
    assert response.headers["etag"] == '"de0b6b3a7640000-1e"'
    assert response.headers["last-modified"] == "Sun, 09 Sep 2001 01:46:40 GMT"
    assert FileResponse(path).headers.keys() == ["content-type", "accept-ranges"]


async def test_the_headers_of_a_known_file_are_sent(drive, path, known):
    answer = await drive.request(FileResponse(path, stat_result=known))
    assert answer.messages == (await drive.request(FileResponse(path))).messages


async def test_a_file_that_has_changed_is_sent_as_it_is(drive, path):
    earlier = os.stat_result((0,) * 6 + (5, 0, 0, 0), {"st_mtime": 1.0, "st_mtime_ns": 10**9})
    response = FileResponse(path, stat_result=earlier, headers={"x-a": "b"})
    response.headers["etag"] = '"mine"'
    answer = await drive.request(response)
    assert (answer.body, answer.headers["content-length"]) == (CONTENT, "30")
    assert answer.headers["last-modified"] == "Sun, 09 Sep 2001 01:46:40 GMT"
    assert answer.headers["etag"] == '"mine"'
    assert answer.headers["x-a"] == "b"


async def test_headers_that_are_given_stay(drive, path):
    headers = {"ETag": '"mine"', "Last-Modified": "today", "Content-Disposition": "inline", "Content-Type": "a/b"}
    response = FileResponse(path, headers={**headers, "Accept-Ranges": "none"}, filename="x.txt")
    answer = await drive.request(response)
    assert answer.headers.items() == [
        *((name.lower(), value) for name, value in headers.items()),
        ("accept-ranges", "none"),
        ("content-length", "30"),
    ]


async def test_the_length_is_always_that_of_the_file(drive, path):
    answer = await drive.request(FileResponse(path, headers={"content-length": "5"}))
    assert answer.headers.getlist("content-length") == ["30"]


async def test_headers_can_be_changed(drive, path):
    response = FileResponse(path)
    response.headers["cache-control"] = "no-store"
    response.set_cookie("a", "b")
    answer = await drive.request(response)
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" in answer.headers


@pytest.mark.parametrize(
    ("name", "arguments", "media_type"),
    [
        ("a.js", {}, "text/javascript; charset=utf-8"),
        ("a.png", {}, "image/png"),
        ("a", {}, "application/octet-stream"),
        ("a", {"filename": "a.html"}, "text/html; charset=utf-8"),
        ("a.png", {"filename": "a.html"}, "text/html; charset=utf-8"),
        ("a.png", {"media_type": "image/webp"}, "image/webp"),
        ("a.txt", {"media_type": "text/plain; charset=latin-1"}, "text/plain; charset=latin-1"),
    ],
)
def test_media_types(name, arguments, media_type):
    assert FileResponse(name, **arguments).headers["content-type"] == media_type


def test_a_subclass_may_have_its_media_type():
    class CSV(FileResponse):
        media_type = "text/csv"
        charset = "latin-1"

    assert CSV("data").headers["content-type"] == "text/csv; charset=latin-1"


def test_the_name_to_save_it_under():
    assert "content-disposition" not in FileResponse("a.pdf").headers
    assert FileResponse("a", filename="b.pdf").headers["content-disposition"] == 'attachment; filename="b.pdf"'
    inline = FileResponse("a", filename="b.pdf", content_disposition_type="inline")
    assert inline.headers["content-disposition"] == 'inline; filename="b.pdf"'
    other = FileResponse("a", filename="é.pdf").headers["content-disposition"]
    assert other == "attachment; filename=\"e.pdf\"; filename*=utf-8''%C3%A9.pdf"


def test_attributes(path):
    stat_result = path.stat()
    response = FileResponse(str(path), 404, filename="x.html", stat_result=stat_result)
    assert isinstance(response, Response)
    assert (response.path, response.status_code, response.filename) == (str(path), 404, "x.html")
    assert (response.media_type, response.stat_result) == ("text/html", stat_result)
    plain = FileResponse(path)
    assert (plain.path, plain.status_code, plain.filename, plain.stat_result) == (path, 200, None, None)
    assert (FileResponse.chunk_size, FileResponse.max_ranges) == (65536, 100)


# The time and the tag


async def test_a_file_just_written_has_a_weak_tag(drive, tmp_path):
    path = tmp_path / "new.txt"
    path.touch()
    answer = await drive.request(FileResponse(path))
    assert answer.headers["etag"].startswith('W/"')


async def test_a_time_that_lies_ahead_is_told_as_now(drive, path):
    os.utime(path, (4_000_000_000, 4_000_000_000))
    before = time.time()
    answer = await drive.request(FileResponse(path))
    told = [format_http_date(moment) for moment in (before, time.time())]
    assert answer.headers["last-modified"] in told
    assert answer.headers["etag"].startswith('W/"')


async def test_a_time_before_all_times(drive, path):
    os.utime(path, (-5, -5))
    answer = await drive.request(FileResponse(path))
    assert answer.headers["last-modified"] == "Thu, 01 Jan 1970 00:00:00 GMT"


def test_new_stat_headers_replace_the_old_ones(path):
    response = FileResponse(path, headers={"etag": '"mine"'}, stat_result=path.stat())
    other = os.stat_result((0,) * 6 + (5, 0, 0, 0), {"st_mtime": 1.0, "st_mtime_ns": 10**9})
    response.set_stat_headers(other)
    assert response.headers.items() == [
        ("etag", '"mine"'),
        ("content-type", "text/plain; charset=utf-8"),
        ("accept-ranges", "bytes"),
        ("content-length", "5"),
        ("last-modified", "Thu, 01 Jan 1970 00:00:01 GMT"),
    ]


# One response, many requests


async def test_a_response_is_an_application(drive, path):
    app = FileResponse(path)
    first = await drive.request(app)
    await anyio.to_thread.run_sync(path.write_bytes, b"new")
    second = await drive.request(app, headers={"range": "bytes=0-0"})
    third = await drive.request(app)
    assert (first.body, second.body, third.body) == (CONTENT, b"n", b"new")
    assert second.headers["content-range"] == "bytes 0-0/3"
    assert first.headers["etag"] != third.headers["etag"]
    assert app.headers.keys() == ["content-type", "accept-ranges"]


async def test_requests_at_once_do_not_mix(drive, path, known):
    app = FileResponse(path, stat_result=known)

    async def ask(number):
        answer = await drive.request(app, headers={"range": f"bytes={number}-"})
        assert (answer.status, answer.body) == (206, CONTENT[number:])
        assert answer.headers["content-length"] == str(30 - number)

    async with anyio.create_task_group() as tasks:
        for number in range(30):
            tasks.start_soon(ask, number)


async def test_what_others_add_to_the_message_stays_there(drive, path, known):
    app = FileResponse(path, stat_result=known)
    answer = await drive.request(app)
    answer.start["headers"].append((b"x-a", b"b"))
    assert "x-a" not in app.headers


# Other methods, other statuses


@pytest.mark.parametrize("status", [404, 201])
async def test_any_status_may_have_a_file(drive, path, status):
    headers = {"range": "bytes=0-4", "if-none-match": "*", "if-match": '"x"'}
    answer = await drive.request(FileResponse(path, status_code=status), headers=headers)
    assert (answer.status, answer.body) == (status, CONTENT)


@pytest.mark.parametrize("status", [204, 304])
async def test_a_status_without_a_body(drive, path, status):
    answer = await drive.request(FileResponse(path, status_code=status))
    assert (answer.status, answer.body) == (status, b"")
    assert "content-length" not in answer.headers


async def test_a_post_gets_all_of_it(drive, path):
    answer = await drive.request(
        FileResponse(path), "/", "POST", headers={"range": "bytes=0-4", "if-none-match": "*", "if-match": '"x"'}
    )
    assert (answer.status, answer.body) == (200, CONTENT)


async def test_a_websocket_is_denied_with_a_file(drive, path):
    scope = drive.websocket_scope(headers={"range": "bytes=0-1"}, extensions={"websocket.http.response": {}})
    answer = await drive.events(FileResponse(path, status_code=403), scope, [])
    assert [message["type"] for message in answer.messages] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert (answer.status, answer.body) == (403, CONTENT)


# Background work


async def test_background_work_is_done_when_the_file_is_closed(drive, path, open_files):
    done = []

    async def background():
        done.append(len(open_files))

    await drive.request(FileResponse(path, background=background))
    assert done == [0]


# No such file


async def test_a_missing_file(drive, tmp_path):
    path = tmp_path / "missing"
    with pytest.raises(RuntimeError, match=rf"^File at path {path} does not exist\.$"):
        await drive.request(FileResponse(path))


async def test_a_file_below_a_file(drive, path):
    with pytest.raises(RuntimeError, match=r"data\.txt/x does not exist\.$"):
        await drive.request(FileResponse(path / "x"))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_directory(drive, tmp_path, method):
    with pytest.raises(RuntimeError, match=rf"^File at path {tmp_path} is not a file\.$"):
        await drive.request(FileResponse(tmp_path), "/", method)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
async def test_a_pipe_does_not_hang(drive, tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with anyio.fail_after(5), pytest.raises(RuntimeError, match=r"pipe is not a file\.$"):
        await drive.request(FileResponse(path))


async def test_links_are_followed(drive, path, tmp_path):
    link = tmp_path / "link.json"
    await anyio.to_thread.run_sync(link.symlink_to, path)
    answer = await drive.request(FileResponse(link))
    assert (answer.body, answer.headers["content-type"]) == (CONTENT, "application/json")


def test_a_link_cannot_break_the_headers():
    with pytest.raises(ValueError):
        FileResponse("a", headers={"x-a": "b\r\nset-cookie: c"})
    with pytest.raises(ValueError):
        FileResponse("a", filename="a", content_disposition_type="attachment\r\nset-cookie: c")


# As Starlette has it


async def test_a_class_may_take_a_status_for_what_is_promised(drive, tmp_path):
    class Promised(FileResponse):
        trusts_stat_result = True

    path = tmp_path / "a.txt"
    await anyio.Path(path).write_bytes(b"0123456789")
    response = Promised(path, stat_result=await anyio.Path(path).stat())
    assert (await drive.request(response)).body == b"0123456789"
    await anyio.Path(path).write_bytes(b"012")
    with pytest.raises(RuntimeError, match=r"a\.txt is shorter than expected\.$"):
        await drive.request(response)
    await anyio.Path(path).write_bytes(b"0123456789ab")
    assert (await drive.request(response)).body == b"0123456789ab"
    assert (await drive.request(Promised(path))).body == b"0123456789ab"


async def test_a_class_may_have_strong_tags_at_once(drive, tmp_path):
    class Strong(FileResponse):
        weak_while_young = False

    path = tmp_path / "a.txt"
    await anyio.Path(path).write_bytes(b"a")
    assert (await drive.request(FileResponse(path))).headers["etag"].startswith('W/"')
    assert (await drive.request(Strong(path))).headers["etag"].startswith('"')
