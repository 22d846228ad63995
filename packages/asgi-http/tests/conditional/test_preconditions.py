import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import Request, check_preconditions
from asgi_http._conditional.http_date import format_http_date
from asgi_http._conditional.preconditions import conditional_fields, evaluate_preconditions, not_modified_headers

MODIFIED = 784111777
BEFORE, SAME, AFTER = (format_http_date(MODIFIED + days * 86400) for days in (-1, 0, 1))

GET, HEAD, PUT = "GET", "HEAD", "PUT"


def fields(**given):
    return {name.replace("_", "-").encode(): value for name, value in given.items()}


def scope(method="GET", **given):
    return {"type": "http", "method": method, "headers": [(k, v.encode("latin-1")) for k, v in fields(**given).items()]}


# The fields


def test_fields_that_make_a_request_conditional_are_found():
    headers = [(b"host", b"a"), (b"if-none-match", b'"\xe9"'), (b"range", b"bytes=0-1"), (b"accept", b"*/*")]
    assert conditional_fields(headers) == {b"if-none-match": '"é"', b"range": "bytes=0-1"}


def test_lists_in_several_fields_are_one_list():
    headers = [(b"if-match", b'"a"'), (b"if-none-match", b'"b"'), (b"if-match", b'"c"')]
    assert conditional_fields(headers) == {b"if-match": '"a", "c"', b"if-none-match": '"b"'}


@pytest.mark.parametrize("name", [b"range", b"if-range", b"if-modified-since", b"if-unmodified-since"])
def test_of_what_is_no_list_the_first_counts(name):
    assert conditional_fields([(name, b"1"), (name, b"2")]) == {name: "1"}


def test_no_fields():
    assert conditional_fields([]) == {}


# The order of RFC 9110 section 13.2.2


@pytest.mark.parametrize("method", [GET, HEAD, PUT, "DELETE", "POST", "PATCH"])
@pytest.mark.parametrize("given", [{}, {"range": "bytes=0-1"}, {"if_range": '"a"'}])
def test_without_preconditions_the_method_is_done(method, given):
    assert evaluate_preconditions(method, fields(**given), '"a"', MODIFIED) is None


@pytest.mark.parametrize("method", ["CONNECT", "OPTIONS", "TRACE"])
def test_methods_without_a_representation_have_no_preconditions(method):
    assert evaluate_preconditions(method, fields(if_match='"x"', if_none_match='"a"'), '"a"', MODIFIED) is None


@pytest.mark.parametrize("method", [GET, HEAD, PUT])
@pytest.mark.parametrize(
    ("value", "etag", "verdict"),
    [
        ('"a"', '"a"', None),
        ('"b", "a"', '"a"', None),
        ('"b"', '"a"', 412),
        ('W/"a"', 'W/"a"', 412),
        ('"a"', 'W/"a"', 412),
        ('"a"', None, 412),
        ("*", '"a"', None),
        (" * ", 'W/"a"', None),
        ("", '"a"', 412),
        ("a", '"a"', 412),
    ],
)
def test_if_match_compares_strongly(method, value, etag, verdict):
    assert evaluate_preconditions(method, fields(if_match=value), etag, MODIFIED) == verdict


def test_if_match_any_wants_that_there_is_one():
    assert evaluate_preconditions(PUT, fields(if_match="*"), None, MODIFIED) is None
    assert evaluate_preconditions(PUT, fields(if_match="*"), None, None) == 412


@pytest.mark.parametrize("method", [GET, HEAD, PUT])
@pytest.mark.parametrize(
    ("value", "verdict"), [(BEFORE, 412), (SAME, None), (AFTER, None), ("yesterday", None), ("", None)]
)
def test_if_unmodified_since(method, value, verdict):
    assert evaluate_preconditions(method, fields(if_unmodified_since=value), '"a"', MODIFIED) == verdict


def test_if_unmodified_since_means_nothing_where_no_time_is_known():
    assert evaluate_preconditions(PUT, fields(if_unmodified_since=BEFORE), '"a"', None) is None


def test_if_match_makes_if_unmodified_since_mean_nothing():
    assert evaluate_preconditions(PUT, fields(if_match='"a"', if_unmodified_since=BEFORE), '"a"', MODIFIED) is None


@pytest.mark.parametrize(("method", "verdict"), [(GET, 304), (HEAD, 304), (PUT, 412), ("DELETE", 412), ("POST", 412)])
@pytest.mark.parametrize("value", ['"a"', 'W/"a"', '"b", "a"', "*", "\t*"])
@pytest.mark.parametrize("etag", ['"a"', 'W/"a"'])
def test_if_none_match_compares_weakly(method, verdict, value, etag):
    assert evaluate_preconditions(method, fields(if_none_match=value), etag, MODIFIED) == verdict


@pytest.mark.parametrize("method", [GET, HEAD, PUT])
@pytest.mark.parametrize("value", ['"b"', 'W/"b"', "a", "", '"a', '"*"'])
def test_if_none_match_of_another(method, value):
    assert evaluate_preconditions(method, fields(if_none_match=value), '"a"', MODIFIED) is None


def test_if_none_match_any_wants_that_there_is_none():
    assert evaluate_preconditions(PUT, fields(if_none_match="*"), None, None) is None
    assert evaluate_preconditions(PUT, fields(if_none_match="*"), None, MODIFIED) == 412
    assert evaluate_preconditions(PUT, fields(if_none_match='"a"'), None, MODIFIED) is None


@pytest.mark.parametrize("method", [GET, HEAD])
@pytest.mark.parametrize(
    ("value", "verdict"), [(BEFORE, None), (SAME, 304), (AFTER, 304), ("yesterday", None), (f"{AFTER}; length=1", None)]
)
def test_if_modified_since(method, value, verdict):
    assert evaluate_preconditions(method, fields(if_modified_since=value), '"a"', MODIFIED) == verdict


def test_if_modified_since_is_for_reading_only():
    assert evaluate_preconditions(PUT, fields(if_modified_since=AFTER), '"a"', MODIFIED) is None


def test_if_modified_since_means_nothing_where_no_time_is_known():
    assert evaluate_preconditions(GET, fields(if_modified_since=AFTER), '"a"', None) is None


def test_if_none_match_makes_if_modified_since_mean_nothing():
    assert evaluate_preconditions(GET, fields(if_none_match='"b"', if_modified_since=AFTER), '"a"', MODIFIED) is None


def test_what_fails_comes_before_what_is_known():
    given = fields(if_match='"b"', if_none_match='"a"')
    assert evaluate_preconditions(GET, given, '"a"', MODIFIED) == 412
    given = fields(if_unmodified_since=BEFORE, if_none_match='"a"')
    assert evaluate_preconditions(GET, given, '"a"', MODIFIED) == 412
    given = fields(if_match='"a"', if_none_match='"a"')
    assert evaluate_preconditions(GET, given, '"a"', MODIFIED) == 304


values = st.sampled_from(["*", '"a"', 'W/"a"', '"b"', BEFORE, SAME, AFTER, ""]) | st.text(
    st.characters(max_codepoint=255)
)


@given(
    st.sampled_from([GET, HEAD, PUT, "OPTIONS"]),
    st.dictionaries(
        st.sampled_from([b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since"]), values
    ),
    st.sampled_from([None, '"a"', 'W/"a"']),
    st.sampled_from([None, MODIFIED]),
)
def test_nothing_raises_and_only_reading_is_not_modified(method, given, etag, modified):
    verdict = evaluate_preconditions(method, given, etag, modified)
    assert verdict in ((None, 304, 412) if method in (GET, HEAD) else (None, 412))


def test_a_long_list_takes_its_time_and_no_more(assert_linear):
    def evaluate(value):
        return evaluate_preconditions(GET, {b"if-none-match": value, b"if-match": value}, '"a"', None)

    assert_linear(evaluate, lambda n: '"b",' * n, 2000)


# For dynamic responses


def test_a_client_that_has_it_gets_a_304():
    response = check_preconditions(scope(if_none_match='"v1"'), etag="v1")
    assert response is not None
    assert (response.status_code, bytes(response.body)) == (304, b"")
    assert response.headers.items() == [("etag", '"v1"')]


def test_a_client_that_would_overwrite_another_version_gets_a_412():
    response = check_preconditions(scope("PUT", if_match='"v1"'), etag='"v2"', last_modified=MODIFIED)
    assert response is not None
    assert (response.status_code, bytes(response.body)) == (412, b"Precondition Failed")
    assert response.headers["etag"] == '"v2"'
    assert response.headers["last-modified"] == SAME
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


async def test_the_answers_are_sent(drive):
    async def app(scope, receive, send):
        response = check_preconditions(scope, etag='W/"1"', last_modified=MODIFIED)
        assert response is not None
        await response(scope, receive, send)

    answer = await drive.request(app, headers={"if-none-match": '"1"'})
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers.items() == [("etag", 'W/"1"'), ("last-modified", SAME)]
    answer = await drive.request(app, "/", "DELETE", headers={"if-none-match": '"1"'})
    assert (answer.status, answer.text) == (412, "Precondition Failed")


@pytest.mark.parametrize("method", [GET, PUT])
def test_otherwise_go_on(method):
    assert check_preconditions(scope(method, if_match='"v1"', if_none_match='"v0"'), etag="v1") is None
    assert check_preconditions(scope(method), etag="v1", last_modified=MODIFIED) is None
    assert check_preconditions(scope(method)) is None


def test_a_put_may_create_what_is_not_there():
    create = scope("PUT", if_none_match="*")
    assert check_preconditions(create) is None
    response = check_preconditions(create, etag="v1")
    assert response is not None
    assert response.status_code == 412


def test_a_request_will_do():
    assert check_preconditions(Request(scope(if_none_match="*")), etag="v1") is not None


@pytest.mark.parametrize(
    "moment",
    [
        MODIFIED,
        MODIFIED + 0.9,
        datetime.fromtimestamp(MODIFIED, UTC),
        datetime.fromtimestamp(MODIFIED, UTC).replace(microsecond=999999),
        datetime.fromtimestamp(MODIFIED, timezone(timedelta(hours=5))),
    ],
)
def test_times_count_in_whole_seconds(moment):
    response = check_preconditions(scope(if_modified_since=SAME), last_modified=moment)
    assert response is not None
    assert response.headers["last-modified"] == SAME


def test_a_time_without_its_zone_is_an_error():
    with pytest.raises(ValueError, match=r"^Invalid last_modified=.*: a datetime needs its time zone\.$"):
        check_preconditions(scope(), last_modified=datetime(2025, 1, 1))


@pytest.mark.parametrize("etag", ['a"b', "a b", "a\r\nset-cookie: b"])
def test_a_tag_that_cannot_be_sent_is_an_error(etag):
    with pytest.raises(ValueError, match=r"^Invalid entity tag"):
        check_preconditions(scope(), etag=etag)


def test_the_clock_does_not_matter():
    ahead = time.time() + 86400
    assert check_preconditions(scope(if_modified_since=format_http_date(ahead)), last_modified=ahead) is not None


# What a 304 keeps


def test_a_304_drops_what_describes_the_body():
    about_the_body = [
        *(b"content-type", b"content-length", b"content-encoding", b"content-language", b"content-range"),
        *(b"content-disposition", b"accept-ranges", b"transfer-encoding", b"trailer", b"repr-digest"),
    ]
    kept = [
        *(b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary", b"set-cookie", b"set-cookie"),
        *(b"content-security-policy", b"access-control-allow-origin", b"x-request-id"),
    ]
    headers = [(name, b"1") for name in [*kept, *about_the_body, b"last-modified"]]
    assert not_modified_headers(headers) == [(name, b"1") for name in kept]


def test_a_304_keeps_the_time_of_change_where_there_is_no_tag():
    assert not_modified_headers([(b"last-modified", b"1"), (b"content-type", b"1")]) == [(b"last-modified", b"1")]
