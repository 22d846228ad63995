import errno
import os

import pytest

from asgi_http import HTTPException
from asgi_http._static.precompressed import find_sibling, is_readable, known_encodings, may_have_siblings
from asgi_types import Headers

ALL = ("br", "zstd", "gzip")


@pytest.fixture
def path(tmp_path):
    for name in ("app.js", "app.js.br", "app.js.zst", "app.js.gz"):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (1000, 1000))
    return tmp_path / "app.js"


def find(path, accept_encoding, encodings=ALL, *, follow_symlink=False):
    headers = Headers({} if accept_encoding is None else {"accept-encoding": accept_encoding})
    return find_sibling(str(path), path.stat(), headers, encodings, follow_symlink=follow_symlink)


def test_known_encodings():
    assert known_encodings(iter(ALL)) == ALL
    assert known_encodings([]) == ()


@pytest.mark.parametrize("encodings", [["deflate"], "gzip", ["br", "BR"]])
def test_unknown_encodings(encodings):
    with pytest.raises(ValueError, match=r"Unknown encoding '.*' in precompressed: give some of br, zstd, gzip\."):
        known_encodings(encodings)


@pytest.mark.parametrize(("name", "may"), [("app.js", True), ("a.br/app.js", True), ("a.gz", False), ("a.zst", False)])
def test_compressed_files_have_no_siblings(name, may):
    assert may_have_siblings(name) is may


@pytest.mark.parametrize(
    ("accept_encoding", "encoding", "suffix"),
    [("gzip, br, zstd", "br", ".br"), ("gzip, zstd", "zstd", ".zst"), ("x-gzip", "gzip", ".gz"), ("*", "br", ".br")],
)
def test_the_sibling_that_the_client_likes_best(path, accept_encoding, encoding, suffix):
    sibling = find(path, accept_encoding)
    assert (sibling.encoding, sibling.path) == (encoding, f"{path}{suffix}")
    assert sibling.stat_result == path.with_name(f"app.js{suffix}").stat()


@pytest.mark.parametrize("accept_encoding", [None, "", "identity", "deflate", "gzip;q=0", "gzip;q=0.5, identity"])
def test_the_file_itself(path, accept_encoding):
    assert find(path, accept_encoding) is None


def test_several_fields_are_one_list(path):
    headers = Headers(raw=[(b"accept-encoding", b"br;q=0.5"), (b"accept-encoding", b"gzip")])
    assert find_sibling(str(path), path.stat(), headers, ALL, follow_symlink=False).encoding == "gzip"


def test_what_is_missing_is_passed_over(path):
    path.with_name("app.js.br").unlink()
    assert find(path, "br, gzip, zstd").encoding == "zstd"
    path.with_name("app.js.zst").unlink()
    path.with_name("app.js.gz").unlink()
    assert find(path, "br, gzip, zstd") is None


def test_what_is_older_than_the_file_is_passed_over(path):
    os.utime(path.with_name("app.js.br"), ns=(0, 990 * 10**9 - 1))
    os.utime(path.with_name("app.js.zst"), (0, 1001))
    assert find(path, "br, gzip, zstd").encoding == "zstd"


def test_what_is_a_little_older_may_have_been_copied_first(path):
    os.utime(path.with_name("app.js.br"), ns=(0, 990 * 10**9))
    assert find(path, "br, gzip, zstd").encoding == "br"


def test_what_is_no_file_is_passed_over(path):
    path.with_name("app.js.br").unlink()
    path.with_name("app.js.br").mkdir()
    assert find(path, "br") is None


def test_what_may_not_be_read_is_passed_over(path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: not path.endswith(".br"))
    assert find(path, "br, gzip").encoding == "gzip"


def test_links_are_passed_over_unless_followed(path):
    path.with_name("app.js.br").unlink()
    path.with_name("app.js.br").symlink_to("app.js.gz")
    assert find(path, "br") is None
    assert find(path, "br", follow_symlink=True).path == f"{path}.br"


def test_a_name_that_gets_too_long_is_passed_over(path):
    longest = path.with_name("a" * 255)
    longest.touch()
    assert find(longest, "br") is None


def test_a_failing_disk_is_an_error(path, monkeypatch):
    status = path.stat()

    def stat(path, **options):
        raise OSError(errno.EIO, "Input/output error", path)

    monkeypatch.setattr(os, "stat", stat)
    with pytest.raises(OSError, match="Input/output error"):
        find_sibling(str(path), status, Headers({"accept-encoding": "br"}), ALL, follow_symlink=False)


@pytest.mark.parametrize("accept_encoding", ["identity;q=0", "*;q=0", "deflate, *;q=0", "br, identity;q=0"])
def test_nothing_that_the_client_accepts(path, accept_encoding):
    path.with_name("app.js.br").unlink()
    with pytest.raises(HTTPException) as raised:
        find(path, accept_encoding)
    assert (raised.value.status_code, raised.value.headers) == (406, {"Vary": "Accept-Encoding"})


def test_who_refuses_the_file_itself_gets_a_sibling(path):
    assert find(path, "gzip, identity;q=0").encoding == "gzip"


def test_regular_files_are_readable(path, monkeypatch):
    assert is_readable(str(path), path.stat())
    assert not is_readable(str(path.parent), path.parent.stat())
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.R_OK)
    assert not is_readable(str(path), path.stat())
