"""Changes of a body that is valid, or nearly so."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

CHARSETS = (
    b"utf-8",
    b"UTF-8",
    b"utf8",
    b"latin-1",
    b"shift_jis",
    b"utf-16",
    b"iso-2022-jp",
    b"gb18030",
    b"idna",
    b"x" * 50,
)


def mutated(random: Random, text: bytes, delimiter: bytes, other: Callable[[], bytes]) -> bytes:
    """``text`` after one change."""
    position, end = sorted((random.randint(0, len(text)), random.randint(0, len(text))))
    end = end if random.random() < 0.3 else min(end, position + random.randrange(1, 20))
    before, slice_, after = text[:position], text[position:end], text[end:]
    kind = random.randrange(10)
    if kind == 0 and text:
        flipped = bytearray(text)
        flipped[min(position, len(text) - 1)] ^= 1 << random.randrange(8)
        return bytes(flipped)
    if kind <= 3:
        return before + token(random, delimiter) + slice_ + after
    if kind == 4:
        return before + token(random, delimiter) + after
    if kind == 5:
        return before if random.random() < 0.7 else after
    if kind == 6:
        return before + slice_ * random.choice((2, 2, 3, 50 if len(slice_) < 200 else 2)) + after
    if kind == 7:
        return before + after
    if kind == 8:
        another = other()
        return before + another[random.randint(0, len(another)) :]
    return before + bytes(random.choice(b'\r\n"\\;=&%-:\0\xff a') for _ in slice_) + after


def token(random: Random, delimiter: bytes) -> bytes:
    return random.choice(
        (
            delimiter,
            delimiter + b"\r\n",
            delimiter + b"--",
            delimiter + b"--\r\n",
            delimiter[2:],
            *(
                b"\r\n",
                b"\r",
                b"\n",
                b"\r\n\r\n",
                b"\0",
                b'"',
                b"\\",
                b";",
                b"=",
                b"&",
                b"+",
                b":",
                b"--",
                b"'",
                b" ",
                b"\t",
            ),
            *(b"%26", b"%3D", b"%", b"%F", b"%00", b"%0d%0a", b"\xff", b"\xc3", "é".encode()),
            *(
                b'; name="x"',
                b'; filename="f"',
                b"; filename*=utf-8''%41",
                b"; filename*=",
                b"charset=utf-16",
                b"; " * 40,
            ),
            b"&_charset_=" + random.choice(CHARSETS),
            delimiter + b'\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\n' + random.choice(CHARSETS),
            b'\r\nContent-Disposition: form-data; name="x"; filename="y"',
            b"\r\nContent-Type: text/plain; charset=" + random.choice(CHARSETS),
            b"\r\nContent-Length: 3",
            b"a" * random.choice((50, 300, 2000, 5000)),
            b"\r\nX: 1" * random.choice((3, 9)),
        )
    )
