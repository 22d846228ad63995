import pytest

from asgi_http import ConditionalMiddleware, FileResponse, PlainTextResponse, Response
from asgi_http._conditional.conditional_middleware import body_etag

DATE, LATER = "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:38 GMT"
HELLO_TAG = '"185f8db32271fe25f561a6fc938b2e26"'


# Whole bodies


async def test_a_whole_body_gets_a_strong_tag(drive):
    answer = await drive.request(ConditionalMiddleware(PlainTextResponse("Hello")))
    assert (answer.status, answer.text) == (200, "Hello")
    assert answer.headers.items() == [
        ("content-length", "5"),
        ("content-type", "text/plain; charset=utf-8"),
        ("etag", HELLO_TAG),
    ]


@pytest.mark.parametrize("if_none_match", [HELLO_TAG, f"W/{HELLO_TAG}", f'"x", {HELLO_TAG}', "*"])
async def test_a_client_that_has_it_gets_a_304(drive, if_none_match):
    app = ConditionalMiddleware(Response("Hello", headers={"cache-control": "no-cache"}, media_type="text/html"))
    answer = await drive.request(app, headers={"if-none-match": if_none_match})
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers.items() == [("cache-control", "no-cache"), ("etag", HELLO_TAG)]
    assert len(answer.messages) == 2


async def test_a_client_that_has_another_gets_it(drive):
    app = ConditionalMiddleware(PlainTextResponse("Hello"))
    answer = await drive.request(app, headers={"if-none-match": body_etag(b"Hell"), "if-modified-since": LATER})
    assert (answer.status, answer.text) == (200, "Hello")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_client_that_wants_another_gets_a_412(drive, method):
    headers = {"etag": '"a"', "cache-control": "max-age=9", "expires": DATE, "x-a": "b"}
    app = ConditionalMiddleware(Response("Hello", headers=headers))
    answer = await drive.request(app, "/", method, headers={"if-match": '"x"'})
    assert (answer.status, answer.text) == (412, "Precondition Failed" if method == "GET" else "")
    assert answer.headers.items() == [
        ("etag", '"a"'),
        ("x-a", "b"),
        ("content-length", "19"),
        ("content-type", "text/plain; charset=utf-8"),
    ]


async def test_an_empty_body_has_a_tag_too(drive):
    assert "etag" in (await drive.request(ConditionalMiddleware(Response()))).headers


async def test_cookies_do_not_matter_and_arrive(drive):
    response = Response("Hello")
    response.set_cookie("a", "b")
    answer = await drive.request(ConditionalMiddleware(response), headers={"if-none-match": HELLO_TAG})
    assert answer.status == 304
    assert answer.headers["set-cookie"].startswith("a=b")


async def test_what_may_not_be_stored_gets_no_tag(drive):
    app = ConditionalMiddleware(Response("Hello", headers={"cache-control": "private, No-Store"}))
    answer = await drive.request(app, headers={"if-none-match": "*"})
    assert answer.status == 200
    assert "etag" not in answer.headers


async def test_what_is_too_large_gets_no_tag(drive):
    for size, gets_one in ((1024 * 1024, True), (1024 * 1024 + 1, False)):
        answer = await drive.request(ConditionalMiddleware(Response(bytes(size))))
        assert ("etag" in answer.headers) is gets_one
    answer = await drive.request(ConditionalMiddleware(Response("Hello"), max_size=4))
    assert "etag" not in answer.headers


async def test_a_length_that_is_not_true_is_not_trusted(drive, streaming):
    app = streaming(b"x" * 100, headers=[(b"content-length", b"5")])
    answer = await drive.request(ConditionalMiddleware(app, max_size=10))
    assert (answer.body, "etag" in answer.headers) == (b"x" * 100, False)


@pytest.mark.parametrize("length", [b"", b"x", b"-5", b"+5", b"\xb2", b"9" * 5000])
async def test_a_length_that_is_none(drive, length, streaming):
    answer = await drive.request(ConditionalMiddleware(streaming(b"Hello", headers=[(b"content-length", length)])))
    assert (answer.body, "etag" in answer.headers) == (b"Hello", False)


async def test_tags_are_only_made_if_wanted(drive):
    app = ConditionalMiddleware(Response("Hello"), etag=False)
    assert "etag" not in (await drive.request(app)).headers
    answer = await drive.request(app, headers={"if-none-match": "*"})
    assert (answer.status, answer.body) == (200, b"Hello")


async def test_the_response_itself_stays_as_it_was(drive):
    response = Response("Hello", headers={"x-a": "b"})
    for _ in range(2):
        answer = await drive.request(ConditionalMiddleware(response))
        assert answer.headers.getlist("etag") == [HELLO_TAG]
    assert "etag" not in response.headers


# Tags and times of the application


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("own", "asked", "status"),
    [
        ({"etag": '"a"'}, {"if-none-match": '"a"'}, 304),
        ({"etag": 'W/"a"'}, {"if-none-match": '"a"'}, 304),
        ({"etag": '"a"'}, {"if-none-match": HELLO_TAG}, 200),
        ({"etag": '"a"'}, {"if-match": '"a"'}, 200),
        ({"last-modified": DATE}, {"if-modified-since": DATE}, 304),
        ({"last-modified": LATER}, {"if-modified-since": DATE}, 200),
        ({"last-modified": "yesterday"}, {"if-modified-since": DATE}, 200),
        ({"last-modified": LATER}, {"if-unmodified-since": DATE}, 412),
        ({"last-modified": DATE}, {"if-none-match": HELLO_TAG, "if-modified-since": DATE}, 200),
        ({"last-modified": DATE}, {"range": "bytes=0-1"}, 200),
    ],
)
async def test_they_are_compared_and_kept(drive, method, own, asked, status):
    app = ConditionalMiddleware(Response("Hello", headers=own))
    answer = await drive.request(app, "/", method, headers=asked)
    assert answer.status == status
    assert [answer.headers.getlist(name) for name in own] == [[value] for value in own.values()]
    assert answer.headers.get("etag") in (None, own.get("etag"))


async def test_head_gets_no_tag_of_a_body_it_does_not_have(drive):
    answer = await drive.request(ConditionalMiddleware(Response("Hello")), "/", "HEAD")
    assert (answer.headers["content-length"], "etag" in answer.headers) == ("5", False)


# What it lets pass


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods(drive, method):
    app = ConditionalMiddleware(Response("Hello", headers={"etag": '"a"'}))
    answer = await drive.request(app, "/", method, headers={"if-none-match": "*", "if-match": '"x"'})
    assert (answer.status, answer.body) == (200, b"Hello")


@pytest.mark.parametrize("status", [201, 203, 206, 301, 304, 404, 500])
async def test_other_statuses(drive, status):
    app = ConditionalMiddleware(Response("Hello", status, headers={"etag": '"a"'}))
    answer = await drive.request(app, headers={"if-none-match": '"a"', "if-match": '"x"'})
    assert answer.status == status
    answer = await drive.request(ConditionalMiddleware(Response("Hello", status)))
    assert "etag" not in answer.headers


async def test_other_connections(drive):
    async def app(scope, receive, send):
        seen.append(scope["type"])
        assert (receive, send) == channels

    seen = []
    channels = (object(), object())
    for kind in ("websocket", "lifespan"):
        await ConditionalMiddleware(app)({"type": kind}, *channels)
    await ConditionalMiddleware(app)(drive.scope(method="PUT"), *channels)
    await ConditionalMiddleware(app, etag=False)(drive.scope(), *channels)
    assert seen == ["websocket", "lifespan", "http", "http"]


async def test_a_stream_is_not_held_back():
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        assert len(sent) == 1
        for number in range(2, 5):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            assert len(sent) == number
        await send({"type": "http.response.body"})

    async def send(message):
        sent.append(message)

    await ConditionalMiddleware(app)({"type": "http", "method": "GET", "headers": []}, None, send)
    assert len(sent) == 5


async def test_a_body_in_parts_with_a_length_is_sent_as_it_comes(drive, streaming):
    app = streaming(b"Hel", b"lo", headers=[(b"content-length", b"5")])
    answer = await drive.request(ConditionalMiddleware(app), headers={"if-none-match": "*"})
    assert (answer.status, answer.body, len(answer.messages)) == (200, b"Hello", 3)
    assert "etag" not in answer.headers


async def test_trailers_are_sent(drive):
    async def app(scope, receive, send):
        headers = [(b"content-length", b"5")]
        await send({"type": "http.response.start", "status": 200, "headers": headers, "trailers": True})
        await send({"type": "http.response.body", "body": b"Hello"})
        await send({"type": "http.response.trailers", "headers": [(b"a", b"b")]})

    answer = await drive.request(ConditionalMiddleware(app))
    assert [message["type"].rpartition(".")[2] for message in answer.messages] == ["start", "body", "trailers"]


async def test_hints_are_sent_at_once(drive):
    async def app(scope, receive, send):
        hint = {"type": "http.response.early_hint", "links": [b"<a>"]}
        await send(hint)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send(hint)
        await send({"type": "http.response.body", "body": b"Hello"})

    answer = await drive.request(ConditionalMiddleware(app))
    kinds = [message["type"].rpartition(".")[2] for message in answer.messages]
    assert kinds == ["early_hint", "early_hint", "start", "body"]
    assert answer.headers["etag"] == HELLO_TAG


@pytest.mark.parametrize("extension", ["pathsend", "zerocopysend"])
async def test_what_the_server_reads_itself(drive, extension, tmp_path):
    async def app(scope, receive, send):
        headers = [(b"content-length", b"5"), *own]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": f"http.response.{extension}", "path": "/a", "file": None})

    own = []
    answer = await drive.request(ConditionalMiddleware(app), headers={"if-none-match": "*"})
    assert [message["type"].rpartition(".")[2] for message in answer.messages] == ["start", extension]
    own = [(b"etag", b'"a"')]
    answer = await drive.request(ConditionalMiddleware(app), headers={"if-none-match": "*"})
    assert (answer.status, len(answer.messages)) == (304, 2)


async def test_a_file_response_answers_for_itself(drive, tmp_path):
    app = ConditionalMiddleware(FileResponse(__file__))
    answer = await drive.request(app)
    again = await drive.request(app, headers={"if-none-match": answer.headers["etag"]})
    assert (answer.status, again.status, again.body) == (200, 304, b"")


async def test_headers_that_can_be_read_once(drive):
    async def app(scope, receive, send):
        assert [name for name, _ in scope["headers"]] == [b"if-none-match"]
        await Response("Hello")(scope, receive, send)

    scope = drive.scope()
    scope["headers"] = iter([(b"if-none-match", b"*")])
    answer = await drive.events(ConditionalMiddleware(app), scope, [])
    assert answer.status == 304

    async def bare(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": iter([(b"content-length", b"5")])})
        await send({"type": "http.response.body", "body": b"Hello"})

    answer = await drive.request(drive.lint(ConditionalMiddleware(bare)))
    assert answer.headers.keys() == ["content-length", "etag"]


async def test_names_need_not_be_in_lower_case(drive, streaming):
    own = [(b"ETag", b'"a"'), (b"Content-Length", b"5"), (b"X-A", b"B")]
    app = ConditionalMiddleware(streaming(b"Hello", headers=own))
    answer = await drive.request(app, headers={"if-none-match": '"a"'})
    assert (answer.status, answer.headers.items()) == (304, [("etag", '"a"'), ("x-a", "B")])
    answer = await drive.request(ConditionalMiddleware(streaming(b"Hello", headers=own[1:])))
    assert answer.headers["etag"] == HELLO_TAG
    app = ConditionalMiddleware(streaming(b"Hello", headers=[*own[1:], (b"Cache-Control", b"no-store")]))
    assert "etag" not in (await drive.request(app)).headers


async def test_a_response_without_headers(drive):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"Hello"})

    answer = await drive.request(ConditionalMiddleware(app))
    assert (answer.body, answer.start["headers"]) == (b"Hello", [])


async def test_a_response_that_is_left_unfinished_is_for_the_server_to_judge(drive):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})

    answer = await drive.request(ConditionalMiddleware(app))
    assert [message["type"] for message in answer.messages] == ["http.response.start"]


async def test_an_error_before_the_body_leaves_the_response_to_others(drive):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        raise KeyError("mine")

    sent = []

    async def send(message):
        sent.append(message)

    with pytest.raises(KeyError, match="mine"):
        await ConditionalMiddleware(app)(drive.scope(), None, send)
    assert sent == []


def test_tags_differ():
    assert len({body_etag(body) for body in (b"", b"a", b"b", bytes(100))}) == 4
    assert body_etag(memoryview(b"a")) == body_etag(bytearray(b"a")) == body_etag(b"a")
