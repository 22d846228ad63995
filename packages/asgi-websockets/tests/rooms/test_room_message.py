import pytest

from asgi_websockets import RoomMessage


@pytest.mark.parametrize(("data", "is_text"), [("", True), ("Hello", True), (b"", False), (b"Hello", False)])
def test_it_is_text_or_bytes(data, is_text):
    assert RoomMessage("lobby", data, "1-0").is_text is is_text


def test_it_is_for_all_unless_it_says_otherwise():
    assert RoomMessage("lobby", "Hello", "1-0").exclude == ""


def test_it_cannot_be_changed_under_the_other_members():
    message = RoomMessage("lobby", "Hello", "1-0")
    with pytest.raises(AttributeError):
        message.data = "Bye"
