"""Answers to preflights."""

import pytest

from asgi_middleware import CORSMiddleware
from asgi_types import Headers

A, B = "https://a.example", "https://b.example"
SAFELISTED = "Accept, Accept-Language, Content-Language, Content-Type"
VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network"


def asking(method="GET", origin=A, headers=None, *more):
    fields = [(b"origin", origin.encode()), (b"access-control-request-method", method.encode())]
    if headers is not None:
        fields.append((b"access-control-request-headers", headers.encode("latin-1")))
    return [*fields, *more]


@pytest.fixture(name="ask")
def ask_fixture(drive, api):
    async def ask(policy, *question):
        return await drive.request(CORSMiddleware(api(), **policy), method="OPTIONS", headers=asking(*question))

    return ask


async def test_an_allowed_one(ask):
    policy = {"allow_origins": [A], "allow_methods": ["GET", "PUT"], "allow_headers": ["X-A"], "max_age": 5}
    answer = await ask({**policy, "allow_credentials": True}, "PUT", A, "x-a, Content-type")
    assert (answer.status, answer.text) == (200, "OK")
    assert answer.headers.items() == [
        ("content-length", "2"),
        ("content-type", "text/plain; charset=utf-8"),
        ("vary", VARY),
        ("access-control-allow-origin", A),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "GET, PUT"),
        ("access-control-max-age", "5"),
        ("access-control-allow-headers", f"{SAFELISTED}, X-A"),
    ]


async def test_all_origins(ask):
    answer = await ask({"allow_origins": ["*"]})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-max-age"] == "600"
    assert "access-control-allow-credentials" not in answer.headers


NETWORK = (b"access-control-request-private-network", b"true")


@pytest.mark.parametrize(
    ("question", "failures"),
    [
        (("GET", B), "origin"),
        (("PUT", A), "method"),
        (("GET", A, "x-b"), "headers"),
        (("GET", A, "x-a, x-b"), "headers"),
        (("GET", A, "x-a x-a"), "headers"),
        (("GET", A, None, NETWORK), "private-network"),
        (("get", "null", "é", NETWORK), "origin, method, headers, private-network"),
        (("GET", ""), "origin"),
        (("", A), "method"),
    ],
)
async def test_a_refused_one_tells_what_is_not_allowed(ask, question, failures):
    answer = await ask({"allow_origins": [A], "allow_headers": ["x-a"], "expose_headers": ["x"]}, *question)
    assert (answer.status, answer.text) == (400, f"Disallowed CORS {failures}")
    assert answer.headers["vary"] == VARY
    shares = "origin" not in failures.split(", ")
    assert ("access-control-allow-origin" in answer.headers) is shares  # a browser can tell its developer more
    assert ("access-control-allow-methods" in answer.headers) is shares
    assert "access-control-allow-private-network" not in answer.headers


async def test_a_private_network(ask):
    policy = {"allow_origins": [A], "allow_private_network": True}
    answer = await ask(policy, "GET", A, None, NETWORK)
    assert (answer.status, answer.headers["access-control-allow-private-network"]) == (200, "true")
    assert "access-control-allow-private-network" not in (await ask(policy)).headers
    assert "access-control-allow-private-network" not in (await ask(policy, "GET", B, None, NETWORK)).headers


@pytest.mark.parametrize("wanted", ["x-a", "X-A,content-type", " x-a ,\tx-b ", "x-a,,x-b", "!#$%&'*+-.^_`|~0aZ"])
async def test_any_headers_are_allowed_by_their_names(ask, wanted):
    answer = await ask({"allow_origins": [A], "allow_headers": ["*"]}, "GET", A, wanted)
    assert (answer.status, answer.headers.getlist("access-control-allow-headers")) == (200, [wanted])


@pytest.mark.parametrize("wanted", ["x a", "x-a;", "x\r\nset-cookie: a=1", "é", "(", "x-a, b c", 'a"', "\0"])
async def test_what_are_no_names_is_not_echoed(ask, wanted):
    answer = await ask({"allow_origins": [A], "allow_headers": ["*"]}, "GET", A, wanted)
    assert (answer.status, answer.text) == (400, "Disallowed CORS headers")
    assert "access-control-allow-headers" not in answer.headers


@pytest.mark.parametrize("wanted", [None, "", " ", ",, ,"])
@pytest.mark.parametrize("allowed", [["*"], []])
async def test_no_headers_are_asked_for(ask, wanted, allowed):
    answer = await ask({"allow_origins": [A], "allow_headers": allowed}, "GET", A, wanted)
    assert answer.status == 200
    assert answer.headers.getlist("access-control-allow-headers") == ([] if allowed else [SAFELISTED])


@pytest.mark.parametrize(("second", "status"), [("x-a", 200), ("x-b", 400)])
async def test_names_in_several_fields(ask, second, status):
    more = (b"access-control-request-headers", second.encode())
    policy = {"allow_origins": [A], "allow_headers": ["x-a"]}
    assert (await ask(policy, "GET", A, "content-type", more)).status == status
    assert (await ask(policy, "GET", A, second, (more[0], b"content-type"))).status == status
    answer = await ask({"allow_origins": [A], "allow_headers": ["*"]}, "GET", A, "content-type", more)
    assert answer.headers["access-control-allow-headers"] == f"content-type, {second}"


async def test_several_methods_or_origins_are_none(ask):
    policy = {"allow_origins": [A]}
    assert (await ask(policy, "GET", A, None, (b"access-control-request-method", b"GET"))).status == 400
    assert (await ask(policy, "GET", A, None, (b"origin", A.encode()))).text == "Disallowed CORS origin"


async def test_a_long_question_is_answered_alike(ask):
    names = ",".join(f"x-{number}" for number in range(1000))
    policy = {"allow_origins": [A], "allow_headers": ["*"]}
    assert (await ask(policy, "GET", A, names)).headers["access-control-allow-headers"] == names


async def test_answers_are_not_shared_between_requests(drive, api):
    app = CORSMiddleware(api(), [A])
    question = Headers(raw=asking())
    first, second = app.preflight_response(question), app.preflight_response(question)
    first.headers["x-a"] = "1"
    assert "x-a" not in second.headers
    assert "x-a" not in app.preflight_response(question).headers


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("OPTIONS", {"origin": A}),
        ("OPTIONS", {"access-control-request-method": "GET"}),
        ("OPTIONS", {}),
        ("GET", {"origin": A, "access-control-request-method": "GET"}),
    ],
)
async def test_what_is_no_preflight_goes_through(drive, api, method, headers):
    app = api()
    answer = await drive.request(CORSMiddleware(app, [A]), method=method, headers=headers)
    assert (answer.text, app.seen) == ("answer", [method])


async def test_a_subclass_may_answer_by_itself(drive, api):
    class Logged(CORSMiddleware):
        def preflight_response(self, request_headers):
            response = super().preflight_response(request_headers)
            response.headers["x-asked"] = request_headers["access-control-request-method"]
            return response

    answer = await drive.request(Logged(api(), [A]), method="OPTIONS", headers=asking("PUT"))
    assert (answer.status, answer.headers["x-asked"]) == (400, "PUT")


def test_time_is_linear_in_what_is_asked(assert_linear, api):
    app = CORSMiddleware(api(), [A], allow_headers=["*"])
    for part in ("x,", ", ", "x-", " x"):
        assert_linear(
            lambda wanted: app.preflight_response(Headers(raw=asking("GET", A, wanted))),
            lambda n, part=part: part * n + "é",
            20_000,
        )
    closed = CORSMiddleware(api(), [A], allow_headers=["x"])
    assert_linear(
        lambda wanted: closed.preflight_response(Headers(raw=asking("GET", A, wanted))), lambda n: "x," * n, 20_000
    )
    field = (b"access-control-request-headers", b"x")
    assert_linear(lambda many: closed.preflight_response(Headers(raw=many)), lambda n: asking() + [field] * n, 5000)
