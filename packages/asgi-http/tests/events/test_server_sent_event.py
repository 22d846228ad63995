import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import JSONCodec, ServerSentEvent

SEPARATORS = ["\r\n", "\n", "\r"]


def parse(stream):
    """What a browser makes of a stream of bytes, by the algorithm of the HTML standard, section 9.2.6.

    The events as (type, data, last id), and the last reconnection time.
    """
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    events, data, event_type, last_id, retry = [], "", "", "", None
    for line in re.split("\r\n|\r|\n", text)[:-1]:  # what follows the last line end is no line
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "" if not line:
                if data:
                    events.append((event_type or "message", data.removesuffix("\n"), last_id))
                data, event_type = "", ""
            case "event":
                event_type = value
            case "data":
                data += value + "\n"
            case "id" if "\0" not in value:
                last_id = value
            case "retry" if re.fullmatch("[0-9]+", value):
                retry = int(value)
    return events, retry


def as_received(text):
    """Text as a browser gets it: LF for each line end, and no lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


any_text = st.text(st.characters(exclude_categories=()) | st.sampled_from("\r\n:\0\u2028\x0b\x85 \ufeff"))
one_line = any_text.filter(lambda text: not {"\r", "\n", "\0"} & set(text))


# What a browser gets


@given(
    data=any_text,
    event=one_line | st.none(),
    event_id=one_line | st.none(),
    retry=st.integers(min_value=0) | st.none(),
    comment=any_text | st.none(),
    sep=st.sampled_from(SEPARATORS),
)
def test_a_browser_gets_what_was_put_in(data, event, event_id, retry, comment, sep):
    encoded = ServerSentEvent(data, event=event, id=event_id, retry=retry, comment=comment, sep=sep).encode()
    received = (as_received(event or "") or "message", as_received(data), as_received(event_id or ""))
    assert parse(encoded) == ([received], retry)


@given(st.lists(any_text), st.sampled_from(SEPARATORS))
def test_a_browser_gets_all_events_of_a_stream(texts, sep):
    stream = b"".join(ServerSentEvent(text, id=number, sep=sep).encode() for number, text in enumerate(texts))
    expected = [("message", as_received(text), str(number)) for number, text in enumerate(texts)]
    assert parse(stream) == (expected, None)


@given(any_text, any_text)
def test_a_comment_cannot_become_an_event(comment, data):
    assert parse(ServerSentEvent(comment=comment).encode()) == ([], None)
    stream = ServerSentEvent(comment=comment).encode() + ServerSentEvent(data).encode()
    assert parse(stream) == ([("message", as_received(data), "")], None)


@given(st.recursive(st.none() | st.booleans() | st.integers() | any_text, st.lists, max_leaves=5))
def test_what_is_no_text_arrives_as_json(value):
    data = {"value": value}
    [(_, received, _)], _ = parse(ServerSentEvent(data).encode())
    assert json.loads(received) == data


# The form on the wire


@pytest.mark.parametrize(
    ("arguments", "encoded"),
    [
        ({"data": "Hello"}, b"data: Hello\r\n\r\n"),
        ({"data": ""}, b"data: \r\n\r\n"),
        ({"data": "a\nb\r\nc\rd"}, b"data: a\r\ndata: b\r\ndata: c\r\ndata: d\r\n\r\n"),
        ({"data": "a\n"}, b"data: a\r\ndata: \r\n\r\n"),
        ({"data": " a\u2028b\x0bc\x85d"}, " a\u2028b\x0bc\x85d".encode().join([b"data: ", b"\r\n\r\n"])),
        ({"data": "Zoë"}, b"data: Zo\xc3\xab\r\n\r\n"),
        ({"data": b"Zo\xc3\xab"}, b"data: Zo\xc3\xab\r\n\r\n"),
        ({"data": memoryview(b"a\nb")}, b"data: a\r\ndata: b\r\n\r\n"),
        ({"data": bytearray(b"\xff")}, b"data: \xef\xbf\xbd\r\n\r\n"),
        ({"data": "a\ud800b\ud83d\ude00"}, b"data: a\xef\xbf\xbdb\xf0\x9f\x98\x80\r\n\r\n"),
        ({"data": 1}, b"data: 1\r\n\r\n"),
        ({"data": 1.5}, b"data: 1.5\r\n\r\n"),
        ({"data": True}, b"data: true\r\n\r\n"),
        ({"data": ["ë", None]}, b'data: ["\xc3\xab",null]\r\n\r\n'),
        ({"data": {}}, b"data: {}\r\n\r\n"),
        ({"id": "7"}, b"id: 7\r\n\r\n"),
        ({"id": 7}, b"id: 7\r\n\r\n"),
        ({"id": ""}, b"id: \r\n\r\n"),
        ({"event": "tick"}, b"event: tick\r\n\r\n"),
        ({"retry": 0}, b"retry: 0\r\n\r\n"),
        ({"comment": "a\nb"}, b": a\r\n: b\r\n\r\n"),
        ({"comment": ""}, b": \r\n\r\n"),
        ({}, b"\r\n"),
        (
            {"data": "d", "event": "e", "id": "i", "retry": 1, "comment": "c", "sep": "\n"},
            b": c\nid: i\nevent: e\ndata: d\nretry: 1\n\n",
        ),
        ({"data": "a\r\nb", "sep": "\r"}, b"data: a\rdata: b\r\r"),
    ],
)
def test_encoded(arguments, encoded):
    assert ServerSentEvent(**arguments).encode() == encoded


def test_a_separator_of_its_own_is_kept():
    assert ServerSentEvent("a").encode("\n") == b"data: a\n\n"
    assert ServerSentEvent("a", sep="\r").encode("\n") == b"data: a\r\r"


def test_an_event_is_encoded_once():
    event = ServerSentEvent(data := ["first"])
    encoded = event.encode()
    data.append("second")
    assert event.encode() is encoded
    assert event.encode("\r\n") is encoded


@pytest.mark.parametrize("own", [None, *SEPARATORS])
@pytest.mark.parametrize("first", SEPARATORS)
@pytest.mark.parametrize("second", SEPARATORS)
def test_its_data_is_what_it_was_when_it_was_first_encoded(own, first, second):
    event = ServerSentEvent(data := {"n": "1"}, comment="a\nb", sep=own)
    assert event.encode(first) == ": a\n: b\ndata: {'n':'1'}\n\n".replace("'", '"').replace("\n", own or first).encode()
    data["n"] = "2"
    encoded = event.encode(second)
    assert encoded == ": a\n: b\ndata: {'n':'1'}\n\n".replace("'", '"').replace("\n", own or second).encode()
    assert event.encode(second) is encoded
    assert event.with_id("7").encode("\n").splitlines()[-2] == b'data: {"n":"1"}'


@given(data=any_text, first=st.sampled_from(SEPARATORS), second=st.sampled_from(SEPARATORS))
def test_another_separator_is_the_same_event(data, first, second):
    event = ServerSentEvent(data, comment=data)
    event.encode(first)
    assert event.encode(second) == ServerSentEvent(data, comment=data).encode(second)


def test_json_comes_from_the_codec_of_the_class():
    class Indented(ServerSentEvent):
        json_codec = JSONCodec(lambda value: json.dumps(value, indent=1, ensure_ascii=False), json.loads)

    assert Indented(["\ud800"]).encode() == b'data: [\r\ndata:  "\\ud800"\r\ndata: ]\r\n\r\n'
    assert ServerSentEvent(["\ud800"]).encode() == b'data: ["\\ud800"]\r\n\r\n'
    assert isinstance(Indented([]).with_id("1"), Indented)


# Mistakes


@pytest.mark.parametrize("name", ["event", "id"])
@pytest.mark.parametrize("character", ["\r", "\n", "\0"])
def test_names_and_ids_have_one_line(name, character):
    with pytest.raises(ValueError, match=rf"^Invalid {name} of an event .*CR, LF and NUL are not allowed\.$"):
        ServerSentEvent("data", **{name: f"a{character}data: injected"})


def test_an_id_given_later_is_checked_too():
    with pytest.raises(ValueError, match=r"^Invalid id"):
        ServerSentEvent("data").with_id("1\n")


def test_attributes_cannot_be_set_past_the_checks():
    with pytest.raises(AttributeError):
        ServerSentEvent("data").id = "1\n2"


@pytest.mark.parametrize("retry", ["1", 1.0, True])
def test_retry_is_an_int(retry):
    with pytest.raises(TypeError, match=r"^retry is the int of milliseconds"):
        ServerSentEvent(retry=retry)


def test_retry_is_not_negative():
    with pytest.raises(ValueError, match=r"it cannot be -1\.$"):
        ServerSentEvent(retry=-1)


@pytest.mark.parametrize("sep", ["", "\n\n", "\u2028", "; "])
def test_lines_end_as_the_standard_says(sep):
    with pytest.raises(ValueError, match=r"^Invalid sep"):
        ServerSentEvent("data", sep=sep)


@pytest.mark.parametrize(("data", "error"), [(object(), TypeError), (float("nan"), ValueError)])
def test_data_that_json_cannot_hold_is_an_error_of_encode(data, error):
    event = ServerSentEvent(data)
    for _ in range(2):
        with pytest.raises(error):
            event.encode()


# As a value


def test_attributes():
    event = ServerSentEvent("d", event="e", id=1, retry=2, comment="c", sep="\n")
    assert (event.data, event.event, event.id, event.retry, event.comment, event.sep) == ("d", "e", "1", 2, "c", "\n")


def test_with_id_changes_the_id_alone():
    event = ServerSentEvent("d", event="e", id="1", retry=2, comment="c", sep="\n")
    assert event.with_id("2") == ServerSentEvent("d", event="e", id="2", retry=2, comment="c", sep="\n")
    assert event.id == "1"


def test_events_of_the_same_parts_are_equal():
    assert ServerSentEvent({"a": 1}, id="1") == ServerSentEvent({"a": 1}, id=1)
    assert ServerSentEvent("a") != ServerSentEvent("a", event="message")
    assert ServerSentEvent("a") != "a"


def test_repr_shows_what_was_given():
    assert repr(ServerSentEvent("a", id=1)) == "ServerSentEvent(data='a', id='1')"
    assert repr(ServerSentEvent()) == "ServerSentEvent()"


def test_encoding_takes_linear_time(assert_linear):
    assert_linear(lambda text: ServerSentEvent(text).encode(), lambda n: "\r\n\r\ud800" * n, 20_000)
