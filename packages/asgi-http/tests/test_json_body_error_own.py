"""Codecs other than the default one."""

import json

import msgspec
import orjson
import pytest

from asgi_http import HTTPException, JSONBodyError, JSONCodec, JSONResponse, Request, request_response
from asgi_types import json_codec


def app_of(codec):
    """Sends back the JSON it gets, all by one codec."""

    class CodecRequest(Request):
        json_codec = codec

    class CodecResponse(JSONResponse):
        json_codec = codec

    async def echo(request):
        return CodecResponse(await request.json())

    return request_response(echo, CodecRequest)


CODECS = {
    "of the standard library": JSONCodec(json.dumps, json.loads),
    "orjson": JSONCodec(orjson.dumps, orjson.loads),
    "msgspec": JSONCodec(msgspec.json.encode, msgspec.json.decode),
    "default": Request.json_codec,
}
EACH = pytest.mark.parametrize("name", CODECS)


@EACH
async def test_a_value_goes_both_ways(drive, name):
    value = {"name": "Zoë", "list": [1, 2.5, None, True, {}]}
    answer = await drive.request(app_of(CODECS[name]), "/", "POST", json.dumps(value).encode())
    assert answer.headers["content-type"] == "application/json"
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert json.loads(answer.body) == value


@EACH
@pytest.mark.parametrize("body", [b"", b"{]", b'{"a": 1', b'"caf\xe9"', b"1 2", b"nul"])
async def test_what_is_no_json_is_a_400(drive, name, body):
    answer = await drive.request(app_of(CODECS[name]), "/", "POST", body)
    assert answer.status == 400
    assert answer.text.startswith("Malformed JSON: ")


async def error_of(decode, body=b"{]"):
    async def receive():
        return {"type": "http.request", "body": body}

    request = Request({"type": "http"}, receive)
    request.json_codec = JSONCodec(json.dumps, decode)
    with pytest.raises(JSONBodyError) as caught:
        await request.json()
    assert isinstance(caught.value, HTTPException)
    assert isinstance(caught.value, json.JSONDecodeError)
    assert caught.value.__suppress_context__
    return caught.value


async def test_an_error_keeps_its_place():
    error = await error_of(json.loads)
    assert (error.msg, error.doc, error.pos) == ("Expecting property name enclosed in double quotes", "{]", 1)


async def test_an_error_of_orjson_keeps_its_place():
    error = await error_of(orjson.loads)
    assert (error.doc, error.pos) == ("{]", 1)


async def test_an_error_without_a_place_keeps_its_text():
    def decode(body):
        raise ValueError("nothing like JSON")

    error = await error_of(decode)
    assert (error.msg, error.doc, error.pos) == ("nothing like JSON", "", 0)
    assert error.detail == "Malformed JSON: nothing like JSON"


async def test_bytes_in_another_encoding_are_a_400():
    def decode(body):
        return json.loads(body.decode("utf-16-be"))

    error = await error_of(decode, b"\0")
    assert (error.msg, error.doc, error.pos) == ("Not utf-16-be", "", 0)


async def test_too_deep_a_value_is_a_400():
    def decode(body):
        raise RecursionError

    assert (await error_of(decode)).msg == "Nested too deeply"


async def test_a_body_error_stays_what_it_is():
    raised = JSONBodyError("of the codec", "x", 1)

    def decode(body):
        raise raised

    assert await error_of(decode) is raised


@pytest.mark.parametrize("error", [TypeError, KeyError])
async def test_what_is_not_the_client_s_fault_is_raised(error):
    def decode(body):
        raise error("of the codec")

    async def receive():
        return {"type": "http.request", "body": b"1"}

    request = Request({"type": "http"}, receive)
    request.json_codec = JSONCodec(json.dumps, decode)
    with pytest.raises(error, match="of the codec"):
        await request.json()


async def test_a_value_error_of_reading_the_body_is_raised():
    class Failing(Request):
        async def body(self):
            raise ValueError("of body")

    with pytest.raises(ValueError, match=r"^of body$") as caught:
        await Failing({"type": "http"}).json()
    assert not isinstance(caught.value, JSONBodyError)


def test_encoded_text_becomes_utf_8():
    class Text(JSONResponse):
        json_codec = JSONCodec(lambda value: json.dumps(value, ensure_ascii=False), json.loads)

    assert Text("Zoë \ud800").body == b'"Zo\xc3\xab \\ud800"'


def test_encoded_bytes_are_sent_as_they_are():
    class Bytes(JSONResponse):
        json_codec = JSONCodec(lambda value: b"\xff", json.loads)

    assert Bytes("anything").body == b"\xff"


def test_the_codec_is_that_of_the_core():
    assert JSONCodec is json_codec.JSONCodec
    assert Request.json_codec is JSONResponse.json_codec is json_codec.standard_codec


def test_a_codec_is_set_for_a_part_or_for_all(monkeypatch):
    class Part(JSONResponse):
        json_codec = JSONCodec(lambda value: b"part", json.loads)

    class Other(JSONResponse):
        pass

    assert (Part(1).body, Other(1).body, JSONResponse(1).body) == (b"part", b"1", b"1")
    monkeypatch.setattr(JSONResponse, "json_codec", JSONCodec(lambda value: b"all", json.loads))
    assert (Part(1).body, Other(1).body, JSONResponse(1).body) == (b"part", b"all", b"all")


def test_anything_with_both_functions_is_a_codec():
    class Codec:
        @staticmethod
        def encode(value):
            return f"<{value}>"

        decode = None

    class Angular(JSONResponse):
        json_codec = Codec

    assert Angular(1).body == b"<1>"


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json; charset=latin-1", "a; charset=x"])
async def test_the_content_type_does_not_matter(drive, content_type):
    headers = {} if content_type is None else {"content-type": content_type}
    answer = await drive.request(app_of(Request.json_codec), "/", "POST", '"é"'.encode(), headers=headers)
    assert (answer.status, answer.body) == (200, '"é"'.encode())
    answer = await drive.request(app_of(Request.json_codec), "/", "POST", '"é"'.encode("latin-1"), headers=headers)
    assert (answer.status, answer.text) == (400, "Malformed JSON: Not utf-8")
