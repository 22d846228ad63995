import pytest

from asgi_types import HTTPException, WebSocketException
from asgi_websockets import RoomMessageError, Rooms


@pytest.mark.parametrize(
    ("text", "status_code", "code", "told"),
    [
        ("x" * 11, 413, 1009, "A message to a room has at most 10 bytes."),
        ("\ud800", 400, 1008, "A message to a room has to be Unicode text."),
    ],
)
async def test_it_is_the_clients_fault_however_it_came(text, status_code, code, told):
    with pytest.raises(RoomMessageError) as caught:
        await Rooms(max_message_size=10)["lobby"].broadcast_text(text)
    error = caught.value
    assert isinstance(error, HTTPException)
    assert isinstance(error, WebSocketException)
    assert (error.status_code, error.detail, error.code, error.reason) == (status_code, told, code, told)
    assert str(error) == f"{status_code}: {told}"
