"""The cookie of a session: its attributes, and how it is found among others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_sessions._session_cookie import SessionCookie, start_with_cookie
from asgi_types import HTTPConnection

REMOVED = "expires=Thu, 01 Jan 1970 00:00:00 GMT"


def cookie(name="session", path="/", domain=None, same_site="lax", *, https_only=False, partitioned=False):
    return SessionCookie(name, path, domain, same_site, https_only=https_only, partitioned=partitioned)


def scope(*headers, **more):
    return {"type": "http", "headers": [(b"cookie", header) for header in headers], **more}


@pytest.mark.parametrize(
    ("options", "scheme", "flags"),
    [
        ({}, "https", "httponly; samesite=lax"),
        ({"https_only": True}, "http", "httponly; samesite=lax; secure"),
        ({"https_only": None}, "http", "httponly; samesite=lax"),
        ({"https_only": None}, "https", "httponly; samesite=lax; secure"),
        ({"https_only": None}, "wss", "httponly; samesite=lax; secure"),
        ({"https_only": None}, None, "httponly; samesite=lax"),
        ({"https_only": True, "partitioned": True}, "wss", "httponly; samesite=lax; secure; partitioned"),
        (
            {"https_only": None, "domain": "a.example", "partitioned": True},
            "https",
            "httponly; samesite=lax; domain=a.example; partitioned; secure",
        ),
        ({"same_site": "strict"}, "ws", "httponly; samesite=strict"),
    ],
)
def test_flags_of_setting_and_removing(options, scheme, flags):
    here = scope() if scheme is None else scope(scheme=scheme)
    assert cookie(**options).setting("x", 5, here) == f"session=x; path=/; Max-Age=5; {flags}"
    assert cookie(**options).setting("x", None, here) == f"session=x; path=/; {flags}"
    assert cookie(**options).setting("x", 0, here) == f"session=x; path=/; Max-Age=0; {flags}"
    assert cookie(**options).removing(here) == f"session=null; path=/; {REMOVED}; {flags}"


@pytest.mark.parametrize(
    "options",
    [
        {"name": "__Host-session"},
        {"name": "__Host-session", "https_only": None},
        {"name": "__Host-session", "https_only": True, "path": "/app"},
        {"name": "__Host-session", "https_only": True, "domain": "a.example"},
        {"name": "__Secure-session"},
        {"name": "__Secure-session", "https_only": None},
        {"name": "__host-session"},
        {"name": "__HOST-session", "https_only": True, "path": "/app"},
        {"name": "__secure-session"},
        {"name": "__Http-session"},
        {"name": "__Host-Http-session", "https_only": True, "domain": "a.example"},
    ],
)
def test_names_that_browsers_refuse(options):
    with pytest.raises(
        ValueError, match=r"^Browsers refuse a cookie named '(?i:__(host|secure|http|host-http)-session)' w"
    ):
        cookie(**options)


@pytest.mark.parametrize(
    "options",
    [
        {"name": "__Host-session", "https_only": True},
        {"name": "__Secure-session", "https_only": True, "path": "/app", "domain": "a.example"},
        {"name": "__Http-session", "https_only": True, "path": "/app", "domain": "a.example"},
    ],
)
def test_names_with_prefix(options):
    assert cookie(**options).setting("x", None, scope()).startswith(f"{options['name']}=x; path=")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], None),
        ([b""], None),
        ([b"session=a"], "a"),
        ([b"session="], ""),
        ([b"session"], None),
        ([b"=session"], None),
        ([b"theme=session; session=a; other=b"], "a"),
        ([b"session=a; session=b"], "b"),
        ([b"session=a", b"session=b"], "b"),
        ([b"theme=dark", b"session=a"], "a"),
        ([b"  session \t=\t a  ;x"], "a"),
        ([b"my_session=b; session=a; session_=c"], "a"),
        ([b"Session=a"], None),
        ([b'session="a b"'], "a b"),
        ([b'session="a\\"b"'], 'a"b'),
        ([b'session="'], '"'),
        ([b"session=\xe4"], "\xe4"),
        ([b"session=a=b=="], "a=b=="),
    ],
)
def test_reading(headers, expected):
    assert cookie().read(scope(*headers)) == expected


pieces = st.sampled_from([b"session", b"=", b";", b" ", b"\t", b'"', b"\\", b"a", b"\xff", b"x=y", b"\\101", b"\n"])


@given(st.lists(st.lists(pieces, max_size=12).map(b"".join), max_size=3))
def test_it_is_what_the_core_reads(headers):
    here = scope(*headers)
    assert cookie().read(here) == HTTPConnection(here).cookies.get("session")


def test_reading_takes_linear_time(assert_linear):
    reader = cookie()
    for piece in (b"session=", b"session;", b";session=a", b'session="\\"'):
        assert_linear(reader.read, lambda n, piece=piece: scope(piece * n), 3000)


@pytest.mark.parametrize("same_site", [None, False, "some", "lax; secure", b"lax"])
def test_same_site_is_one_of_three(same_site):
    with pytest.raises(AssertionError, match=r"^same_site is one of 'lax', 'strict' and 'none', which are texts, not "):
        cookie(same_site=same_site)


def test_what_caches_are_told():
    message = {"type": "http.response.start", "status": 200, "headers": [(b"vary", b"Accept")]}
    begun = start_with_cookie(message, None)
    assert begun["headers"] == [(b"vary", b"Accept, Cookie")]
    begun = start_with_cookie(message, "session=x")
    assert begun["headers"] == [
        (b"vary", b"Accept, Cookie"),
        (b"set-cookie", b"session=x"),
        (b"cache-control", b"private"),
    ]
    assert message == {"type": "http.response.start", "status": 200, "headers": [(b"vary", b"Accept")]}
    own = start_with_cookie({**message, "headers": ((b"cache-control", b"no-store") for _ in range(1))}, "session=x")
    assert [value for name, value in own["headers"] if name == b"cache-control"] == [b"no-store"]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ([b"max-age=60"], [b'max-age=60, no-cache="set-cookie"']),
        ([b"public", b"max-age=60"], [b"public", b'max-age=60, no-cache="set-cookie"']),
        ([b"PRIVATE", b"max-age=60"], [b"PRIVATE", b"max-age=60"]),
        ([b"max-age=60 , no-store"], [b"max-age=60 , no-store"]),
        ([b'private="x-name"'], [b'private="x-name", no-cache="set-cookie"']),
    ],
)
def test_what_an_application_says_to_caches(own, expected):
    message = {"type": "http.response.start", "status": 200, "headers": [(b"cache-control", value) for value in own]}
    begun = start_with_cookie(message, "session=x")
    assert [value for name, value in begun["headers"] if name == b"cache-control"] == expected
    assert start_with_cookie(message, None)["headers"][:-1] == message["headers"]
