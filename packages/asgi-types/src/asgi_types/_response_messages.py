"""What HTTP and ASGI ask of the messages of every response, fixed, streamed or of a file."""

from collections.abc import Awaitable

from ._asgi import Message, Scope, Send
from ._headers import RawHeaders


def may_have_body(status_code: int) -> bool:
    """Whether a response with this status may have a body: not 1xx, 204 and 304 (RFC 9110 section 6.4.1).

    >>> may_have_body(200), may_have_body(204)
    (True, False)
    """
    return status_code >= 200 and status_code not in (204, 304)


def response_start(status_code: int, headers: RawHeaders) -> Message:
    """The message that begins a response, with a list of headers of its own.

    What middleware adds to a message must not pile up on a response that is kept. Where there is no body there is no
    ``content-length``: RFC 9110 section 8.6 forbids it with 1xx and 204, and a server would wait for the bytes that it
    announces with 304.

    >>> response_start(204, [(b"content-length", b"0"), (b"etag", b'"1"')])
    {'type': 'http.response.start', 'status': 204, 'headers': [(b'etag', b'"1"')]}
    """
    if may_have_body(status_code):
        headers = headers.copy()
    else:
        headers = [pair for pair in headers if pair[0] != b"content-length"]
    return {"type": "http.response.start", "status": status_code, "headers": headers}


def denial_send(send: Send) -> Send:
    """Sends HTTP response messages as those of a WebSocket denial response (ASGI's ``websocket.http.response``)."""

    def renamed(message: Message) -> Awaitable[None]:
        return send({**message, "type": f"websocket.{message['type']}"})

    return renamed


def send_tells_disconnect(scope: Scope) -> bool:
    """Whether ``send`` raises `OSError` once the client has gone (ASGI HTTP specification 2.4).

    Older servers tell it through ``receive`` alone.

    >>> [send_tells_disconnect({"asgi": {"spec_version": version}}) for version in ("2.3", "2.4")]
    [False, True]
    """
    version: str = scope.get("asgi", {}).get("spec_version", "2.0")
    major, _, rest = version.partition(".")
    minor = rest.partition(".")[0]
    try:
        return (int(major), int(minor or 0)) >= (2, 4)
    except ValueError:
        return False  # no version that says anything


async def nothing_sent() -> None:
    """What a ``send`` that is a plain function returns a call of where it sends nothing: it must be awaitable too."""
