"""The protocol of the Fetch standard as a table, and what holds for any request whatever."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import CORSMiddleware

A, B = "https://a.example", "https://b.example"
ALL = {"allow_origins": ["*"]}
LISTED = {"allow_origins": [A]}
WITH_COOKIES = {"allow_credentials": True}
EVERYTHING = {"allow_methods": ["*"], "allow_headers": ["*"], "expose_headers": ["*"]}

# Fetch standard, review draft of June 2026: the policy, the origin of the page, whether it sends credentials, and
# whether it reads the answer. Each row names the section that decides.
SHARED = [
    # "CORS protocol and credentials", the table
    (ALL, A, False, True),
    (ALL, A, True, False),
    (LISTED, A, False, True),
    (LISTED, A, True, False),
    ({**LISTED, **WITH_COOKIES}, A, True, True),
    ({**LISTED, **WITH_COOKIES}, A, False, True),
    ({**ALL, **WITH_COOKIES}, A, True, True),  # never "*", but the origin itself
    # "Origin header": scheme, host and port are compared; what is echoed is what came
    (LISTED, B, False, False),
    (LISTED, "http://a.example", False, False),
    (LISTED, "https://a.example:8443", False, False),
    (LISTED, "https://sub.a.example", False, False),
    (LISTED, "https://a.example.evil", False, False),
    (LISTED, "https://xa.example", False, False),
    ({"allow_origins": ["HTTPS://A.example:443"]}, A, False, True),
    ({"allow_origins": ["http://a.example:80"]}, "http://a.example", False, True),
    ({"allow_origins": ["https://a.example:80"]}, "https://a.example:80", False, True),
    ({"allow_origins": ["http://[::1]:8000"]}, "http://[::1]:8000", False, True),
    ({"allow_origins": ["chrome-extension://abcdef"]}, "chrome-extension://abcdef", False, True),
    ({"allow_origins": ["file://"]}, "file://", False, True),
    ({"allow_origins": ["http://a.example"]}, "http://A.example:80", False, True),
    ({"allow_origins": ["https://*.a.example"]}, "https://b.a.example", False, True),
    ({"allow_origins": ["https://*.a.example"], **WITH_COOKIES}, "https://c.b.a.example", True, True),
    ({"allow_origins": ["https://*.a.example"]}, A, False, False),
    ({"allow_origins": ["https://*.a.example"]}, "http://b.a.example", False, False),
    ({"allow_origins": ["https://*.a.example"]}, "https://b.a.example.evil", False, False),
    ({"allow_origins": ["https://*.a.example"]}, "https://xa.example", False, False),
    # "Origin header": an opaque origin is "null", and any page can have one, in a sandboxed frame
    (ALL, "null", False, True),
    (LISTED, "null", False, False),
    ({**ALL, **WITH_COOKIES}, "null", True, False),
    ({**ALL, **WITH_COOKIES}, "null", False, False),
    ({"allow_origin_regex": ".*", **WITH_COOKIES}, "null", True, False),
    ({"allow_origins": ["null"], **WITH_COOKIES}, "null", True, True),
    ({"allow_origins": ["*", "null"], **WITH_COOKIES}, "null", True, True),
    # Patterns are ours; they match the whole of an origin
    ({"allow_origin_regex": r"https://[a-z]+\.example"}, A, False, True),
    ({"allow_origin_regex": r"https://[a-z]+\.example"}, "https://a.example.evil", False, False),
    ({"allow_origin_regex": r"https://[a-z]+\.example"}, "evil-https://a.example", False, False),
    ({"allow_origin_regex": r"https://a\.example|http://localhost"}, "http://localhost.evil", False, False),
    ({"allow_origin_regex": r"https://a\.example", "allow_origins": [B]}, B, False, True),
    ({"allow_origin_regex": r"(?s).*"}, "https://a.example\\.evil", False, False),
    ({}, A, False, False),
]


@pytest.mark.parametrize(("policy", "origin", "credentials", "is_shared"), SHARED)
async def test_who_reads_the_answer(drive, api, page, policy, origin, credentials, is_shared):
    app = CORSMiddleware(api(), **policy)
    visitor = page(origin, credentials)
    answer = await drive.request(app, headers={"origin": origin})
    assert visitor.may_read(answer) is is_shared
    preflight = await drive.request(app, method="OPTIONS", headers=visitor.preflight("GET"))
    assert visitor.may_read(preflight) is is_shared


# The policy, whether the page sends credentials, its method and its headers beyond the safelisted ones, and whether the
# preflight lets them pass. Sections "CORS-preflight fetch" and "HTTP new-header syntax".
SENT = [
    (LISTED, False, "GET", [], True),
    (LISTED, False, "PUT", [], False),
    (LISTED, False, "GET", ["X-Token"], False),
    (LISTED, False, "GET", ["Content-Type", "Accept-Language"], True),
    ({**LISTED, "allow_methods": ["PUT"]}, False, "PUT", [], True),
    ({**LISTED, "allow_methods": ["put"]}, False, "PUT", [], True),
    ({**LISTED, "allow_methods": ["*"]}, False, "QUERY", [], True),
    ({**LISTED, "allow_methods": ["*"]}, False, "PROPFIND", [], False),
    ({**LISTED, "allow_methods": ["*", "PROPFIND"]}, False, "PROPFIND", [], True),
    ({**LISTED, "allow_methods": ["*"]}, False, "patch", [], False),  # methods are compared by case
    ({**LISTED, "allow_headers": ["X-Token"]}, False, "GET", ["x-token"], True),
    ({**LISTED, "allow_headers": ["x-token"]}, False, "GET", ["X-TOKEN"], True),
    ({**LISTED, "allow_headers": ["x-token"]}, False, "GET", ["x-tokens"], False),
    # With credentials "*" is the name of a method or header like any other, and it never means Authorization.
    ({**LISTED, **EVERYTHING}, False, "DELETE", ["Authorization", "X-Any"], True),
    ({**LISTED, **EVERYTHING, **WITH_COOKIES}, True, "DELETE", ["Authorization", "X-Any"], True),
    ({**ALL, **EVERYTHING}, False, "QUERY", ["Authorization"], True),
    ({**ALL, **EVERYTHING, **WITH_COOKIES}, True, "PATCH", ["X-Any"], True),
    ({**ALL, **EVERYTHING}, True, "PATCH", ["X-Any"], False),
]


@pytest.mark.parametrize(("policy", "credentials", "method", "names", "is_sent"), SENT)
async def test_what_a_preflight_lets_pass(drive, api, page, policy, credentials, method, names, is_sent):
    app, visitor = api(), page(A, credentials)
    answer = await drive.request(
        CORSMiddleware(app, **policy), method="OPTIONS", headers=visitor.preflight(method, names)
    )
    assert visitor.may_send(answer, method, names) is is_sent
    assert app.seen == []


# Section "CORS filtered response": the policy, whether the page sends credentials, and what it reads of X-A and X-B.
EXPOSED = [
    (LISTED, False, set()),
    ({**LISTED, "expose_headers": ["X-A"]}, False, {b"x-a"}),
    ({**LISTED, "expose_headers": ["*"]}, False, {b"x-a", b"x-b"}),
    ({**LISTED, "expose_headers": ["*"], **WITH_COOKIES}, True, {b"x-a", b"x-b"}),
    ({**ALL, "expose_headers": ["X-B"]}, False, {b"x-b"}),
]


@pytest.mark.parametrize(("policy", "credentials", "names"), EXPOSED)
async def test_which_headers_a_page_reads(drive, api, page, policy, credentials, names):
    app = CORSMiddleware(api({"x-a": "1", "x-b": "2", "set-cookie": "secret=1"}), **policy)
    answer = await drive.request(app, headers={"origin": A})
    readable = page(A, credentials).readable_headers(answer)
    assert readable & {b"x-a", b"x-b"} == names
    assert b"set-cookie" not in readable


# Any request

POLICIES = [
    LISTED,
    ALL,
    {**LISTED, **EVERYTHING, **WITH_COOKIES, "allow_private_network": True},
    {**ALL, **EVERYTHING},
    {**ALL, **EVERYTHING, **WITH_COOKIES},
    {"allow_origin_regex": r"(?s)https://.*", **EVERYTHING, **WITH_COOKIES},
    {"allow_origins": ["null", A]},
]
NAMES = [b"origin", b"access-control-request-method", b"access-control-request-headers"]
NAMES += [b"access-control-request-private-network", b"cookie"]
VALUES = st.one_of(
    st.sampled_from([A.encode(), B.encode(), b"null", b"*", b"GET", b"content-type,x-a", b"true", b"", b","]),
    st.binary(max_size=40),
    st.binary(max_size=20).map(lambda tail: b"https://a.example" + tail),
)
FIELD = re.compile(rb"[^\r\n\0]*")


@given(
    policy=st.sampled_from(POLICIES),
    headers=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6),
    method=st.sampled_from(["GET", "OPTIONS"]),
)
def test_any_request(policy, headers, method):
    sent = []

    async def send(message):
        sent.append(message)

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-a", b"1")]})

    call = CORSMiddleware(app, **policy)({"type": "http", "method": method, "headers": headers}, None, send)
    with pytest.raises(StopIteration):
        call.send(None)
    answer = sent[0]["headers"]
    assert all(FIELD.fullmatch(part) for pair in answer for part in pair)
    names = [name for name, _ in answer]
    assert len(names) == len(set(names))
    found = dict(answer)
    assert b"Origin" in found[b"vary"]
    allowed = found.get(b"access-control-allow-origin")
    origins = [value for name, value in headers if name == b"origin"]
    if allowed == b"*":
        assert b"access-control-allow-credentials" not in found
        assert policy["allow_origins"] == ["*"]
    elif allowed is None:
        assert not names or not any(name.startswith(b"access-control-") for name in names)
    else:
        assert origins == [allowed]
        assert allowed in {o.encode() for o in policy.get("allow_origins", ())} or re.fullmatch(
            rb"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#@,]+", allowed
        )
