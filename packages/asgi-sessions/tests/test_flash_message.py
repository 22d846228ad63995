"""The keys of messages."""

import re

import pytest

from asgi_sessions import FlashMessage, Session
from asgi_sessions._flash_message import flash_key, is_flash


def test_a_message_is_a_tuple_with_names():
    message = FlashMessage("Saved.", "info")
    text, category = message
    assert (text, category) == (message.message, message.category) == ("Saved.", "info")


def test_keys_differ_and_sort_by_age(monkeypatch):
    keys = []
    for _ in range(300):
        keys.append(flash_key(keys))
    assert keys == sorted(keys)
    assert len({*keys}) == 300
    assert all(re.fullmatch(r"_flash\.[0-9a-f]{16}\.[0-9a-f]{4}\.[0-9a-f]{8}", key) for key in keys)


def test_keys_of_one_moment_sort_as_they_were_made(monkeypatch):
    monkeypatch.setattr("time.time_ns", lambda: 1)
    keys = [1, None, "user"]
    for _ in range(20):
        keys.append(flash_key(keys))
    assert keys[3:] == sorted(keys[3:])
    # Those of requests at the same moment, which know nothing of each other, differ.
    assert len({flash_key([]) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("_flash.0", ["info", "Saved."], True),
        ("_flash.0", ["info"], False),
        ("_flash.0", ["info", 1], False),
        ("_flash.0", ["info", "Saved.", ""], False),
        ("_flash.0", "ab", False),
        ("flash.0", ["info", "Saved."], False),
        (1, ["info", "Saved."], False),
    ],
)
def test_which_entries_are_messages(key, value, expected):
    assert is_flash(key, value) is expected


@pytest.mark.parametrize(
    ("given", "kind"), [((123,), "int"), ((None,), "NoneType"), (("Saved.", 1), "int"), ((b"Saved.",), "bytes")]
)
def test_what_is_no_text(given, kind):
    session = Session()
    with pytest.raises(TypeError, match=rf"^flash\(\) takes a message and a category that are text, not a {kind}: "):
        session.flash(*given)
    assert session == {}
