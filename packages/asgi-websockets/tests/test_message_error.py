import json
import pickle

import pytest

from asgi_websockets import JSONMessageError, WebSocketException


def test_it_is_a_close_code_and_a_decode_error():
    error = JSONMessageError("Expecting value", "[1,x]", 3)
    assert (error.code, error.reason) == (1003, "Malformed JSON: Expecting value: line 1 column 4 (char 3)")
    assert (error.msg, error.doc, error.pos, error.lineno, error.colno) == ("Expecting value", "[1,x]", 3, 1, 4)
    for kind in (WebSocketException, json.JSONDecodeError, ValueError):
        assert isinstance(error, kind)


def test_without_a_text_there_is_no_place():
    error = JSONMessageError("Nested too deeply", "", 0)
    assert error.reason == "Malformed JSON: Nested too deeply"


def test_it_says_so_in_a_log():
    error = JSONMessageError("Expecting value", "[\nx]", 2)
    assert str(error) == "1003: Malformed JSON: Expecting value: line 2 column 1 (char 2)"
    assert repr(error) == (
        "JSONMessageError(code=1003, reason='Malformed JSON: Expecting value: line 2 column 1 (char 2)')"
    )


def test_it_can_go_to_another_process():
    error = JSONMessageError("Expecting value", "[1,x]", 3)
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.code, copy.reason, copy.pos) == (error.code, error.reason, error.pos)


@pytest.mark.parametrize("method", ["receive_text", "receive_json"])
async def test_a_message_of_the_other_kind_is_an_error_with_the_same_code(serve, method):
    websocket = await serve(b"1").accepted()
    with pytest.raises(WebSocketException) as caught:
        await getattr(websocket, method)()
    assert (caught.value.code, caught.value.reason) == (1003, "Expected a message of text, but got one of bytes.")
    assert not isinstance(caught.value, JSONMessageError)
