import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http._conditional.entity_tag import entity_tag, file_etag, matches_strongly, matches_weakly, parse_entity_tags

tag_text = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters='"\x7f').filter(
        lambda c: not "\x7f" <= c <= "\x9f" or c >= "\x80"
    )
)
tags = st.builds(lambda weak, text: f'{"W/" if weak else ""}"{text}"', st.booleans(), tag_text)


def stat_result(size=10, mtime_ns=10**18):
    return os.stat_result((0,) * 6 + (size, 0, 0, 0), {"st_mtime": mtime_ns / 10**9, "st_mtime_ns": mtime_ns})


# Of files


def test_the_tag_of_a_file_is_quoted_and_strong():
    assert file_etag(stat_result(255, 10**18)) == '"de0b6b3a7640000-ff"'


def test_size_and_nanoseconds_make_a_difference():
    all_tags = [file_etag(stat_result(size, time_ns)) for size in (1, 2) for time_ns in (10**18, 10**18 + 1)]
    assert len(set(all_tags)) == 4


def test_a_file_that_may_still_change_within_a_tick_has_a_weak_tag():
    now = 1_000_000_000.0
    assert file_etag(stat_result(), now + 1.9).startswith('W/"')
    assert file_etag(stat_result(), now - 100).startswith('W/"')
    assert file_etag(stat_result(), now + 2.0).startswith('"')


def test_the_clock_tells_by_default():
    assert file_etag(stat_result(mtime_ns=time.time_ns())).startswith("W/")
    assert file_etag(stat_result(mtime_ns=time.time_ns() - 3 * 10**9)).startswith('"')


# Of texts


@pytest.mark.parametrize(
    ("text", "tag"),
    [("v1", '"v1"'), ('"v1"', '"v1"'), ('W/"v1"', 'W/"v1"'), ("", '""'), ("a,b", '"a,b"'), ("é", '"é"')],
)
def test_texts_are_quoted_once(text, tag):
    assert entity_tag(text) == tag


@pytest.mark.parametrize("text", ["a b", 'a"b', '"a', 'W/"a', "a\n", "\x7f", "\0", "你", '"a" "b"', 'w/"a"'])
def test_what_cannot_stand_in_a_tag_is_an_error(text):
    with pytest.raises(ValueError, match=r"^Invalid entity tag .*RFC 9110 section 8\.8\.3"):
        entity_tag(text)


@given(tags)
def test_a_tag_stays_as_it_is(tag):
    assert entity_tag(tag) == tag


# Lists


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a"', ['"a"']),
        ('"a","b" , W/"c"', ['"a"', '"b"', 'W/"c"']),
        ('"a,b", "c"', ['"a,b"', '"c"']),
        (' ,, \t"a",,', ['"a"']),
        ('""', ['""']),
        ("", []),
        (" , ", []),
        ("a", []),
        ("*", []),
        ('w/"a"', []),
        ('W/ "a"', []),
        ('"a b", "c"', ['"c"']),
        ('"a"x, "b"', ['"b"']),
        ('"a" "b", "c"', ['"c"']),
        ('x"a", "b"', ['"b"']),
        ('"open', []),
        ('"a", "open', ['"a"']),
        ('"a" ', ['"a"']),
        ('"a\x00", "b"', ['"b"']),
    ],
)
def test_tags_of_a_list(text, expected):
    assert list(parse_entity_tags(text)) == expected


@given(st.lists(tags), st.sampled_from([",", ", ", " ,\t", ",,"]))
def test_a_list_gives_its_tags(members, separator):
    assert list(parse_entity_tags(separator.join(members))) == members


@given(st.text(st.sampled_from('"W/,* ab\t\x80')))
def test_whatever_is_read_is_a_tag(text):
    for tag in parse_entity_tags(text):
        assert entity_tag(tag) == tag
        assert tag in text


@pytest.mark.parametrize("part", ['"', ",", '",', '"a', "a,", ' "', '"a" ', '"a",', '"a b,', 'W/"', " ", ", "])
def test_reading_is_linear(part, assert_linear):
    assert_linear(lambda text: list(parse_entity_tags(text)), lambda n: part * n, 5000)


# Comparing: the table of RFC 9110 section 8.8.3.2


@pytest.mark.parametrize(
    ("first", "second", "strongly", "weakly"),
    [
        ('W/"1"', 'W/"1"', False, True),
        ('W/"1"', 'W/"2"', False, False),
        ('W/"1"', '"1"', False, True),
        ('"1"', 'W/"1"', False, True),
        ('"1"', '"1"', True, True),
    ],
)
def test_comparisons(first, second, strongly, weakly):
    assert matches_strongly(first, second) is strongly
    assert matches_weakly(first, second) is weakly
    assert matches_weakly(first, f'"x", {second}') is weakly


@pytest.mark.parametrize(("encoding", "coding"), [(None, ""), ("", ""), ("br", "-br"), ('gzip, "br"\t', "-gzip,br")])
def test_a_coding_of_a_file_has_a_tag_of_its_own(encoding, coding):
    tag = file_etag(stat_result(1024, 10**9), 100.0, encoding)
    assert tag == f'"3b9aca00-400{coding}"'
    assert entity_tag(tag) == tag
