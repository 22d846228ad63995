import pytest

from asgi_forms import FormData, FormError, FormParser
from asgi_types import Headers

URLENCODED = "application/x-www-form-urlencoded"


async def test_it_reads_a_form_from_a_stream(stream):
    headers, body = Headers({"content-type": URLENCODED}), stream(b"a=1&b", b"", b"=%C3", b"%AB&a=2")
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
async def test_the_charset_of_the_content_type(stream, parameters, value):
    headers = Headers({"content-type": URLENCODED + parameters})
    assert await FormParser(headers, stream(b"a=%C3%AB")).parse() == FormData(a=value)


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


async def test_an_error_of_the_stream_is_raised(stream):
    with pytest.raises(ConnectionError, match="gone"):
        await FormParser(Headers(), stream(b"a=1", error=ConnectionError("gone"))).parse()
