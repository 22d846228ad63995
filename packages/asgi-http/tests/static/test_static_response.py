import os

import pytest

from asgi_http import NotModifiedResponse
from asgi_http._static.precompressed import Sibling
from asgi_http._static.static_response import StaticFileResponse, is_not_modified, send_as_found
from asgi_types import Headers

# Not modified


@pytest.mark.parametrize(
    ("request_headers", "verdict"),
    [
        ({}, False),
        ({"if-none-match": '"1"'}, True),
        ({"if-none-match": 'W/"1"'}, True),
        ({"if-none-match": '"0", "1"'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": '"2"'}, False),
        ({"if-modified-since": "Sun, 09 Sep 2001 01:46:40 GMT"}, True),
        ({"if-modified-since": "Sun, 09 Sep 2001 01:46:39 GMT"}, False),
        ({"if-modified-since": "yesterday"}, False),
        ({"if-modified-since": "Sun, 09 Sep 2001 01:46:40 GMT", "if-none-match": '"2"'}, False),
        ({"if-match": '"2"', "if-none-match": '"1"'}, True),
    ],
)
def test_is_not_modified(request_headers, verdict):
    response_headers = Headers({"etag": '"1"', "last-modified": "Sun, 09 Sep 2001 01:46:40 GMT"})
    assert is_not_modified(response_headers, Headers(request_headers)) is verdict


@pytest.mark.parametrize("name", ["if-none-match", "if-modified-since"])
def test_without_validators_nothing_is_known(name):
    assert not is_not_modified(Headers(), Headers({name: '"1"'}))


async def test_not_modified_response(drive):
    headers = Headers(
        {
            "cache-control": "no-cache",
            "content-location": "/a",
            "date": "Sun, 09 Sep 2001 01:46:40 GMT",
            "etag": '"1"',
            "expires": "0",
            "vary": "Accept",
            "content-type": "text/css",
            "content-length": "6",
            "last-modified": "Sun, 09 Sep 2001 01:46:40 GMT",
        }
    )
    answer = await drive.request(NotModifiedResponse(headers))
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers.keys() == list(NotModifiedResponse.NOT_MODIFIED_HEADERS)
    assert all(headers[name] == value for name, value in answer.headers.items())


# Siblings


@pytest.fixture
def path(tmp_path):
    for name in ("app.js", "app.js.br"):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (1_000_000_000, 1_000_000_000))
    return tmp_path / "app.js"


def sibling_of(path, encoding="br"):
    sibling = path.with_name("app.js.br")
    return Sibling(encoding, str(sibling), sibling.stat())


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_the_headers_are_those_of_the_sibling(path, kind):
    response = StaticFileResponse(kind(path), stat_result=path.stat())
    before = dict(response.headers)
    send_as_found(response, str(path), path.stat(), sibling_of(path))
    assert response.path == f"{path}.br"
    assert dict(response.headers) == {
        **before,
        "content-encoding": "br",
        "content-length": "9",
        "etag": before["etag"].replace('-6"', '-9-br"'),
    }


def test_a_weak_tag_stays_weak(path):
    os.utime(path.with_name("app.js.br"))
    response = StaticFileResponse(path, stat_result=path.stat())
    send_as_found(response, str(path), path.stat(), sibling_of(path))
    assert response.headers["etag"].startswith('W/"')
    assert response.headers["etag"].endswith('-9-br"')


def test_headers_made_again_are_not_there_twice(path):
    response = StaticFileResponse(path, stat_result=path.stat())
    send_as_found(response, str(path), path.stat(), sibling_of(path))
    before = dict(response.headers)
    response.set_stat_headers(response.stat_result)
    assert (len(response.headers), dict(response.headers)) == (len(before), before)


@pytest.mark.parametrize("etag", ["mine", ""])
def test_what_is_no_tag_stays_as_it_is(path, etag):
    response = StaticFileResponse(path, headers={"etag": etag}, stat_result=path.stat())
    send_as_found(response, str(path), path.stat(), sibling_of(path))
    assert response.headers["etag"] == etag


def test_a_tag_of_its_own_gets_the_coding_once(path):
    response = StaticFileResponse(path, headers={"etag": '"mine"'}, stat_result=path.stat())
    assert response.headers["etag"] == '"mine"'
    send_as_found(response, str(path), path.stat(), sibling_of(path))
    response.set_stat_headers(response.stat_result)
    assert response.headers["etag"] == '"mine-br"'


@pytest.mark.parametrize(("headers", "other"), [({"content-encoding": "gzip"}, "app.js"), ({}, "other.js")])
def test_another_coding_or_file_stays_as_it_is(path, headers, other):
    response = StaticFileResponse(path.with_name(other), headers=headers)
    before = dict(response.headers)
    send_as_found(response, str(path), path.stat(), sibling_of(path))
    assert (response.path, dict(response.headers)) == (path.with_name(other), before)
