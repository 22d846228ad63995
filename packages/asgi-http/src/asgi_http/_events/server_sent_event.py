"""One server-sent event and its form on the wire (WHATWG HTML, section 9.2 "Server-sent events").

An event never changes once it is encoded, and its bytes are made once, however many clients it goes to.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final, cast

from asgi_types.json_codec import JSONCodec, encoded_text, standard_codec

SEPARATORS: Final = ("\r\n", "\n", "\r")
DEFAULT_SEPARATOR: Final = "\r\n"


class ServerSentEvent:
    r"""An event for an ``EventSource``, which hands it to its listeners for ``event``, or else to ``onmessage``.

    ``data`` is text as ``str`` or UTF-8 ``bytes``; any other value is sent as JSON; without it, nothing is handed to a
    listener. Text of several lines arrives as it is, with LF for each CR LF, CR or LF in it. ``id`` comes back as the
    header ``Last-Event-ID`` when the client reconnects, unchanged if it is printable ASCII without spaces around it.
    ``retry`` is the time in milliseconds that the client waits before it does. A ``comment`` is read by nobody.
    ``sep`` ends a line: CR LF by default, LF or CR.

    Data is made text once, by the first `encode`: what it was then is what is sent, also with another id or ``sep``.

    Lone surrogates, which UTF-8 has no form for, are sent as U+FFFD, as browsers do.

    Raises `ValueError` for CR, LF or NUL in ``event`` and ``id``, for a negative ``retry`` and another ``sep``, and
    `TypeError` for a ``retry`` that is no int. What JSON has no form for is an error of `encode`.

    >>> ServerSentEvent("Hello\nworld", event="greeting", id="1", sep="\n").encode()
    b'id: 1\nevent: greeting\ndata: Hello\ndata: world\n\n'
    >>> ServerSentEvent({"count": 1}).encode()
    b'data: {"count":1}\r\n\r\n'
    """

    json_codec: ClassVar[JSONCodec] = standard_codec
    """What makes JSON of data that is no text."""

    __slots__ = ("_comment", "_data", "_encoded", "_encoded_sep", "_event", "_id", "_retry", "_sep", "_text")

    def __init__(
        self,
        data: Any = None,
        *,
        event: str | None = None,
        id: str | int | None = None,  # noqa: A002 - the standard's name, and sse-starlette's
        retry: int | None = None,
        comment: str | None = None,
        sep: str | None = None,
    ) -> None:
        if isinstance(id, int):
            id = str(id)  # noqa: A001
        _check_line("event", event)
        _check_line("id", id)
        if retry is not None:
            _check_retry(retry)
        if sep is not None:
            check_separator(sep)
        self._data = data
        self._event = event
        self._id = id
        self._retry = retry
        self._comment = comment
        self._sep = sep
        self._text: str | None = None
        self._encoded: bytes | None = None
        self._encoded_sep = ""

    @property
    def data(self) -> Any:
        """What was given as data."""
        return self._data

    @property
    def event(self) -> str | None:
        """The type of the event; a client takes none for ``message``."""
        return self._event

    @property
    def id(self) -> str | None:
        """The id that the client keeps; an empty one makes it forget the last."""
        return self._id

    @property
    def retry(self) -> int | None:
        """Milliseconds before the client reconnects."""
        return self._retry

    @property
    def comment(self) -> str | None:
        """Text that clients skip."""
        return self._comment

    @property
    def sep(self) -> str | None:
        """What ends a line, or ``None`` for the default of who encodes it."""
        return self._sep

    def with_id(self, id: str | int) -> ServerSentEvent:  # noqa: A002
        """The same event under another id, as an `EventBuffer` gives it one."""
        event = type(self)(
            self._data, event=self._event, id=id, retry=self._retry, comment=self._comment, sep=self._sep
        )
        event._text = self._text
        return event

    def encode(self, sep: str | None = None) -> bytes:
        """The event on the wire; ``sep`` counts where the event has none of its own.

        Raises what the JSON codec raises, as `TypeError` for an object that JSON has no form for.
        """
        chosen = self._sep or sep or DEFAULT_SEPARATOR
        if self._encoded is None:
            self._encoded = self._lines(chosen)
        elif self._encoded_sep != chosen:
            # No line holds a CR or LF of its own.
            self._encoded = self._encoded.replace(self._encoded_sep.encode(), chosen.encode())
        self._encoded_sep = chosen
        return self._encoded

    def _lines(self, sep: str) -> bytes:
        lines: list[str] = []
        if self._comment is not None:
            lines += _fields(": ", self._comment)
        if self._id is not None:
            lines.append(f"id: {self._id}")
        if self._event is not None:
            lines.append(f"event: {self._event}")
        if self._data is not None:
            if self._text is None:
                self._text = self._text_of_data()
            lines += _fields("data: ", self._text)
        if self._retry is not None:
            lines.append(f"retry: {self._retry}")
        return encode_text(sep.join((*lines, "", "")))

    def _text_of_data(self) -> str:
        data = self._data
        if isinstance(data, str):
            return data
        binary = as_bytes(data)
        if binary is not None:
            return binary.decode("utf-8", "replace")
        encoded = self.json_codec.encode(data)
        return (encoded_text(encoded) if isinstance(encoded, str) else encoded).decode()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ServerSentEvent):
            return NotImplemented
        return self._parts() == other._parts()

    def __repr__(self) -> str:
        names = ("data", "event", "id", "retry", "comment", "sep")
        given = (f"{name}={value!r}" for name, value in zip(names, self._parts(), strict=True) if value is not None)
        return f"{type(self).__name__}({', '.join(given)})"

    def _parts(self) -> tuple[Any, ...]:
        return (self._data, self._event, self._id, self._retry, self._comment, self._sep)


def as_event(item: Any) -> ServerSentEvent:
    """What a stream of events may hold as an event: a dictionary has the arguments of one, all else is data."""
    if isinstance(item, ServerSentEvent):
        return item
    if isinstance(item, dict):
        return ServerSentEvent(**cast("dict[str, Any]", item))
    return ServerSentEvent(item)


def as_bytes(value: Any) -> bytes | None:
    """The bytes of ``bytes``, ``bytearray`` and ``memoryview``; of anything else none."""
    return bytes(cast("bytes", value)) if isinstance(value, (bytes, bytearray, memoryview)) else None


def check_separator(sep: str) -> None:
    """Raise `ValueError` if a line of an event stream cannot end with ``sep``."""
    if sep not in SEPARATORS:
        raise ValueError(f"Invalid sep {sep!r}: a line of an event stream ends with '\\r\\n', '\\n' or '\\r'.")


def encode_text(text: str) -> bytes:
    """UTF-8, with U+FFFD for each lone surrogate."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _fields(start: str, text: str) -> Iterable[str]:
    # Not splitlines(), which also splits at characters that are no line ends of an event stream.
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return [start + line for line in text.split("\n")]


def _check_line(name: str, value: str | None) -> None:
    if value and ("\n" in value or "\r" in value or "\0" in value):
        raise ValueError(f"Invalid {name} of an event {value!r}: CR, LF and NUL are not allowed.")


def _check_retry(retry: int) -> None:
    if not isinstance(retry, int) or isinstance(retry, bool):
        raise TypeError(f"retry is the int of milliseconds before a client reconnects, not {retry!r}.")
    if retry < 0:
        raise ValueError(f"retry is the time in milliseconds before a client reconnects: it cannot be {retry}.")
