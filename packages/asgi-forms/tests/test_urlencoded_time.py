"""Time and memory of the parser grow with the size of a body and not faster, whatever is large about it."""

import contextlib

import anyio
import pytest

from asgi_forms import FormError

MIB = 1024 * 1024


LINEAR = {
    "one large value": lambda n: [b"a=" + b"x" * n],
    "escapes": lambda n: [b"a=" + b"%41" * n],
    "signs of escapes": lambda n: [b"a=" + b"%" * n],
    "escapes and what is none": lambda n: [b"a=" + b"%41a%4" * n],
    "broken UTF-8": lambda n: [b"a=" + b"%e2%82" * n],
    "equals signs": lambda n: [b"=" * n],
    "many escaped separators": lambda n: [b"a=%26&" * n],
    "many escaped equals signs": lambda n: [b"%3d=%3D&" * n],
    "escaped separators in one field": lambda n: [b"a=" + b"%26%3D" * n],
    "one large field and many": lambda n: [b"a=" + b"%26" * n + b"&a" * n],
    "plus signs": lambda n: [b"+" * n],
    "many fields of many names": lambda n: [b"".join(b"a%d=1&" % number for number in range(n))],
    "many fields in another charset": lambda n: [b"_charset_=latin1&" + b"a=%EB&" * n],
    "a large field after its charset": lambda n: [b"_charset_=shift_jis&a=" + b"%83" * n],
    "separators one by one": lambda n: [b"&"] * n,
    "many fields": lambda n: [b"a=1&" * n],
    "separators": lambda n: [b"&" * n],
    "a value byte by byte": lambda n: [b"a=", *([b"x"] * n)],
    "a name byte by byte": lambda n: [b"x"] * n,
    "empty chunks": lambda n: [b"a", *([b""] * n)],
}


@pytest.mark.parametrize("shape", LINEAR)
def test_time_is_linear(upload, runner, no_limits, assert_linear, shape):
    def parse(chunks):
        runner.run(upload(*chunks).parse(**no_limits))

    assert_linear(parse, LINEAR[shape], 5_000)


UNITS = [b"%", b"%41", b"%41a", b"%e2%82", b"%26"]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("codec", ["utf-8", "koi8-r"])
async def test_large_fields_of_escapes_take_little_time(upload, unit, codec):
    fields = [b"&a=" + unit * (100_000 // len(unit))] * 20
    with anyio.fail_after(3):
        form = await upload(*fields, content_type=f"{upload.URLENCODED}; charset={codec}").parse()
    assert len(form.getlist("a")) == 20


@pytest.mark.parametrize("unit", UNITS)
def test_large_fields_of_escapes_take_little_memory(upload, runner, traced_memory, unit):
    fields = [b"&a=" + unit * (40_000 // len(unit))] * 20
    with traced_memory() as memory:
        runner.run(upload(*fields).parse())
    assert memory.peak < 10 * MIB


@pytest.mark.parametrize("chunk", [b"&", b"=", b"a&", b"%26"])
async def test_a_chunk_of_many_separators_takes_little_memory(upload, traced_memory, chunk):
    request = upload(chunk * (8 * MIB // len(chunk)))
    with traced_memory() as memory, contextlib.suppress(FormError):
        await request.parse()
    assert memory.peak < 8 * MIB


def test_the_field_that_breaks_the_limit_is_not_kept_in_memory(upload, traced_memory):
    request = upload(*([b"x" * 1000] * 10_000))
    with traced_memory() as memory, pytest.raises(FormError):
        request.parse_now(max_part_size=100_000)
    assert memory.peak < 500_000
