"""Answers with the headers of CORS; preflights and the table of the standard are in the files beside."""

import pytest

from asgi_middleware import CORSMiddleware, ExceptionMiddleware, ServerErrorMiddleware
from asgi_types import HTTPException, refuse

A, B = "https://a.example", "https://b.example"
START = {"type": "http.response.start", "status": 200}
BODY = {"type": "http.response.body", "body": b""}


def cors(answer):
    """The headers of an answer that CORS is about."""
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def answering(*headers):
    async def app(scope, receive, send):
        await send({**START, "headers": headers})
        await send(BODY)

    return app


# Which headers


async def test_an_allowed_origin_gets_all_of_them(drive, api):
    app = CORSMiddleware(api(), [A, B], allow_credentials=True, expose_headers=["X-A", "X-B"])
    answer = await drive.request(app, headers={"origin": B})
    assert answer.headers.items() == [
        ("content-length", "6"),
        ("access-control-allow-origin", B),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "X-A, X-B"),
        ("vary", "Origin"),
    ]


@pytest.mark.parametrize("headers", [{}, {"origin": B}, {"origin": ""}, {"origin": "null"}])
async def test_others_get_nothing_but_vary(drive, api, headers):
    app = CORSMiddleware(api(), [A], allow_credentials=True, expose_headers=["X-A"])
    answer = await drive.request(app, headers=headers)
    assert answer.headers.items() == [("content-length", "6"), ("vary", "Origin")]
    assert answer.text == "answer"


async def test_all_origins_without_credentials_get_the_same_header(drive, api):
    app = CORSMiddleware(api(), "*")
    for origin in (A, "null", "what is this?"):
        assert cors(await drive.request(app, headers={"origin": origin})) == {"access-control-allow-origin": "*"}
    assert cors(await drive.request(app)) == {}


@pytest.mark.parametrize(
    "policy",
    [{"allow_origins": [A]}, {"allow_origins": ["*"], "allow_credentials": True}, {"allow_origin_regex": ".*"}],
)
async def test_several_origins_are_none(drive, api, policy):
    answer = await drive.request(
        CORSMiddleware(api(), **policy), headers=[(b"origin", A.encode()), (b"origin", A.encode())]
    )
    assert cors(answer) == {}
    joined = await drive.request(CORSMiddleware(api(), **policy), headers={"origin": f"{A}, {A}"})
    assert cors(joined) == {}


@pytest.mark.parametrize(
    "tail", ["/", "/path", "?q", "#f", " ", "\\@evil", "\n", "é", "_{}", "%00", ":", ":123456", "`x"]
)
async def test_what_is_no_origin_is_never_echoed(drive, api, tail):
    app = CORSMiddleware(api(), ["*"], allow_credentials=True, allow_origin_regex="(?s).*")
    assert cors(await drive.request(app, headers={"origin": A + tail})) == {}


async def test_an_origin_is_as_long_as_a_host_can_be(drive, api):
    app = CORSMiddleware(api(), ["*"], allow_credentials=True)
    longest = f"https://{'a' * 255}"
    assert cors(await drive.request(app, headers={"origin": longest})) != {}
    assert cors(await drive.request(app, headers={"origin": f"{longest}a"})) == {}
    assert app.is_allowed_origin(longest)
    assert not app.is_allowed_origin(f"{longest}a")


# Headers of the application


async def test_headers_of_the_application_are_replaced_not_doubled(drive):
    app = answering(
        (b"access-control-allow-origin", b"*"),
        (b"x-a", b"1"),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"X-A"),
    )
    answer = await drive.request(CORSMiddleware(app, [A], expose_headers=["X-B"]), headers={"origin": A})
    assert answer.headers.items() == [
        ("x-a", "1"),
        ("access-control-allow-origin", A),
        ("access-control-expose-headers", "X-B"),
        ("vary", "Origin"),
    ]


async def test_the_application_may_expose_headers_where_the_policy_exposes_none(drive):
    app = CORSMiddleware(answering((b"access-control-expose-headers", b"X-A")), [A])
    assert (await drive.request(app, headers={"origin": A})).headers["access-control-expose-headers"] == "X-A"


async def test_the_application_may_share_by_itself_what_the_policy_does_not(drive):
    app = CORSMiddleware(answering((b"access-control-allow-origin", b"*")), [A])
    assert cors(await drive.request(app, headers={"origin": B})) == {"access-control-allow-origin": "*"}


async def test_all_headers_are_listed_where_browsers_take_no_wildcard(drive):
    own = [(b"x-a", b"1"), (b"set-cookie", b"a=1"), (b"x-b", b"2"), (b"x-a", b"3")]
    own += [(b"access-control-allow-origin", b"*")]
    app = CORSMiddleware(answering(*own), [A], allow_credentials=True, expose_headers=["*"])
    exposed = "access-control-expose-headers"
    assert (await drive.request(app, headers={"origin": A})).headers[exposed] == "x-a, x-b, vary"
    assert exposed not in (await drive.request(app, headers={"origin": B})).headers
    empty = CORSMiddleware(answering(), [A], allow_credentials=True, expose_headers=["*"])
    assert (await drive.request(empty, headers={"origin": A})).headers[exposed] == "vary"
    app = CORSMiddleware(answering(*own), [A], expose_headers=["*", "X-A"])
    assert (await drive.request(app, headers={"origin": A})).headers[exposed] == "*"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ["Origin"]),
        ([b"Accept-Encoding"], ["Accept-Encoding, Origin"]),
        ([b"Accept-Encoding, Origin"], ["Accept-Encoding, Origin"]),
        ([b"origin"], ["origin"]),
        ([b"*"], ["*"]),
        ([b"Accept", b"Origin"], ["Accept", "Origin"]),
        ([b"Accept", b"Cookie"], ["Accept", "Cookie, Origin"]),
        ([b""], ["Origin"]),
        ([b"X-Origin"], ["X-Origin, Origin"]),
    ],
)
@pytest.mark.parametrize("origin", [A, B])
async def test_vary_is_complete_and_says_nothing_twice(drive, given, expected, origin):
    app = CORSMiddleware(answering(*((b"vary", value) for value in given)), [A])
    answer = await drive.request(app, headers={"origin": origin})
    assert answer.headers.getlist("vary") == expected


async def test_messages_of_the_application_stay_as_they_are(drive):
    start = {**START, "headers": ((b"vary", b"Accept"),)}
    hint = {"type": "http.response.early_hint", "links": []}

    async def app(scope, receive, send):
        await send(hint)
        await send(start)
        await send(BODY)

    wrapped = CORSMiddleware(app, [A])
    for _ in range(2):
        answer = await drive.request(wrapped, headers={"origin": A})
        assert answer.messages[0] is hint
        assert answer.messages[2] is BODY
        assert answer.headers["vary"] == "Accept, Origin"
    assert start == {**START, "headers": ((b"vary", b"Accept"),)}


async def test_a_start_without_headers(drive):
    async def app(scope, receive, send):
        await send(START)
        await send(BODY)

    answer = await drive.request(CORSMiddleware(app, [A]), headers={"origin": A})
    assert answer.headers.items() == [("access-control-allow-origin", A), ("vary", "Origin")]


# Errors


@pytest.mark.parametrize("status", [401, 404, 429, 500])
async def test_errors_can_be_read(drive, api, status):
    app = CORSMiddleware(api(status=status), [A])
    answer = await drive.request(app, headers={"origin": A})
    assert (answer.status, cors(answer)) == (status, {"access-control-allow-origin": A})


async def raising(scope, receive, send):
    raise HTTPException(404) if scope["path"] == "/missing" else LookupError("no such thing")


async def test_errors_answered_inside_can_be_read(drive):
    errors = ServerErrorMiddleware(raising)
    app = CORSMiddleware(ExceptionMiddleware(raising, server_errors=errors), [A])
    answer = await drive.request(app, "/missing", headers={"origin": A})
    assert (answer.status, cors(answer)) == (404, {"access-control-allow-origin": A})
    sent = []

    async def send(message):
        sent.append(message)

    with pytest.raises(LookupError):
        await app(drive.scope(headers={"origin": A}), None, send)
    assert sent[0]["status"] == 500
    assert (b"access-control-allow-origin", A.encode()) in sent[0]["headers"]


async def test_a_refusal_inside_an_error_layer_can_be_read(drive):
    async def refusing(scope, receive, send):
        await refuse(scope, receive, send, HTTPException(429, "Slowly."), in_place=True)

    app = ExceptionMiddleware(CORSMiddleware(refusing, [A]))
    answer = await drive.request(app, headers={"origin": A})
    assert (answer.status, cors(answer)) == (429, {"access-control-allow-origin": A})


async def test_an_exception_stays_one(drive):
    with pytest.raises(LookupError):
        await drive.request(CORSMiddleware(raising, [A]), headers={"origin": A})


# Other connections


async def test_websockets_and_the_lifespan_pass(drive):
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, receive, send))

    wrapped = CORSMiddleware(app, [A])
    for kind in ("websocket", "lifespan", "another"):
        call = ({"type": kind, "headers": [(b"origin", B.encode())]}, object(), object())
        await wrapped(*call)
        assert seen.pop() == call


# Decisions of subclasses


class Tenants(CORSMiddleware):
    asked = ()

    def is_allowed_origin(self, origin):
        self.asked = (*self.asked, origin)
        return super().is_allowed_origin(origin) or origin.endswith(".tenants.example")


async def test_a_subclass_decides_for_each_request(drive, api):
    app = Tenants(api(), [A], allow_credentials=True)
    for origin in (A, "https://one.tenants.example", "https://one.tenants.example"):
        assert (await drive.request(app, headers={"origin": origin})).headers["access-control-allow-origin"] == origin
        preflight = [(b"origin", origin.encode()), (b"access-control-request-method", b"GET")]
        assert (await drive.request(app, method="OPTIONS", headers=preflight)).status == 200
    assert cors(await drive.request(app, headers={"origin": B})) == {}
    assert len(app.asked) == 7


@pytest.mark.parametrize("origin", ["x, https://one.tenants.example", "https:// .tenants.example", "é.tenants.example"])
async def test_a_subclass_is_not_asked_about_what_is_no_origin(drive, api, origin):
    app = Tenants(api())
    assert cors(await drive.request(app, headers={"origin": origin})) == {}
    assert app.asked == ()


async def test_a_subclass_may_allow_null(drive, api):
    class Any(CORSMiddleware):
        def is_allowed_origin(self, origin):
            return True

    answer = await drive.request(Any(api()), headers={"origin": "null"})
    assert answer.headers["access-control-allow-origin"] == "null"


def test_a_decision_cannot_be_async(api):
    class Later(CORSMiddleware):
        async def is_allowed_origin(self, origin):
            return False

    with pytest.raises(TypeError, match="Write 'def'"):
        Later(api())


async def test_decisions_on_origins_are_kept(drive, api, monkeypatch):
    app = CORSMiddleware(api(), allow_origin_regex="https://.*")
    asked = []
    monkeypatch.setattr(app, "allow_origin_regex", type("Pattern", (), {"fullmatch": lambda _, o: asked.append(o)})())
    for _ in range(3):
        assert cors(await drive.request(app, headers={"origin": A})) == {}
    assert asked == [A]


@pytest.mark.parametrize(
    ("policy", "allowed", "refused"),
    [
        ({"allow_origins": [A]}, [A], [B, "null", "*", ""]),
        ({"allow_origins": ["*"]}, [A, "null"], []),
        ({"allow_origins": ["*"], "allow_credentials": True}, [A], ["null", "*", "https://a.example/"]),
        ({"allow_origin_regex": "https://.*"}, [A], ["null", "https://a.example/", "http://a.example"]),
    ],
)
def test_whether_an_origin_is_allowed(api, policy, allowed, refused):
    app = CORSMiddleware(api(), **policy)
    assert [origin for origin in (*allowed, *refused) if app.is_allowed_origin(origin)] == allowed


def test_attributes(api):
    inner = api()
    app = CORSMiddleware(inner, [A], ["*"], ["X-A"], True, "https://.*", True, ["X-B"], 5)
    assert app.app is inner
    assert app.allow_origins == (A,)
    assert app.allow_methods == ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY")
    assert app.allow_headers == ["accept", "accept-language", "content-language", "content-type", "x-a"]
    assert (app.allow_all_origins, app.allow_all_headers) == (False, False)
    assert (app.allow_credentials, app.allow_private_network, app.max_age) == (True, True, 5)
    assert app.allow_origin_regex.pattern == "https://.*"
