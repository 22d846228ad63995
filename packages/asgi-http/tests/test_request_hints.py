import pytest

from asgi_http import SERVER_PUSH_HEADERS_TO_COPY, PlainTextResponse, Request, request_response

PUSH = {"http.response.push": {}}
EARLY_HINT = {"http.response.early_hint": {}}
HEADERS = [
    (b"user-agent", b"browser"),
    (b"accept", b"text/html"),
    (b"accept", b"*/*"),
    (b"accept-encoding", b"gzip"),
    (b"accept-language", b"de"),
    (b"cache-control", b"no-cache"),
    (b"cookie", b"secret=1"),
    (b"authorization", b"Basic x"),
    (b"if-none-match", b'"1"'),
]


def app_of(function):
    async def endpoint(request):
        await function(request)
        return PlainTextResponse("page")

    return request_response(endpoint)


async def push(request):
    await request.send_push_promise("/style.css")


async def hint(request):
    await request.send_early_hints("</style.css>; rel=preload; as=style", "</a.js>; rel=preload", "<//b>; rel=x")


def test_the_headers_of_a_push_are_those_an_answer_may_depend_on():
    names = {"accept", "accept-encoding", "accept-language", "cache-control", "user-agent"}
    assert names == SERVER_PUSH_HEADERS_TO_COPY


async def test_a_push_has_the_request_s_headers(drive):
    answer = await drive.request(app_of(push), headers=HEADERS, extensions=PUSH)
    assert answer.messages[0] == {"type": "http.response.push", "path": "/style.css", "headers": HEADERS[:6]}
    assert answer.text == "page"


async def test_hints_are_sent_before_the_response(drive):
    answer = await drive.request(app_of(hint), extensions=EARLY_HINT)
    assert answer.messages[0] == {
        "type": "http.response.early_hint",
        "links": [b"</style.css>; rel=preload; as=style", b"</a.js>; rel=preload", b"<//b>; rel=x"],
    }
    assert answer.text == "page"


@pytest.mark.parametrize(("function", "extensions"), [(push, EARLY_HINT), (hint, PUSH), (push, None), (hint, {})])
async def test_nothing_is_sent_where_the_server_cannot(drive, function, extensions):
    answer = await drive.request(app_of(function), extensions=extensions)
    assert [message["type"] for message in answer.messages] == ["http.response.start", "http.response.body"]


@pytest.mark.parametrize("function", [push, hint])
async def test_a_scope_need_not_have_extensions(function):
    await function(Request({"type": "http", "headers": []}))


@pytest.mark.parametrize("extensions", [{**PUSH, **EARLY_HINT}, {}])
@pytest.mark.parametrize("character", ["\r", "\n", "\0", "\r\nset-cookie: a=b"])
async def test_cr_lf_and_nul_are_refused_wherever_they_run(character, extensions):
    request = Request({"type": "http", "headers": [], "extensions": extensions})
    text = f"/style{character}.css"
    for tell in (
        lambda: request.send_push_promise(text),
        lambda: request.send_early_hints(text),
        lambda: request.send_early_hints("</>", text),
    ):
        with pytest.raises(ValueError, match="CR, LF and NUL are not allowed"):
            await tell()


async def test_a_link_that_latin_1_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="percent-encode it"):
        await Request({"type": "http"}).send_early_hints("</\N{PILE OF POO}>; rel=preload")


async def test_a_link_is_needed():
    with pytest.raises(TypeError):
        await Request({"type": "http"}).send_early_hints()
