"""Names and values of header fields on their way out, through everything that makes headers."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asgi_types import Headers, MutableHeaders, Response, is_token

TOKEN_CHARACTERS = set(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~")  # RFC 9110 section 5.6.2


def by_constructor(name, value):
    return Headers({name: value}).raw


def by_assignment(name, value):
    headers = MutableHeaders()
    headers[name] = value
    return headers.raw


def by_append(name, value):
    headers = MutableHeaders()
    headers.append(name, value)
    return headers.raw


def by_setdefault(name, value):
    headers = MutableHeaders()
    headers.setdefault(name, value)
    return headers.raw


def by_update(name, value):
    headers = MutableHeaders()
    headers.update({name: value})
    return headers.raw


def by_or(name, value):
    return (MutableHeaders() | {name: value}).raw


def by_response(name, value):
    return Response(status_code=204, headers={name: value}).raw_headers


every_way = pytest.mark.parametrize(
    "make", [by_constructor, by_assignment, by_append, by_setdefault, by_update, by_or, by_response]
)


@every_way
def test_name_is_lowered_and_both_become_latin_1(make):
    assert make("X-Name", "Grüße\t!") == [(b"x-name", b"Gr\xfc\xdfe\t!")]


@every_way
def test_empty_value_is_allowed(make):
    assert make("x", "") == [(b"x", b"")]


@every_way
@pytest.mark.parametrize("character", ["\r", "\n", "\0", "\r\n"])
@pytest.mark.parametrize("value", ["{}", "a{}", "{}a", "a{}set-cookie: b=c"])
def test_crlf_injection_in_a_value_is_refused(make, value, character):
    """CVE-2016-9964 (Bottle), CVE-2012-2374 (Tornado), CVE-2023-49081 (aiohttp)."""
    with pytest.raises(ValueError, match="CR, LF and NUL are not allowed"):
        make("x", value.format(character))


@every_way
@pytest.mark.parametrize("name", ["a\r", "a\nb: c\nd", "\0", "a:", "a b", " a", "a\n", "", "é", "\u212a", '"a"', "a,b"])
def test_crlf_injection_in_a_name_and_all_that_is_no_token_are_refused(make, name):
    with pytest.raises(ValueError, match="it must be a token"):
        make(name, "v")


@every_way
def test_value_outside_of_latin_1_is_refused(make):
    with pytest.raises(ValueError, match="only latin-1 can be sent") as raised:
        make("x", "żółw")
    assert type(raised.value) is ValueError
    assert raised.value.__suppress_context__


@given(st.text() | st.text(alphabet=sorted(TOKEN_CHARACTERS)))
@example("!#$%&'*+-.^_`|~09azAZ")
def test_a_name_is_accepted_exactly_if_it_is_a_token(name):
    assert is_token(name) is bool(name and set(name) <= TOKEN_CHARACTERS)
    if is_token(name):
        assert Headers({name: ""}).raw == [(name.lower().encode("ascii"), b"")]
    else:
        with pytest.raises(ValueError, match="token"):
            Headers({name: ""})


@given(st.text() | st.text(alphabet=st.characters(max_codepoint=255)))
def test_a_value_is_accepted_exactly_if_it_is_latin_1_without_cr_lf_nul(value):
    if all(character <= "\xff" and character not in "\r\n\0" for character in value):
        assert Headers({"x": value}).raw == [(b"x", value.encode("latin-1"))]
    else:
        with pytest.raises(ValueError, match="Invalid header value"):
            Headers({"x": value})
