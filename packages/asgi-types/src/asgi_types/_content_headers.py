"""The two headers almost every response has, made once for responses of one length and type and then shared."""

from functools import lru_cache

from ._field import field_value


@lru_cache(maxsize=4096)
def content_headers(length: int | None, media_type: str | None, charset: str) -> tuple[tuple[bytes, bytes], ...]:
    """``content-length`` and ``content-type``, each if known; ``text/*`` without a charset parameter gets ``charset``."""
    headers: list[tuple[bytes, bytes]] = []
    if length is not None:
        headers.append((b"content-length", b"%d" % length))
    if media_type is not None:
        if media_type.startswith("text/") and "charset=" not in media_type.lower():
            media_type = f"{media_type}; charset={charset}"
        headers.append((b"content-type", field_value(media_type)))
    return tuple(headers)
