"""The media type of a file by its name; for the types of the web, the same on every machine.

The standard library's table depends on files and registries of the machine, which are read at first use and know some
types of the web wrongly or not at all. So those are listed here, and only what is not is looked up in that table. We
read no file of the machine for it; but once anybody else in the process has, what it says is in the table.
"""

from __future__ import annotations

import os

UNKNOWN = "application/octet-stream"

_TYPES = {
    extension: media_type
    for media_type, extensions in {
        # Text and programs
        "text/html": "html htm",
        "text/css": "css",
        "text/javascript": "js mjs",
        "text/plain": "txt text log",
        "text/markdown": "md markdown",
        "text/csv": "csv",
        "text/calendar": "ics",
        "text/vcard": "vcf",
        "text/vtt": "vtt",
        "text/xml": "xml xsl",
        "application/json": "json map",
        "application/ld+json": "jsonld",
        "application/geo+json": "geojson",
        "application/manifest+json": "webmanifest",
        "application/xhtml+xml": "xhtml xht",
        "application/atom+xml": "atom",
        "application/rss+xml": "rss",
        "application/yaml": "yaml yml",
        "application/wasm": "wasm",
        # Images
        "image/svg+xml": "svg",
        "image/png": "png",
        "image/apng": "apng",
        "image/jpeg": "jpg jpeg jfif pjpeg pjp",
        "image/gif": "gif",
        "image/webp": "webp",
        "image/avif": "avif",
        "image/jxl": "jxl",
        "image/heic": "heic",
        "image/heif": "heif",
        "image/bmp": "bmp",
        "image/tiff": "tif tiff",
        "image/vnd.microsoft.icon": "ico cur",
        # Fonts
        "font/woff": "woff",
        "font/woff2": "woff2",
        "font/ttf": "ttf",
        "font/otf": "otf",
        "font/collection": "ttc",
        "application/vnd.ms-fontobject": "eot",
        # Sound and film
        "audio/mpeg": "mp3",
        "audio/mp4": "m4a",
        "audio/aac": "aac",
        "audio/flac": "flac",
        "audio/ogg": "oga ogg opus",
        "audio/wav": "wav",
        "audio/midi": "mid midi",
        "video/mp4": "mp4 m4v",
        "video/webm": "webm",
        "video/ogg": "ogv",
        "video/quicktime": "mov",
        "video/x-matroska": "mkv",
        "video/x-msvideo": "avi",
        "video/mp2t": "ts m2ts",
        "application/vnd.apple.mpegurl": "m3u8",
        "application/dash+xml": "mpd",
        # Documents
        "application/pdf": "pdf",
        "application/rtf": "rtf",
        "application/epub+zip": "epub",
        "application/msword": "doc",
        "application/vnd.ms-excel": "xls",
        "application/vnd.ms-powerpoint": "ppt",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
        "application/vnd.oasis.opendocument.text": "odt",
        "application/vnd.oasis.opendocument.spreadsheet": "ods",
        "application/vnd.oasis.opendocument.presentation": "odp",
        # Archives. A compressed file is sent as what it is, not as what is in it.
        "application/zip": "zip",
        "application/gzip": "gz tgz",
        "application/zstd": "zst",
        "application/x-brotli": "br",
        "application/x-bzip2": "bz2",
        "application/x-xz": "xz",
        "application/x-compress": "z",
        "application/x-7z-compressed": "7z",
        "application/vnd.rar": "rar",
        "application/x-tar": "tar",
    }.items()
    for extension in extensions.split()
}


def guess_media_type(name: str | os.PathLike[str]) -> str:
    """The media type by the last extension of a file's name; ``application/octet-stream`` if it is not known.

    Types of your own are known too after ``mimetypes.add_type``, unless one of the web's common types has the
    extension.

    >>> guess_media_type("app.mjs"), guess_media_type("backup.tar.gz"), guess_media_type("LICENSE")
    ('text/javascript', 'application/gzip', 'application/octet-stream')
    """
    extension = os.path.splitext(name)[1][1:].lower()  # noqa: PTH122 - a path of pathlib costs ten times as much
    known = _TYPES.get(extension)
    if known is not None or not extension:
        return known or UNKNOWN
    from mimetypes import types_map  # a large module for what is seldom served

    return types_map.get(f".{extension}", UNKNOWN)
