from threading import get_ident

import pytest

from asgi_forms import FormData, FormError, FormParser, _urlencoded
from asgi_types import Headers


async def test_it_reads_a_form_from_a_stream(stream, upload):
    headers, body = Headers({"content-type": upload.URLENCODED}), stream(b"a=1&b", b"", b"=%C3", b"%AB&a=2")
    parser = FormParser(headers, body)
    assert parser.headers is headers
    assert parser.stream is body
    form = await parser.parse()
    assert type(form) is FormData
    assert form.multi_items() == [("a", "1"), ("b", "ë"), ("a", "2")]


@pytest.mark.parametrize("chunks", [[], [b""], [b"&"]])
async def test_an_empty_body_is_an_empty_form(stream, chunks):
    assert await FormParser(Headers(), stream(*chunks)).parse() == FormData()


@pytest.mark.parametrize(
    ("parameters", "value"),
    [
        ("", "ë"),
        ("; charset=utf-8", "ë"),
        ("; charset=ISO-8859-1", "Ã«"),
        ('; charset="iso-8859-1"', "Ã«"),
        ("; charset=unknown", "ë"),
        ("; charset=iso-8859-1; charset=iso-8859-1", "ë"),
        ('; charset="iso-8859-1', "ë"),
    ],
)
async def test_the_charset_of_the_content_type(stream, upload, parameters, value):
    headers = Headers({"content-type": upload.URLENCODED + parameters})
    assert await FormParser(headers, stream(b"a=%C3%AB")).parse() == FormData(a=value)


async def test_the_headers_may_be_a_plain_dict(stream, upload):
    headers = {"Content-Type": upload.URLENCODED + "; charset=iso-8859-1"}
    assert await FormParser(headers, stream(b"a=%EB")).parse() == FormData(a="ë")
    assert await FormParser({}, stream(b"a=%C3%AB")).parse() == FormData(a="ë")


@pytest.mark.parametrize(
    ("limits", "taken"),
    [({"max_fields": 1}, 2), ({"max_part_size": 2}, 1), ({"max_name_size": 0}, 1), ({"max_total_field_size": 5}, 2)],
)
async def test_the_limits_are_given_by_name(stream, limits, taken):
    body = stream(b"a=12&", b"b=34", b"&c=5")
    with pytest.raises(FormError) as caught:
        await FormParser(Headers(), body, **limits).parse()
    assert caught.value.status_code == 413
    assert body.taken == taken


async def test_a_limit_that_is_set_before_it_parses_is_kept(stream):
    for name, limit in (("max_fields", 1), ("max_part_size", 3)):
        body = stream(b"a=12&b=", b"345", b"&c")
        parser = FormParser(Headers(), body)
        setattr(parser, name, limit)
        with pytest.raises(FormError, match="413: "):
            await parser.parse()
        assert body.taken < 3


KIB = 1024


@pytest.mark.parametrize(
    ("chunks", "is_inline"),
    [
        ([b"a=" + b"x" * (128 * KIB - 2)], True),
        ([b"a=" + b"x" * (128 * KIB - 1)], False),
        ([b"a=" + b"x" * 64 * KIB, b"&b=", b"x" * 64 * KIB], False),
        ([b"a=" + b"x" * 64 * KIB, b"&b=", b"x" * 64 * KIB, b"&"], False),
        ([b"&" * 200 * KIB, b"a=1"], True),
    ],
)
async def test_a_large_form_is_decoded_in_a_thread(stream, monkeypatch, chunks, is_inline):
    threads, decode = [], _urlencoded._pairs

    def noted(*args):
        threads.append(get_ident())
        return decode(*args)

    monkeypatch.setattr(_urlencoded, "_pairs", noted)
    form = await FormParser(Headers(), stream(*chunks)).parse()
    assert sum(map(len, form.getlist("a") + form.getlist("b"))) in (1, 128 * KIB - 2, 128 * KIB - 1, 128 * KIB)
    assert [thread == get_ident() for thread in threads] == [is_inline]


async def test_an_error_of_the_stream_is_raised(stream):
    with pytest.raises(ConnectionError, match="gone"):
        await FormParser(Headers(), stream(b"a=1", error=ConnectionError("gone"))).parse()


async def test_it_stops_at_a_limit_and_keeps_nothing_of_what_is_beyond(stream):
    parser = FormParser(Headers(), stream(b"a&" * 100_000), max_fields=10)
    with pytest.raises(FormError, match="Too many fields"):
        await parser.parse()
    assert (parser._parser.fields_seen, parser._parser.incomplete_field) == (11, b"")
    parser = FormParser(Headers(), stream(b"a=" + b"x" * 1_000_000), max_part_size=10)
    with pytest.raises(FormError, match="Field exceeded maximum size of 10 bytes"):
        await parser.parse()
    assert parser._parser.incomplete_field == b""
