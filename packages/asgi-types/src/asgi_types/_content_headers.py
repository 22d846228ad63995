"""The two headers almost every response has, made once for responses of one length and type and then shared."""

from functools import lru_cache

from ._field import field_value


@lru_cache(maxsize=4096)
def content_headers(length: int | None, media_type: str | None, charset: str) -> tuple[tuple[bytes, bytes], ...]:
    """``content-length`` and ``content-type``, each if known; ``text/*`` gets ``charset`` unless it names one."""
    headers: list[tuple[bytes, bytes]] = []
    if length is not None:
        headers.append((b"content-length", b"%d" % length))
    if media_type is not None:
        if media_type.startswith("text/") and "charset=" not in media_type.lower():
            media_type = media_type + "; charset=" + charset  # an f-string shows the name of an enum's member
        headers.append((b"content-type", field_value(media_type)))
    return tuple(headers)
