"""What went wrong elsewhere and must not here; each test is named for it, its ids are the advisories."""

import contextlib
from tempfile import SpooledTemporaryFile
from threading import get_ident

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_forms import FormError

KIB = 1024
MIB = 1024 * KIB


def advisory(*cases):
    """Cases by the advisories they are from."""
    return [pytest.param(*values, id=name) for name, *values in cases]


@pytest.mark.parametrize(
    ("filename", "reason"),
    advisory(
        ("CVE-2023-30798 Starlette, fields", None, "Too many fields. Maximum number of fields is 1000."),
        ("CVE-2023-25577 Werkzeug, files", "f", "Too many files. Maximum number of files is 1000."),
        ("CVE-2023-24580 Django, empty file names", "", "Too many files. Maximum number of files is 1000."),
    ),
)
async def test_an_unlimited_number_of_parts(multipart, filename, reason):
    part = b"--x\r\n" + multipart.part("a", b"", filename) + b"\r\n"
    request = multipart.request(*[part * 100] * 12)
    with pytest.raises(FormError) as caught:
        await request.parse()
    assert (caught.value.status_code, caught.value.detail) == (413, reason)
    assert len(request.chunks_left) == 1


@pytest.mark.parametrize("disposition", advisory(("CVE-2024-47874 Starlette", 'form-data; name="a"')))
async def test_a_part_without_a_file_name_grew_in_memory_without_limit(multipart, disposition):
    head = b"--x\r\n" + multipart.part("a", disposition=disposition)
    request = multipart.request(head, *[b"1" * 64 * KIB] * 100)
    with pytest.raises(FormError, match="413: Part exceeded maximum size of 1024KB"):
        await request.parse()
    assert len(request.chunks_left) == 100 - 17


@pytest.mark.parametrize("chunk_size", advisory(("CVE-2025-54121 Starlette", 64 * KIB), ("at once", 3 * MIB)))
async def test_rolling_over_to_disk_blocked_the_event_loop(multipart, monkeypatch, chunk_size):
    threads = []
    rollover = SpooledTemporaryFile.rollover

    def noted(file):
        threads.append(get_ident())
        rollover(file)

    monkeypatch.setattr(SpooledTemporaryFile, "rollover", noted)
    body = multipart.body(multipart.part("f", b"1" * 3 * MIB, "f"))
    chunks = [body[index : index + chunk_size] for index in range(0, len(body), chunk_size)]
    form = await multipart.request(*chunks).parse()
    assert threads
    assert get_ident() not in threads
    await form.close()


@pytest.mark.parametrize(
    ("body", "limits"),
    advisory(
        ("Starlette 1.3.1, number", b"a=1&b=2", {"max_fields": 1}),
        ("Starlette 1.3.1, size", b"a=123", {"max_part_size": 3}),
        ("Starlette 1.3.1, size of all", b"a=1&b=2", {"max_total_field_size": 5}),
        ("Starlette 1.3.1, size of a name", b"abc=1&", {"max_name_size": 2}),
    ),
)
async def test_the_urlencoded_parser_ignored_the_limits(upload, body, limits):
    request = upload(body, b"&c=3")
    with pytest.raises(FormError) as caught:
        await request.parse(**limits)
    assert caught.value.status_code == 413
    assert request.chunks_left == [b"&c=3"]


@pytest.mark.parametrize("chunk_size", [1, 100, 64 * KIB])
@pytest.mark.parametrize(
    "first", advisory(("CVE-2023-46136 Werkzeug, CR", b"\r"), ("CVE-2023-46136 Werkzeug, LF", b"\n"))
)
def test_a_part_that_begins_with_a_line_end_and_has_none_after_that(
    multipart, nowhere, assert_linear, first, chunk_size
):
    def parse(chunks):
        multipart.runner.run(multipart.request(*chunks).parse(sink=nowhere))

    def chunks(n):
        body = multipart.body(multipart.part("f", first + b"1" * n, "f"))
        return [body[index : index + chunk_size] for index in range(0, len(body), chunk_size)]

    assert_linear(parse, chunks, min(5_000 * chunk_size, 1_000_000))


@pytest.mark.parametrize(
    "shape",
    advisory(
        ("CVE-2024-24762 python-multipart, backslashes", lambda n: 'a; !="' + "\\" * n),
        ("CVE-2024-24762 python-multipart, quotes", lambda n: "a" + '; a="' * n),
        ("CVE-2024-24762 python-multipart, parameters", lambda n: "a" + "".join(f"; b{i}=c" for i in range(n))),
    ),
)
@pytest.mark.parametrize("kind", ["multipart/form-data", "application/x-www-form-urlencoded"])
def test_content_type_options_were_parsed_by_a_backtracking_expression(upload, assert_linear, kind, shape):
    def parse(content_type):
        try:
            upload(b"", content_type=content_type).parse_now()
        except FormError as error:
            return error.status_code

    assert_linear(parse, lambda n: kind + shape(n)[1:], 50_000)
    if kind.startswith("multipart"):
        assert parse(kind + shape(100)[1:]) == 400


@pytest.mark.parametrize(
    "unit", advisory(*((f"CVE-2024-53981 python-multipart, {u!r}", u) for u in (b"\r", b"\n", b"a", b"\r\n")))
)
async def test_junk_around_the_parts_was_processed_byte_by_byte(multipart, unit):
    whole, junk = multipart.body(multipart.part("a", "1")), unit * (60 * KIB // len(unit))
    request = multipart.request(junk, b"\r\n" + whole)
    with pytest.raises(FormError, match=r"400: Invalid multipart data\. The body does not begin with its boundary\."):
        await request.parse()
    assert request.chunks_left == [b"\r\n" + whole]
    request = multipart.request(whole, *[junk] * 20)
    assert (await request.parse())["a"] == "1"
    assert len(request.chunks_left) >= 18


TOO_MANY_HEADERS = "413: Too many or too large headers of a part. Maximum is 8 of 4224 bytes each."


@pytest.mark.parametrize(
    ("lines", "reason"),
    advisory(
        ("CVE-2026-42561 python-multipart, number", [b"X: 1\r\n"] * 1000, TOO_MANY_HEADERS),
        ("CVE-2026-42561 python-multipart, size", [b"X: ", *[b"1" * 1000] * 1000], TOO_MANY_HEADERS),
        ("CVE-2026-42561 python-multipart, name", [b"X" * 1000] * 1000, TOO_MANY_HEADERS),
        (
            "CVE-2026-42561 python-multipart, continuations",
            [b"X: 1\r\n", *[b" " + b"1" * 1000 + b"\r\n"] * 1000],
            "400: Invalid multipart data. Malformed segment header.",
        ),
    ),
)
async def test_the_headers_of_a_part_had_no_limit(multipart, lines, reason):
    request = multipart.request(b"--x\r\n", *lines)
    with pytest.raises(FormError) as caught:
        await request.parse()
    assert str(caught.value) == reason
    assert len(request.chunks_left) > 990


@pytest.mark.parametrize(
    "filename",
    advisory(
        ("CVE-2026-24486 python-multipart", "/etc/cron.d/job"),
        ("CVE-2021-28658 Django", "../../settings.py"),
        ("CVE-2021-31542 Django", ".."),
        ("NUL-free, but a device", "CON"),
    ),
)
def test_the_name_of_a_file_was_used_as_a_path(multipart, tmp_path, monkeypatch, filename):
    monkeypatch.chdir(tmp_path)
    form = multipart.runner.run(multipart(multipart.part("f", b"1" * 2 * MIB, filename)).parse())
    assert form["f"].filename == filename
    assert isinstance(form["f"].file.name, int | None)
    assert list(tmp_path.iterdir()) == []
    form["f"].file.close()


LOOPS = [
    *(
        b"--x\r\n\r\n--x--",
        b"--x\r\n" * 100,
        b"\r\n--x" * 100,
        b"--x--" * 100,
        b"--x\r\n\r\n\r\n--x\r\n\r\n",
        b"\r" * 100,
    ),
    *(b"\n" * 100, b"--", b"--x-", b"--x\r", b"--x\r\n\r", b"--x\r\n:\r\n\r\n", b"\0" * 100, b"--x\r\n \r\n"),
]


@pytest.mark.parametrize("body", advisory(*((f"CVE-2022-23833 Django, {body[:20]!r}", body) for body in LOOPS)))
async def test_certain_bytes_made_the_parser_loop_for_ever(multipart, body):
    with anyio.fail_after(30):
        for chunks in multipart.cuts(body):
            with contextlib.suppress(FormError):
                await (await multipart.request(*chunks).parse()).close()
            await checkpoint()


@pytest.mark.parametrize("count", advisory(("CVE-2023-31047 Django", 3)))
async def test_only_the_last_of_several_files_was_seen(multipart, count):
    parts = [multipart.part("f", str(number), f"{number}.exe") for number in range(count)]
    form = await multipart(*parts).parse(max_files=count)
    assert [upload.filename for upload in form.getlist("f")] == ["0.exe", "1.exe", "2.exe"]
    await form.close()
    with pytest.raises(FormError, match="Too many files"):
        await multipart(*parts).parse(max_files=count - 1)


CUT_OFF = "The form ends before its final boundary: it was cut off."
BAD_NAME = "Invalid multipart data. Invalid segment header name."
INVALID = [
    (b"", CUT_OFF),
    (b"--x\r\n", "Invalid multipart data. Malformed segment header."),
    (b"junk", "Invalid multipart data. The body does not begin with its boundary."),
    (b"--x\r\n\xff\xfe: \xff\r\n\r\n", BAD_NAME),
    (b"--x\r\n\xdf: 1\r\n", BAD_NAME),
    (
        b"--x\r\nContent-Disposition:\r\n\r\n",
        "Invalid multipart data. The Content-Disposition of a part is not form-data.",
    ),
    (
        b'--x\r\nContent-Disposition: form-data; name="\r\n\r\n',
        "Malformed Content-Disposition of a part. Malformed parameters: 'form-data; name=\"'",
    ),
    (
        b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
        'The Content-Disposition header field "name" must be provided.',
    ),
    (b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Length: 1\r\n\r\n', CUT_OFF),
]


@pytest.mark.parametrize(
    ("body", "reason"), advisory(*((f"Starlette 1.7, {body[:40]!r}", body, reason) for body, reason in INVALID))
)
def test_invalid_input_was_another_error_than_a_400(multipart, body, reason):
    body += b"--x\r\n"
    for chunks in multipart.cuts(body):
        assert multipart.outcome(multipart.request(*chunks)) == (400, reason)


@pytest.mark.parametrize("ends", advisory(("Starlette 1.10, empty chunk", [b""]), ("Starlette 1.10, none", [])))
async def test_the_last_urlencoded_field_was_lost_without_an_empty_chunk_at_the_end(upload, ends):
    for chunks in ([b"a=1&b=2"], [b"a=1&", b"b=2"], [b"a=1&b", b"=2"], [b"a=1&b=", b"2"]):
        assert (await upload(*chunks, *ends).parse()).multi_items() == [("a", "1"), ("b", "2")]


@pytest.mark.parametrize(
    "label", advisory(("slow and dangerous codecs of Python", ["idna", "punycode", "zip", "rot13"]))
)
def test_a_charset_of_the_client_was_any_codec_of_python(multipart, assert_linear, label):
    def parse(chunks):
        multipart.outcome(multipart.request(*chunks))

    for name in label:
        headers = f"Content-Type: text/plain; charset={name}"
        part = multipart.part("a", b"xn--a.", None, headers)
        assert multipart.value(part) == "xn--a."
        assert_linear(
            parse, lambda n, headers=headers: [multipart.body(multipart.part("a", b"a." * n, None, headers))], 50_000
        )
