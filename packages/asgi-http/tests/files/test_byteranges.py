from email import message_from_bytes

from hypothesis import given
from hypothesis import strategies as st

from asgi_http._files.byteranges import make_boundary, multipart_layout, multipart_segments

DATA = bytes(range(256)) * 4


def body_of(ranges, boundary="B", content_type="text/plain"):
    _, part_header = multipart_layout(ranges, boundary, len(DATA), content_type)
    segments = multipart_segments(ranges, boundary, part_header)
    return b"".join(part if isinstance(part, bytes) else DATA[part[0] : part[1]] for part in segments)


def test_a_body_of_two_ranges():
    assert body_of([(65, 68), (70, 71)]) == (
        b"--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 65-67/1024\r\n\r\nABC\r\n"
        b"--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 70-70/1024\r\n\r\nF\r\n"
        b"--B--"
    )


ranges_of_data = st.lists(
    st.tuples(st.integers(0, 1000), st.integers(1, 24)).map(lambda pair: (pair[0], sum(pair))), min_size=1, max_size=5
)


@given(ranges_of_data)
def test_the_length_is_known_before(ranges):
    length, _ = multipart_layout(ranges, "B" * 26, len(DATA), "text/html; charset=utf-8")
    assert length == len(body_of(ranges, "B" * 26, "text/html; charset=utf-8"))


@given(ranges_of_data)
def test_a_reader_of_multipart_bodies_reads_it(ranges):
    boundary = make_boundary()
    head = f'Content-Type: multipart/byteranges; boundary="{boundary}"\r\n\r\n'.encode()
    message = message_from_bytes(head + body_of(ranges, boundary, "application/octet-stream"))
    parts = message.get_payload()
    assert [part["content-range"] for part in parts] == [f"bytes {start}-{end - 1}/1024" for start, end in ranges]
    assert [part.get_content_type() for part in parts] == ["application/octet-stream"] * len(ranges)


def test_boundaries_are_random():
    boundaries = {make_boundary() for _ in range(100)}
    assert len(boundaries) == 100
    assert all(len(boundary) == 26 and int(boundary, 16) >= 0 for boundary in boundaries)


def test_a_header_is_made_once_for_each_range():
    made = []

    class Boundary(str):
        def __format__(self, spec):
            made.append(True)
            return str(self)

    body = body_of([(number * 4, number * 4 + 2) for number in range(50)], Boundary("B"))
    assert body.count(b"--B\r\n") == 50
    assert len(made) < 60
