"""Starlette's name for the kind of message that JSON goes in."""


def is_text(mode: str) -> bool:
    """Whether ``mode`` is ``"text"``, and not ``"binary"``; another one is a `RuntimeError`."""
    if mode not in ("text", "binary"):
        raise RuntimeError('The "mode" argument should be "text" or "binary".')
    return mode == "text"
