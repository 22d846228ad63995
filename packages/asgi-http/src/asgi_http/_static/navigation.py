"""Whether a request is a person opening a page, and not a script, a style sheet or a picture that the page asks for.

An application of one page answers every address that its own router knows. Only a page may be answered with it: a
script that is missing must stay missing, or the browser would run HTML.
"""

from __future__ import annotations

from asgi_types import Headers

from .accept_encoding import parse_weight

VARY = "Accept, Sec-Fetch-Mode"
"""What `is_navigation` looks at besides the path."""

# A list and not every suffix: "/users/zoe@example.org" and "/docs/v1.2" are pages.
_ASSETS = frozenset(
    extension
    for extensions in (
        "js mjs cjs jsx ts tsx css scss less map json jsonl wasm webmanifest",
        "png jpg jpeg gif svg webp avif apng bmp ico cur tif tiff heic jxl",
        "woff woff2 ttf otf eot",
        "mp3 mp4 m4a m4v ogg oga ogv opus wav flac aac webm weba avi mkv vtt m3u8 mpd",
        "txt xml rss atom csv tsv yaml yml pdf doc docx xls xlsx ppt pptx",
        "zip gz br zst bz2 xz 7z tar tgz rar exe dmg iso apk bin",
    )
    for extension in extensions.split()
)


def may_be_page(path: str) -> bool:
    """Whether the last segment of ``path`` is no name of an asset, such as a script or a picture.

    >>> may_be_page("users/zoe@example.org"), may_be_page("assets/app.js")
    (True, False)
    """
    name = path.rpartition("/")[2]
    return "." not in name or name.rpartition(".")[2].lower() not in _ASSETS


def is_navigation(headers: Headers) -> bool:
    """Whether the client opens a page: it names ``text/html`` in ``Accept``, and says so itself where it can.

    Browsers say it with ``Sec-Fetch-Mode: navigate``. A wildcard such as ``*/*`` asks for no page.

    >>> is_navigation(Headers({"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}))
    True
    >>> is_navigation(Headers({"accept": "text/html", "sec-fetch-mode": "cors"})), is_navigation(Headers())
    (False, False)
    """
    if headers.get("sec-fetch-mode", "navigate") != "navigate":
        return False
    return any(_takes_html(member) for accept in headers.getlist("accept") for member in accept.split(","))


def _takes_html(member: str) -> bool:
    media_type, *parameters = member.split(";")
    if media_type.strip(" \t").lower() != "text/html":
        return False
    weights = [parse_weight(text) for text in map(_stripped, parameters) if text[:2] in ("q=", "Q=")]
    return all(weights)  # one of zero refuses it, and one that is none makes the member void


def _stripped(text: str) -> str:
    return text.strip(" \t")
