import pytest

from asgi_middleware import DEFAULT_EXCLUDED_CONTENT_TYPES, CompressionMiddleware, GZipMiddleware

BODY = b"Hello, world! " * 100

EXCLUDED = [
    "application/grpc",
    "application/grpc+proto",
    "application/zip",
    "audio/mpeg",
    "font/woff2",
    "image/PNG",
    "image/png; x=y",
    " text/event-stream ; charset=utf-8",
    "text/event-stream",
    "video/mp4",
]
COMPRESSED = ["text/html", "application/json", "image/svg+xml", "font/ttf", "application/grpcx", "audiox/a", "png", ""]


@pytest.mark.parametrize("content_type", EXCLUDED)
async def test_excluded_by_default(drive, sends, content_type):
    app = CompressionMiddleware(sends(BODY, headers=[(b"content-type", content_type.encode())]))
    answer = await drive.request(app, headers={"accept-encoding": "gzip"})
    assert answer.headers.raw == [(b"content-type", content_type.encode())]
    assert answer.body == BODY


@pytest.mark.parametrize("content_type", COMPRESSED)
async def test_all_else_is_compressed(drive, sends, content_type):
    app = CompressionMiddleware(sends(BODY, headers=[(b"content-type", content_type.encode())]))
    answer = await drive.request(app, headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("headers", [[], None])
async def test_no_type_is_compressed(drive, sends_messages, headers):
    start = {"type": "http.response.start", "status": 200}
    if headers is not None:
        start["headers"] = headers
    app = CompressionMiddleware(sends_messages(start, {"type": "http.response.body", "body": BODY}))
    answer = await drive.request(app, headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("content_type", "is_coded"),
    [("text/html", False), ("text/css", True), ("application/grpc+proto", True), ("image/jpeg", False), ("a", True)],
)
async def test_types_of_ones_own(drive, sends, content_type, is_coded):
    types = ("Text/HTML; charset=utf-8", "image/*")
    app = CompressionMiddleware(
        sends(BODY, headers=[(b"content-type", content_type.encode())]), exclude_content_types=types
    )
    answer = await drive.request(app, headers={"accept-encoding": "gzip"})
    assert ("content-encoding" in answer.headers) is is_coded
    assert app.exclude_content_types == ("text/html", "image/*")


@pytest.mark.parametrize("name", ["text", "", "*/*", "image/p*", "*.png", "a/b/c", "/png", "text/"])
def test_what_is_no_type_is_refused(name):
    with pytest.raises(ValueError, match="Not a content type"):
        CompressionMiddleware(None, exclude_content_types=(name,))


def test_a_string_is_one_type():
    assert GZipMiddleware(None, exclude_content_types="image/png").exclude_content_types == ("image/png",)
    with pytest.raises(ValueError, match=r"Not a content type: 'image/png, image/gif'\. Write it as 'image/png'"):
        GZipMiddleware(None, exclude_content_types="image/png, image/gif")


def test_fourteen_types_by_default():
    assert CompressionMiddleware(None).exclude_content_types == DEFAULT_EXCLUDED_CONTENT_TYPES
    assert len(DEFAULT_EXCLUDED_CONTENT_TYPES) == 14
