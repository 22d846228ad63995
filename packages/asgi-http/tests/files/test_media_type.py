import mimetypes
import subprocess
import sys
from pathlib import PurePosixPath

import pytest

from asgi_http._files.media_type import guess_media_type


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("index.html", "text/html"),
        ("app.js", "text/javascript"),
        ("app.mjs", "text/javascript"),
        ("app.js.map", "application/json"),
        ("style.css", "text/css"),
        ("logo.svg", "image/svg+xml"),
        ("module.wasm", "application/wasm"),
        ("font.woff2", "font/woff2"),
        ("photo.webp", "image/webp"),
        ("photo.avif", "image/avif"),
        ("data.json", "application/json"),
        ("app.webmanifest", "application/manifest+json"),
        ("favicon.ico", "image/vnd.microsoft.icon"),
        ("PHOTO.JPG", "image/jpeg"),
        ("a.b/c.txt", "text/plain"),
    ],
)
def test_types_of_the_web(name, expected):
    assert guess_media_type(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("backup.tar.gz", "application/gzip"),
        ("app.js.br", "application/x-brotli"),
        ("page.html.zst", "application/zstd"),
        ("log.txt.bz2", "application/x-bzip2"),
        ("paper.ps.Z", "application/x-compress"),
    ],
)
def test_a_compressed_file_is_not_what_is_in_it(name, expected):
    assert guess_media_type(name) == expected


@pytest.mark.parametrize("name", ["LICENSE", "", ".gitignore", "a.b/c", "a.", "x.unheard-of"])
def test_what_is_not_known_is_bytes(name):
    assert guess_media_type(name) == "application/octet-stream"


def test_paths_are_taken():
    assert guess_media_type(PurePosixPath("/srv/report.pdf")) == "application/pdf"


def test_the_standard_library_knows_more():
    assert guess_media_type("paper.tex") == "application/x-tex"


def test_types_of_the_application_are_known(monkeypatch):
    monkeypatch.setattr(mimetypes, "types_map", {".shine": "application/x-shine", ".js": "text/plain"})
    assert guess_media_type("a.shine") == "application/x-shine"
    assert guess_media_type("a.js") == "text/javascript"


def test_no_file_of_the_machine_is_read():
    program = """
import mimetypes
from asgi_http._files.media_type import guess_media_type
assert guess_media_type("paper.tex") == "application/x-tex"
assert not mimetypes.inited
"""
    subprocess.run([sys.executable, "-c", program], check=True)
