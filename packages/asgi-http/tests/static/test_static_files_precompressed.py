"""Files that lie compressed beside the original, and what caches are told of them."""

import gzip
import os

import anyio
import pytest

from asgi_http import FileResponse, StaticFiles

SOURCE = b"let js = 1;\n" * 100
BROWSER = "gzip, deflate, br, zstd"
# What is in them does not matter, so each says what it is.
CONTENTS = {"": SOURCE, ".gz": gzip.compress(SOURCE), ".br": b"br" * 50, ".zst": b"zst" * 50}


@pytest.fixture
def directory(tmp_path):
    for suffix, content in CONTENTS.items():
        (tmp_path / f"app.js{suffix}").write_bytes(content)
        os.utime(tmp_path / f"app.js{suffix}", (1_000_000_000, 1_000_000_000))
    return tmp_path


@pytest.fixture
def app(directory):
    return StaticFiles(directory=directory, precompressed=["br", "zstd", "gzip"])


@pytest.mark.parametrize(
    ("accept_encoding", "encoding", "suffix"),
    [
        (BROWSER, "br", ".br"),
        ("gzip, deflate", "gzip", ".gz"),
        ("zstd, br;q=0.9", "zstd", ".zst"),
        ("identity;q=0, *;q=0.5", "br", ".br"),
        ("deflate", None, ""),
        ("identity, gzip;q=0.9", None, ""),
        ("", None, ""),
    ],
)
def test_the_client_gets_what_it_likes_best(ask, app, accept_encoding, encoding, suffix):
    answer = ask(app, "/app.js", headers={"accept-encoding": accept_encoding})
    assert (answer.status, answer.body) == (200, CONTENTS[suffix])
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-length"] == str(len(CONTENTS[suffix]))
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"


def test_without_a_word_from_the_client_it_is_the_original(ask, app):
    answer = ask(app, "/app.js")
    assert (answer.body, answer.headers["vary"]) == (SOURCE, "Accept-Encoding")


def test_the_server_decides_between_equals(ask, directory):
    app = StaticFiles(directory=directory, precompressed=("gzip", "br"))
    assert ask(app, "/app.js", headers={"accept-encoding": BROWSER}).headers["content-encoding"] == "gzip"


def test_none_unless_asked_for(ask, directory):
    answer = ask(StaticFiles(directory=directory), "/app.js", headers={"accept-encoding": "br, identity;q=0"})
    assert (answer.status, answer.body) == (200, SOURCE)
    assert "vary" not in answer.headers


def test_a_file_that_has_none_may_get_one(ask, app, directory):
    (directory / "plain.css").write_text("css {}")
    answer = ask(app, "/plain.css", headers={"accept-encoding": BROWSER})
    assert (answer.text, answer.headers["vary"]) == ("css {}", "Accept-Encoding")
    assert "content-encoding" not in answer.headers


def test_asked_for_by_its_own_name_it_is_what_it_is(ask, app):
    answer = ask(app, "/app.js.gz", headers={"accept-encoding": BROWSER})
    assert (answer.status, answer.body) == (200, CONTENTS[".gz"])
    assert answer.headers["content-type"] == "application/gzip"
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


def test_one_that_is_older_is_not_used(ask, app, directory):
    os.utime(directory / "app.js", (1_000_000_010, 1_000_000_010))
    assert ask(app, "/app.js", headers={"accept-encoding": BROWSER}).body == CONTENTS[".br"]
    os.utime(directory / "app.js", (1_000_000_011, 1_000_000_011))
    assert ask(app, "/app.js", headers={"accept-encoding": BROWSER}).body == SOURCE


def test_nothing_that_the_client_accepts(ask, app, directory):
    (directory / "plain.css").write_text("css {}")
    answer = ask(app, "/plain.css", headers={"accept-encoding": "gzip, identity;q=0"})
    assert (answer.status, answer.headers["vary"]) == (406, "Accept-Encoding")


def test_head(ask, app):
    whole = ask(app, "/app.js", headers={"accept-encoding": BROWSER})
    answer = ask(app, "/app.js", "HEAD", headers={"accept-encoding": BROWSER})
    assert (answer.status, answer.body, answer.headers) == (200, b"", whole.headers)


# Validators


def etags(ask, app):
    accepted = ("br", "zstd", "gzip", "identity")
    return {each: ask(app, "/app.js", headers={"accept-encoding": each}).headers["etag"] for each in accepted}


def test_each_has_a_strong_tag_of_its_own(ask, app):
    found = etags(ask, app)
    assert len(set(found.values())) == 4
    assert all(tag.startswith('"') and tag.endswith('"') for tag in found.values())


def test_each_has_a_tag_of_its_own_even_at_the_same_time_and_size(ask, app, directory):
    for suffix in CONTENTS:
        (directory / f"app.js{suffix}").write_bytes(b"same")
        os.utime(directory / f"app.js{suffix}", (1_000_000_000, 1_000_000_000))
    assert len(set(etags(ask, app).values())) == 4


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_not_modified_holds_for_what_the_client_would_get(ask, app, method):
    found = etags(ask, app)
    for each, etag in found.items():
        for other in found:
            headers = {"accept-encoding": other, "if-none-match": etag}
            answer = ask(app, "/app.js", method, headers=headers)
            assert answer.status == (304 if each == other else 200)
            assert (answer.headers["etag"], answer.headers["vary"]) == (found[other], "Accept-Encoding")


def test_a_range_is_one_of_the_compressed_bytes(ask, app):
    etag = etags(ask, app)["gzip"]
    headers = {"accept-encoding": "gzip", "range": "bytes=10-19", "if-range": etag}
    answer = ask(app, "/app.js", headers=headers)
    assert (answer.status, answer.body) == (206, CONTENTS[".gz"][10:20])
    assert answer.headers["content-range"] == f"bytes 10-19/{len(CONTENTS['.gz'])}"
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    # The rest of another representation would not fit.
    assert ask(app, "/app.js", headers={**headers, "accept-encoding": "br"}).status == 200


def test_headers_are_renewed_when_the_sibling_changes_in_between(ask, directory):
    class Racing(StaticFiles):
        async def get_response(self, path, scope):
            response = await super().get_response(path, scope)
            self.before = response.headers["etag"]
            await anyio.Path(directory / "app.js.gz").write_bytes(b"new content")
            return response

    app = Racing(directory=directory, precompressed=["gzip"])
    answer = ask(app, "/app.js", headers={"accept-encoding": "gzip"})
    assert (answer.body, answer.headers["content-length"]) == (b"new content", "11")
    assert answer.headers["etag"].endswith('-gzip"')
    assert len(answer.headers.getlist("etag")) == 1
    assert answer.headers["etag"] != app.before


# Pages


def test_pages_of_a_directory_and_of_misses(ask, directory):
    for name in ("index.html", "404.html"):
        (directory / name).write_text(name)
        (directory / f"{name}.gz").write_bytes(gzip.compress(name.encode()))
    app = StaticFiles(directory=directory, html=True, precompressed=["gzip"])
    for path, status, name in [("/", 200, "index.html"), ("/missing", 404, "404.html")]:
        answer = ask(app, path, headers={"accept-encoding": "gzip"})
        assert (answer.status, gzip.decompress(answer.body)) == (status, name.encode())
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_miss_stays_one_when_its_page_is_in_no_accepted_coding(ask, directory):
    (directory / "404.html").write_text("<p>gone")
    app = StaticFiles(directory=directory, html=True, precompressed=["gzip"])
    answer = ask(app, "/missing", headers={"accept-encoding": "gzip, identity;q=0"})
    assert (answer.status, answer.text, answer.headers["vary"]) == (404, "Not Found", "Accept-Encoding")


def test_a_miss_says_all_that_it_depends_on(ask, directory):
    for name in ("404.html", "index.html"):
        (directory / name).write_text(name)
    app = StaticFiles(directory=directory, html=True, precompressed=["gzip"], fallback="index.html")
    vary = "Accept-Encoding, Accept, Sec-Fetch-Mode"
    none = {"accept-encoding": "gzip, identity;q=0"}
    for headers, status in [(none, 404), ({**none, "accept": "text/html"}, 406)]:
        answer = ask(app, "/missing", headers=headers)
        assert (answer.status, answer.headers["vary"]) == (status, vary)
    assert ask(app, "/missing.js", headers=none).headers["vary"] == "Accept-Encoding"


def test_several_ranges_of_a_sibling_are_all_of_it(ask, app):
    headers = {"accept-encoding": "gzip", "range": "bytes=0-1,10-19"}
    answer = ask(app, "/app.js", headers=headers)
    assert (answer.status, answer.body) == (200, CONTENTS[".gz"])
    assert ask(app, "/app.js", headers={**headers, "accept-encoding": "identity"}).status == 206


# Subclasses


@pytest.mark.parametrize("headers", [{"content-encoding": "aes128gcm"}, {"content-encoding": "br"}])
def test_a_response_with_a_coding_of_its_own_stays_as_it_is(ask, directory, headers):
    class Encoded(StaticFiles):
        def file_response(self, full_path, stat_result, scope, status_code=200):
            return FileResponse(full_path, status_code, headers, stat_result=stat_result)

    app = Encoded(directory=directory, precompressed=["br"])
    answer = ask(app, "/app.js", headers={"accept-encoding": "br"})
    assert (answer.body, answer.headers["content-encoding"]) == (SOURCE, headers["content-encoding"])


def test_a_response_of_another_file_stays_as_it_is(ask, directory):
    class Other(StaticFiles):
        def file_response(self, full_path, stat_result, scope, status_code=200):
            return super().file_response(directory / "other.js", stat_result, scope, status_code)

    (directory / "other.js").write_text("other")
    app = Other(directory=directory, precompressed=["br"])
    answer = ask(app, "/app.js", headers={"accept-encoding": "br"})
    assert (answer.text, answer.headers.get("content-encoding")) == ("other", None)


def test_a_response_of_the_plain_class_sends_the_sibling_too(ask, directory):
    class Plain(StaticFiles):
        def file_response(self, full_path, stat_result, scope, status_code=200):
            return FileResponse(full_path, status_code, {"x-a": "b", "etag": '"mine"'}, stat_result=stat_result)

    app = Plain(directory=directory, precompressed=["br"])
    answer = ask(app, "/app.js", headers={"accept-encoding": "br"})
    assert (answer.body, answer.headers["content-encoding"]) == (CONTENTS[".br"], "br")
    assert (answer.headers["content-length"], answer.headers["x-a"]) == ("100", "b")
    assert answer.headers["etag"] == '"mine-br"'


@pytest.mark.parametrize("known", [True, False])
def test_with_the_plain_class_each_has_a_tag_of_its_own_too(ask, directory, known):
    class Plain(StaticFiles):
        def file_response(self, full_path, stat_result, scope, status_code=200):
            return FileResponse(full_path, status_code, stat_result=stat_result if known else None)

    for suffix in CONTENTS:
        (directory / f"app.js{suffix}").write_bytes(b"same")
        os.utime(directory / f"app.js{suffix}", (1_000_000_000, 1_000_000_000))
    assert len(set(etags(ask, Plain(directory=directory, precompressed=["br", "zstd", "gzip"])).values())) == 4
