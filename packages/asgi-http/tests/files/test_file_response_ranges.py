"""Requests for parts of a file: RFC 9110 section 14, and what makes them whole again."""

import random
from email import message_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_http import FileResponse, HTTPException, Response
from asgi_types import GUARD

pytestmark = pytest.mark.usefixtures("way")

CONTENT = random.Random(5).randbytes(1000)
LARGE = random.Random(6).randbytes(700_001)
DATE = "Sun, 09 Sep 2001 01:46:40 GMT"
TAG = '"de0b6b3a7640000-3e8"'


@pytest.fixture(name="path")
def path_fixture(tmp_path, written):
    return written(tmp_path / "data.txt", CONTENT)


@pytest.fixture(name="large")
def large_fixture(tmp_path, written):
    return written(tmp_path / "large.bin", LARGE)


def parts_of(answer):
    """Content-Range, Content-Type and content of each part, as an independent reader sees them."""
    head = f"content-type: {answer.headers['content-type']}\r\n\r\n".encode()
    parts = message_from_bytes(head + answer.body).get_payload()
    return [(part["content-range"], part["content-type"], part.get_payload(decode=True)) for part in parts]


# One range


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("0-99", 0, 100), ("500-", 500, 1000), ("-10", 990, 1000), ("999-5000", 999, 1000), ("0-9, 5-19, 20-29", 0, 30)],
)
async def test_one_range(drive, path, wanted, start, end):
    answer = await drive.request(FileResponse(path), headers={"range": f"bytes={wanted}"})
    assert (answer.status, answer.body) == (206, CONTENT[start:end])
    assert answer.headers.items() == [
        ("content-type", "text/plain; charset=utf-8"),
        ("accept-ranges", "bytes"),
        ("content-length", str(end - start)),
        ("last-modified", DATE),
        ("etag", TAG),
        ("content-range", f"bytes {start}-{end - 1}/1000"),
    ]


async def test_a_range_of_a_large_file(drive, large):
    answer = await drive.request(FileResponse(large), headers={"range": "bytes=5-600000"})
    assert answer.body == LARGE[5:600_001]
    assert answer.headers["content-length"] == "599996"
    assert max(len(message.get("body", b"")) for message in answer.messages) == FileResponse.chunk_size


async def test_a_small_range_of_a_large_file_is_one_message(drive, large):
    answer = await drive.request(FileResponse(large), headers={"range": "bytes=600000-600009"})
    assert answer.body == LARGE[600_000:600_010]
    assert len(answer.messages) == 2


# Several ranges


async def test_several_ranges(drive, path):
    answer = await drive.request(FileResponse(path), headers={"range": "bytes=-10, 0-4, 500-504"})
    assert answer.status == 206
    assert answer.headers["content-length"] == str(len(answer.body))
    assert "content-range" not in answer.headers
    kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
    assert (kind, len(boundary)) == ("multipart/byteranges", 26)
    text = "text/plain; charset=utf-8"
    assert parts_of(answer) == [
        ("bytes 0-4/1000", text, CONTENT[:5]),
        ("bytes 500-504/1000", text, CONTENT[500:505]),
        ("bytes 990-999/1000", text, CONTENT[990:]),
    ]


async def test_several_small_ranges_are_one_message(drive, large):
    answer = await drive.request(FileResponse(large), headers={"range": "bytes=0-9, 600000-600009"})
    assert [content for _, _, content in parts_of(answer)] == [LARGE[:10], LARGE[600_000:600_010]]
    if FileResponse.inline_size:
        assert len(answer.messages) == 2


async def test_several_large_ranges(drive, large):
    answer = await drive.request(FileResponse(large), headers={"range": "bytes=0-299999, 400000-, 350000-350000"})
    assert answer.headers["content-length"] == str(len(answer.body))
    assert [content for _, _, content in parts_of(answer)] == [LARGE[:300_000], LARGE[350_000:350_001], LARGE[400_000:]]


async def test_parts_of_a_file_without_a_type(drive, path):
    response = FileResponse(path)
    del response.headers["content-type"]
    answer = await drive.request(response, headers={"range": "bytes=0-0,9-9"})
    assert answer.headers["content-type"].startswith("multipart/byteranges")
    assert [kind for _, kind, _ in parts_of(answer)] == ["application/octet-stream"] * 2


async def test_a_hundred_ranges_are_sent_and_more_are_the_whole_file(drive, path):
    wanted = [f"{start}-{start}" for start in range(0, 202, 2)]
    answer = await drive.request(FileResponse(path), headers={"range": f"bytes={','.join(wanted[:100])}"})
    assert [content for _, _, content in parts_of(answer)] == [CONTENT[start : start + 1] for start in range(0, 200, 2)]
    answer = await drive.request(FileResponse(path), headers={"range": f"bytes={','.join(wanted)}"})
    assert (answer.status, answer.body) == (200, CONTENT)


async def test_ten_thousand_ranges_are_the_whole_file(drive, path):
    for wanted in ("0-,", "0-0,", "-1,", "9-0,", "0-9,5-14,", "x,"):
        answer = await drive.request(FileResponse(path), headers={"range": f"bytes={wanted * 10_000}"})
        assert (answer.status, answer.body) == (200, CONTENT)


async def test_how_many_ranges_is_for_a_subclass_to_say(drive, path):
    class Few(FileResponse):
        max_ranges = 1

    assert (await drive.request(Few(path), headers={"range": "bytes=0-1"})).status == 206
    assert (await drive.request(Few(path), headers={"range": "bytes=0-1,5-6"})).status == 200


async def test_the_layout_of_several_ranges_is_for_a_subclass_to_say(drive, path):
    class Bare(FileResponse):
        def generate_multipart(self, ranges, boundary, max_size, content_type):
            assert (ranges, max_size, content_type) == ([(0, 2), (5, 6)], 1000, "text/plain; charset=utf-8")
            return 99, lambda start, end: f"{start}-{end}:".encode()

    answer = await drive.request(Bare(path), headers={"range": "bytes=0-1,5-5"})
    boundary = answer.headers["content-type"].partition("boundary=")[2].encode()
    assert answer.body == b"0-2:" + CONTENT[:2] + b"\r\n5-6:" + CONTENT[5:6] + b"\r\n--" + boundary + b"--"
    assert answer.headers["content-length"] == "99"


def test_the_layout_of_several_ranges():
    length, part_header = FileResponse("a").generate_multipart([(0, 5), (10, 12)], "B", 30, "text/plain")
    assert length == 142
    assert part_header(0, 5) == b"--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-4/30\r\n\r\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(wanted=st.lists(st.tuples(st.integers(0, 1100), st.integers(0, 300)), min_size=1, max_size=9))
async def test_exactly_what_is_asked_for_is_sent(drive, path, wanted):
    ranges = ",".join(f"{start}-{start + more}" for start, more in wanted)
    expected = {position for start, more in wanted for position in range(1000)[start : start + more + 1]}
    answer = await drive.request(FileResponse(path), headers={"range": f"bytes={ranges}"})
    if answer.status == 416:
        assert not expected
        return
    parts = (
        parts_of(answer)
        if "content-range" not in answer.headers
        else [(answer.headers["content-range"], "", answer.body)]
    )
    sent = {}
    for content_range, _, content in parts:
        start = int(content_range.removeprefix("bytes ").partition("-")[0])
        sent |= {start + position: value for position, value in enumerate(content)}
    assert sent == {position: CONTENT[position] for position in expected}


# Ranges that are no ranges


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("bytes", "Malformed range header."),
        ("bytes=", "Range header: range must be requested"),
        ("bytes=a-b", "Range header: range must be requested"),
        ("bytes=5-4", "Range header: start must be less than end"),
    ],
)
async def test_a_malformed_range_is_refused(drive, path, wanted, text):
    answer = await drive.request(FileResponse(path, headers={"x-a": "b"}), headers={"range": wanted})
    assert (answer.status, answer.text) == (400, text)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("wanted", ["1000-", "1000-2000, 5000-", "-0", f"{'9' * 5000}-"])
async def test_a_range_behind_the_end_is_refused(drive, path, wanted):
    answer = await drive.request(FileResponse(path), headers={"range": f"bytes={wanted}"})
    assert (answer.status, answer.body) == (416, b"")
    assert answer.headers["content-range"] == "bytes */1000"
    assert answer.headers["content-length"] == "0"


@pytest.mark.parametrize(("wanted", "status"), [("bytes=5-4", 400), ("bytes=1000-", 416)])
async def test_where_somebody_promised_to_answer_refusals_are_raised(drive, path, wanted, status):
    with pytest.raises(HTTPException) as refused:
        await drive.request(FileResponse(path), headers={"range": wanted}, **{GUARD: None})
    assert refused.value.status_code == status


# Background work after a refusal


async def guard(app, scope, receive, send):
    """An error layer that makes an answer of its own of what is raised."""
    try:
        await app(scope, receive, send)
    except HTTPException as exc:
        await Response("guarded", exc.status_code)(scope, receive, send)


@pytest.mark.parametrize("extra", [{}, {GUARD: guard}])
@pytest.mark.parametrize(("wanted", "status"), [("bytes=5-4", 400), ("bytes=1000-", 416)])
async def test_it_is_done_when_the_refusal_has_been_answered(drive, path, wanted, status, extra):
    messages = []

    async def send(message):
        messages.append(message)

    async def background():
        messages.append("background")

    scope = drive.scope(headers={"range": wanted}, **extra)
    await FileResponse(path, background=background)(scope, None, send)
    assert messages[0]["status"] == status
    assert (messages[1].get("body") == b"guarded") is bool(extra)
    assert messages[2:] == ["background"]


@pytest.mark.parametrize("extra", [{}, {GUARD: guard}])
async def test_a_failure_of_it_does_not_take_the_place_of_the_answer(drive, path, extra):
    messages = []

    async def send(message):
        messages.append(message)

    async def background():
        raise KeyError("mine")

    scope = drive.scope(headers={"range": "bytes=1000-"}, **extra)
    with pytest.raises(KeyError, match="mine"):
        await FileResponse(path, background=background)(scope, None, send)
    assert (messages[0]["status"], len(messages)) == (416, 2)


@pytest.mark.parametrize("extra", [{}, {GUARD: guard}])
async def test_it_is_done_though_the_client_has_gone(drive, path, extra):
    async def send(message):
        raise OSError

    async def background():
        done.append(True)

    done = []
    scope = drive.scope(headers={"range": "bytes=1000-"}, **extra)
    await FileResponse(path, background=background)(scope, None, send)
    assert done == [True]


# A content coding


async def test_several_ranges_of_a_coding_are_all_of_it(drive, path):
    """A body of several parts would not be in that coding, and no client could decode it."""
    response = FileResponse(path, headers={"content-encoding": "gzip"})
    answer = await drive.request(response, headers={"range": "bytes=0-4,10-19"})
    assert (answer.status, answer.body) == (200, CONTENT)
    answer = await drive.request(response, headers={"range": "bytes=10-19"})
    assert (answer.status, answer.body, answer.headers["content-encoding"]) == (206, CONTENT[10:20], "gzip")


async def test_a_range_behind_the_end_is_left_out_while_there_is_another(drive, path):
    answer = await drive.request(FileResponse(path), headers={"range": "bytes=0-4, 1000-"})
    assert (answer.status, answer.body) == (206, CONTENT[:5])


@pytest.mark.parametrize("wanted", ["items=0-4", "lines=5-4", "="])
async def test_other_units_are_ignored(drive, path, wanted):
    answer = await drive.request(FileResponse(path), headers={"range": wanted})
    assert (answer.status, answer.body) == (200, CONTENT)


@pytest.mark.parametrize("wanted", ["bytes=0-4", "bytes=5-4", "bytes=1000-", "bytes"])
async def test_head_has_no_ranges(drive, path, wanted):
    answer = await drive.request(FileResponse(path), "/", "HEAD", headers={"range": wanted})
    assert (answer.status, answer.headers["content-length"]) == (200, "1000")


async def test_an_empty_file(drive, tmp_path):
    path = tmp_path / "empty"
    path.touch()
    answer = await drive.request(FileResponse(path), headers={"range": "bytes=-5"})
    assert (answer.status, answer.body) == (200, b"")
    answer = await drive.request(FileResponse(path), headers={"range": "bytes=0-"})
    assert (answer.status, answer.headers["content-range"]) == (416, "bytes */0")


# If-Range


@pytest.mark.parametrize(
    ("if_range", "status"),
    [
        (TAG, 206),
        (f"W/{TAG}", 200),
        ('"other"', 200),
        (DATE, 206),
        ("Sunday, 09-Sep-01 01:46:40 GMT", 206),
        ("Sun, 09 Sep 2001 01:46:41 GMT", 200),
        ("yesterday", 200),
        ("", 200),
    ],
)
async def test_if_range(drive, path, if_range, status):
    answer = await drive.request(FileResponse(path), headers={"range": "bytes=0-4", "if-range": if_range})
    assert (answer.status, answer.body) == (status, CONTENT[:5] if status == 206 else CONTENT)


async def test_a_weak_tag_never_joins_parts(drive, path):
    response = FileResponse(path, headers={"etag": 'W/"1"'})
    for if_range in ('W/"1"', '"1"'):
        answer = await drive.request(response, headers={"range": "bytes=0-4", "if-range": if_range})
        assert answer.status == 200


async def test_a_range_is_not_looked_at_if_the_copy_is_old(drive, path):
    answer = await drive.request(FileResponse(path), headers={"range": "bytes=5000-", "if-range": '"old"'})
    assert (answer.status, answer.body) == (200, CONTENT)


async def test_if_range_alone_means_nothing(drive, path):
    answer = await drive.request(FileResponse(path), headers={"if-range": TAG})
    assert (answer.status, answer.body) == (200, CONTENT)


# As Starlette has it


class StarletteRanges(FileResponse):
    ignores_foreign_ranges = False


async def test_a_class_may_have_ranges_for_head(drive, path):
    answer = await drive.request(StarletteRanges(path), "/", "HEAD", headers={"range": "bytes=5-9"})
    assert (answer.status, answer.body) == (206, b"")
    assert answer.headers["content-range"] == "bytes 5-9/1000"
    assert answer.headers["content-length"] == "5"
    answer = await drive.request(StarletteRanges(path), "/", "HEAD", headers={"range": "bytes=2000-"})
    assert answer.status == 416


async def test_a_class_may_refuse_other_units(drive, path):
    answer = await drive.request(StarletteRanges(path), headers={"range": "items=0-1"})
    assert (answer.status, answer.text) == (400, "Only support bytes range")
    answer = await drive.request(StarletteRanges(path), headers={"range": " Bytes =" + "0-1," * 101})
    assert (answer.status, answer.body) == (200, CONTENT)


async def test_a_method_may_be_in_lower_case(drive, path):
    scope = drive.scope(method="get", headers={"range": "bytes=5-9"})
    answer = await drive.events(FileResponse(path), scope, [])
    assert (answer.status, answer.body) == (206, CONTENT[5:10])
    answer = await drive.events(FileResponse(path), drive.scope(method="head"), [])
    assert answer.messages[1:] == [{"type": "http.response.body", "body": b"", "more_body": False}]


async def test_small_chunks_are_those_of_several_ranges_too(drive, path):
    class Small(FileResponse):
        chunk_size = 10

    answer = await drive.request(Small(path), headers={"range": "bytes=0-14,20-24"})
    sizes = [len(message["body"]) for message in answer.messages[1:]]
    assert sizes[1:4] == [10, 5, 2]
    assert sizes[5:7] == [5, 2]
    assert sum(sizes) == int(answer.headers["content-length"])
