"""A client that has the file, or wants another: RFC 9110 section 13."""

import pytest

from asgi_http import FileResponse, HTTPException
from asgi_types import GUARD

pytestmark = pytest.mark.usefixtures("way")

CONTENT = b"0123456789"
BEFORE, DATE, AFTER = (f"Sun, 09 Sep 2001 01:46:{second} GMT" for second in (39, 40, 41))
TAG = '"de0b6b3a7640000-a"'


@pytest.fixture(name="path")
def path_fixture(tmp_path, written):
    return written(tmp_path / "data.txt", CONTENT)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-none-match": TAG}, 304),
        ({"if-none-match": f'"x", W/{TAG}'}, 304),
        ({"if-none-match": "*"}, 304),
        ({"if-none-match": '"x"'}, 200),
        ({"if-none-match": '"x"', "if-modified-since": AFTER}, 200),
        ({"if-modified-since": DATE}, 304),
        ({"if-modified-since": AFTER}, 304),
        ({"if-modified-since": BEFORE}, 200),
        ({"if-modified-since": "yesterday"}, 200),
        ({"if-match": TAG}, 200),
        ({"if-match": "*"}, 200),
        ({"if-match": '"x"'}, 412),
        ({"if-match": f"W/{TAG}"}, 412),
        ({"if-unmodified-since": DATE}, 200),
        ({"if-unmodified-since": BEFORE}, 412),
        ({"if-match": '"x"', "if-none-match": TAG}, 412),
    ],
)
async def test_preconditions(drive, path, method, headers, status):
    answer = await drive.request(FileResponse(path), "/", method, headers=headers)
    assert answer.status == status
    expected = {200: CONTENT, 304: b"", 412: b"Precondition Failed"}[status]
    assert answer.body == (expected if method == "GET" else b"")


async def test_a_304_keeps_what_does_not_describe_the_file(drive, path):
    headers = {"cache-control": "no-cache", "vary": "accept", "x-request-id": "5", "content-language": "de"}
    response = FileResponse(path, headers=headers, filename="a.txt")
    response.set_cookie("a", "b")
    answer = await drive.request(response, headers={"if-none-match": TAG})
    assert answer.headers.items() == [
        ("cache-control", "no-cache"),
        ("vary", "accept"),
        ("x-request-id", "5"),
        ("set-cookie", response.headers["set-cookie"]),
        ("etag", TAG),
    ]


async def test_tags_and_times_of_the_application_are_compared(drive, path):
    response = FileResponse(path, headers={"etag": '"mine"', "last-modified": AFTER})
    assert (await drive.request(response, headers={"if-none-match": '"mine"'})).status == 304
    assert (await drive.request(response, headers={"if-none-match": TAG})).status == 200
    assert (await drive.request(response, headers={"if-modified-since": DATE})).status == 200
    assert (await drive.request(response, headers={"if-modified-since": AFTER})).status == 304


async def test_preconditions_come_before_ranges(drive, path):
    both = {"range": "bytes=0-1", "if-none-match": TAG}
    assert (await drive.request(FileResponse(path), headers=both)).status == 304
    both = {"range": "bytes=5-4", "if-match": '"x"'}
    assert (await drive.request(FileResponse(path), headers=both)).status == 412
    both = {"range": "bytes=0-1", "if-match": TAG, "if-none-match": '"x"'}
    assert (await drive.request(FileResponse(path), headers=both)).status == 206


async def test_background_work_is_done_in_any_case(drive, path):
    async def background():
        done.append(True)

    for headers in ({"if-none-match": TAG}, {"if-match": '"x"'}):
        done = []
        await drive.request(FileResponse(path, background=background), headers=headers)
        assert done == [True]


async def test_where_somebody_promised_to_answer_a_412_is_raised(drive, path):
    with pytest.raises(HTTPException) as refused:
        await drive.request(FileResponse(path), headers={"if-match": '"x"'}, **{GUARD: None})
    assert refused.value.status_code == 412


async def test_a_response_with_validators_removed_is_always_sent(drive, path):
    class Plain(FileResponse):
        def set_stat_headers(self, stat_result):
            super().set_stat_headers(stat_result)
            del self.headers["etag"]
            del self.headers["last-modified"]

    answer = await drive.request(Plain(path), headers={"if-modified-since": AFTER, "if-none-match": TAG})
    assert (answer.status, answer.body) == (200, CONTENT)
    assert "etag" not in answer.headers
