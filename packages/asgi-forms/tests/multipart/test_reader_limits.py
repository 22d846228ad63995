"""Every limit of a multipart form: what is at it passes, one more is refused, and nothing is received after that."""

import math

import pytest

from asgi_forms import FORM_LIMITS, FormError

KIB = 1024
MIB = 1024 * KIB
NAME = 'form-data; name="a"'  # a header line of 40 bytes
HEADER_SIZE = len("Content-Disposition: ") + len(NAME)


def part(name="a", size=0, filename=None, *headers):
    return name, b"1" * size, filename, *headers


# For each limit: its value, parts that are at it, what goes beyond, and the reason.
LIMITS = {
    "max_fields": (
        2,
        [part(), part(size=9), part("f", 9, "f")],
        part(),
        "Too many fields. Maximum number of fields is 2.",
    ),
    "no fields": (0, [part("f", 9, "f")], part(), "Too many fields. Maximum number of fields is 0."),
    "max_files": (
        2,
        [part("f", 1, "f"), part(), part("f", 0, "")],
        part("f", 0, "f"),
        "Too many files. Maximum number of files is 2.",
    ),
    "no files": (0, [part(size=9)], part("f", 0, ""), "Too many files. Maximum number of files is 0."),
    "max_part_size": (
        5,
        [part(size=5), part(size=5), part("f", 9, "f")],
        part(size=6),
        "Part exceeded maximum size of 5 bytes.",
    ),
    "max_total_field_size": (
        9,
        [part(size=5), part("f", 99, "f"), part(size=4), part()],
        part(size=1),
        "Fields exceeded maximum size of 9 bytes together.",
    ),
    "max_file_size": (
        5,
        [part("f", 0, "f"), part(size=9), part("f", 5, "f")],
        part("f", 6, "g"),
        "File exceeded maximum size of 5 bytes.",
    ),
    "max_total_file_size": (
        9,
        [part("f", 5, "f"), part(size=99), part("f", 4, "f"), part("f", 0, "f")],
        part("f", 1, "f"),
        "Files exceeded maximum size of 9 bytes together.",
    ),
    "max_name_size": (
        4,
        [part("aaaa"), part("ëë"), part('""""', 9, "f" * 9)],
        part("aaaaa"),
        "Field name exceeded maximum size of 4 bytes.",
    ),
    "the name of a file's field": (
        4,
        [part("aaaa", 1, "f" * 9)],
        part("ëëa", 1, "f"),
        "Field name exceeded maximum size of 4 bytes.",
    ),
    "a name that is escaped or in another charset": (
        4,
        [part('""""'), (b"\xeb\xeb", b"", None)],
        (b"\xeb\xeb\xeb", b"", None),
        "Field name exceeded maximum size of 4 bytes.",
    ),
    "max_headers": (
        2,
        [part("a", 9, "f", "X: 1"), part()],
        part("a", 1, None, "X: 1", "Y: 1"),
        "Too many or too large headers of a part. Maximum is 2 of 4224 bytes each.",
    ),
    "max_header_size": (
        HEADER_SIZE,
        [part("a", 999, None, "X: " + "1" * (HEADER_SIZE - 3)), part()],
        part("ab"),
        f"Too many or too large headers of a part. Maximum is 8 of {HEADER_SIZE} bytes each.",
    ),
}
NAMES = {
    "no fields": "max_fields",
    "no files": "max_files",
    "the name of a file's field": "max_name_size",
    "a name that is escaped or in another charset": "max_name_size",
}


@pytest.mark.parametrize("through", ["argument", "scope"])
@pytest.mark.parametrize("case", LIMITS)
def test_what_is_at_a_limit_passes_and_one_more_does_not(multipart, case, through):
    limit, fitting, beyond, reason = LIMITS[case]
    fitting, beyond = [multipart.part(*one) for one in fitting], multipart.part(*beyond)
    limits = {NAMES.get(case, case): limit} | ({"max_total_file_size": 99} if case == "max_file_size" else {})

    def outcome(request):
        if through == "scope":
            request.scope[FORM_LIMITS] = limits
            return multipart.outcome(request)
        return multipart.outcome(request, **limits)

    assert len(outcome(multipart(*fitting))) == len(fitting)
    assert outcome(multipart(*fitting, beyond)) == (413, reason)
    body = multipart.body(*fitting, beyond)
    request = multipart.request(*[body[index : index + 1] for index in range(len(body))], b"more", b"and more")
    assert outcome(request) == (413, reason)
    assert request.chunks_left[-2:] == [b"more", b"and more"]
    assert len(multipart.outcome(multipart(*fitting, beyond), **dict.fromkeys(limits, math.inf))) == len(fitting) + 1


def test_a_limit_of_content_is_noted_at_the_first_byte_beyond(multipart):
    head = multipart.part("a")
    for limits in ({"max_part_size": 2}, {"max_total_field_size": 2}):
        request = multipart.request(b"--x\r\n" + head, b"12", b"3", b"4")
        assert multipart.outcome(request, **limits)[0] == 413
        assert request.chunks_left == [b"4"]
    head = multipart.part("a", b"", "f")
    for limits in ({"max_file_size": 2}, {"max_total_file_size": 2}):
        request = multipart.request(b"--x\r\n" + head, b"12", b"3", b"4")
        assert multipart.outcome(request, **limits)[0] == 413
        assert request.chunks_left == [b"4"]


def test_a_limit_of_number_or_name_is_noted_before_the_content(multipart):
    for limits, filename in (({"max_fields": 0}, None), ({"max_files": 0}, "f"), ({"max_name_size": 0}, None)):
        request = multipart.request(b"--x\r\n" + multipart.part("a", b"", filename), b"12")
        assert multipart.outcome(request, **limits)[0] == 413
        assert request.chunks_left == [b"12"]


def test_a_limit_of_headers_is_noted_before_the_head_is_complete(multipart):
    request = multipart.request(b"--x\r\nX: " + b"1" * 10, b"1" * 30, b"1" * 10)
    assert multipart.outcome(request, max_header_size=20)[0] == 413
    assert request.chunks_left == [b"1" * 10]
    request = multipart.request(b"--x\r\nX: 1\r\n", b"X: 2\r\n", b"X: 3\r\n")
    assert multipart.outcome(request, max_headers=1)[0] == 413
    assert request.chunks_left == [b"X: 3\r\n"]


def test_all_files_are_limited_together(multipart):
    parts = [multipart.part("f", b"123", "f"), multipart.part("f", b"456", "f")]
    together = (413, "Files exceeded maximum size of 5 bytes together.")
    assert multipart.outcome(multipart(*parts), max_file_size=5, max_total_file_size=5) == together
    assert len(multipart.outcome(multipart(*parts), max_file_size=5, max_total_file_size=6)) == 2


def test_an_argument_goes_before_the_scope_and_none_leaves_it(multipart):
    request = multipart(*[multipart.part("a")] * 2)
    request.scope[FORM_LIMITS] = {"max_fields": 1}
    assert len(multipart.outcome(request, max_fields=2)) == 2
    request = multipart(*[multipart.part("a")] * 2)
    request.scope[FORM_LIMITS] = {"max_fields": 1}
    assert multipart.outcome(request, max_fields=None)[0] == 413


DEFAULTS = {
    "fields": ([part()] * 1000, [part()] * 1001),
    "files": ([part("f", 0, "f")] * 1000, [part("f", 0, "f")] * 1001),
    "the size of a field": ([part("a", MIB)], [part("a", MIB + 1)]),
    "the size of all fields": ([part("a", MIB)] * 20, [part("a", MIB)] * 20 + [part("a", 1)]),
    "the size of a name": ([part("a" * KIB)], [part("a" * (KIB + 1))]),
    "the number of headers": ([part("a", 1, None, *["X: 1"] * 7)], [part("a", 1, None, *["X: 1"] * 8)]),
    "the size of a header": ([part("a", 1, None, "X: " + "1" * 4221)], [part("a", 1, None, "X: " + "1" * 4222)]),
}


@pytest.mark.parametrize("case", DEFAULTS)
def test_the_default(multipart, case):
    fitting, beyond = ([multipart.part(*one) for one in parts] for parts in DEFAULTS[case])
    assert len(multipart.outcome(multipart(*fitting))) == len(fitting)
    assert multipart.outcome(multipart(*beyond))[0] == 413


@pytest.mark.parametrize("files", [1, 4])
def test_the_default_size_of_a_file_and_of_all_files(multipart, nowhere, files):
    chunks = [b"1" * MIB] * (200 // files)
    head = b"--x\r\n" + multipart.part("f", b"", "f")
    whole = [head, *chunks, b"\r\n"] * files
    form = multipart.runner.run(multipart.request(*whole, b"--x--").parse(sink=nowhere))
    assert sum(upload.size for upload in form.getlist("f")) == 200 * MIB
    request = multipart.request(*whole[:-1], b"1", b"2")
    with pytest.raises(FormError, match=r"413: Files? exceeded maximum size of 209715200 bytes"):
        multipart.runner.run(request.parse(sink=nowhere))
    assert request.chunks_left == [b"2"]


@pytest.mark.parametrize(
    ("filename", "reasons"),
    [
        (None, ("Part exceeded maximum size of 5 bytes.", "Fields exceeded maximum size of 9 bytes together.")),
        ("f", ("File exceeded maximum size of 5 bytes.", "Files exceeded maximum size of 9 bytes together.")),
    ],
)
def test_of_two_sizes_the_one_that_is_reached_first_is_told_and_else_that_of_the_part(multipart, filename, reasons):
    limits = {"max_part_size": 5, "max_total_field_size": 9, "max_file_size": 5, "max_total_file_size": 9}
    for size, reason in ((4, reasons[0]), (5, reasons[1])):
        parts = [multipart.part("a", b"1" * size, filename), multipart.part("a", b"1" * 99, filename)]
        assert multipart.outcome(multipart(*parts), **limits) == (413, reason)


def test_limits_can_be_lifted(multipart, no_limits):
    for case in DEFAULTS:
        beyond = [multipart.part(*one) for one in DEFAULTS[case][1]]
        assert len(multipart.outcome(multipart(*beyond), **no_limits)) == len(beyond)


def test_an_epilogue_is_not_received_beyond_a_limit(multipart):
    line, limit = b"e" * KIB, 64 * KIB + 8 * 4224
    whole = multipart.body(multipart.part("a", "1"))
    for count in (limit // KIB, limit // KIB + 5):
        request = multipart.request(whole, *[line] * count)
        assert multipart.outcome(request) == [("a", "1")]
        assert len(request.chunks_left) == max(0, count - limit // KIB - 1)


def test_what_is_outside_is_counted_anew_after_each_part(multipart):
    head = b"".join(b"X: " + b"1" * 4000 + b"\r\n" for _ in range(7))
    body = multipart.body(*[head + multipart.part("a", "1")] * 10)
    chunks = [body[index : index + KIB] for index in range(0, len(body), KIB)]
    assert multipart.outcome(multipart.request(*chunks)) == [("a", "1")] * 10


def test_a_field_beyond_its_limit_stops_growing_in_memory(multipart, traced_memory):
    head = b"--x\r\n" + multipart.part("a")
    request = multipart.request(head, *[b"1" * 1000] * 10_000)
    with traced_memory() as memory:
        multipart.outcome(request, max_part_size=100_000)
    assert memory.peak < 500_000


def test_a_thousand_files_take_little_memory(multipart, traced_memory):
    request = multipart(*[multipart.part("f", b"1" * 10, "f")] * 1000)
    with traced_memory() as memory:
        multipart.outcome(request)
    assert memory.peak < 10 * MIB
