"""Cases for the fuzzer of forms: requests with a body, valid ones by a grammar, and others by changing those."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote_plus

from mutations import CHARSETS, mutated

CORPUS = Path(__file__).parent.parent / "tests" / "corpus"
URLENCODED = b"application/x-www-form-urlencoded"

WORDS = (
    b"",
    b"a",
    b"name",
    b"tag",
    b"file",
    b"_charset_",
    b"x" * 40,
    "Zoë".encode(),
    "日本".encode(),
    b"\xe4\xff",
    b"a b",
)
ODD_NAMES = (
    b"%22",
    b'\\"',
    b"\\\\",
    b"%0D%0A",
    b"C:\\\\f.txt",
    b"C:\\f.txt",
    b"../../etc/passwd",
    b"a;b",
    b"a=b",
    b"\t",
)
VALUES = (
    b"",
    b"v",
    b"Hello, world!",
    b"\r\n",
    b"\r",
    b"\n",
    b"\r\n--",
    b"--",
    b"\0\xff\xfe",
    "Zoë 日本".encode(),
    b"%41%",
    b"=&",
)
OTHER_TYPES = (
    b"",
    b"text/plain",
    b"application/json",
    b"multipart/mixed; boundary=x",
    b"multipart/form-data",
    b"multipart",
)
SINKS = {  # and how often each is taken; those that wait for threads take long
    "default": 500,
    "counted": 250,
    "failing": 100,
    "memory": 30,
    "hash": 30,
    "no file": 10,
    "writer": 10,
    "spooled": 10,
    "path": 5,
}
BOUNDARY_SIGNS = b"abcXYZ0129'()+_,-./:=? "


@dataclass
class Case:
    """One request with a form, and how it is to be read."""

    seed: str
    content_type: bytes | None
    body: bytes
    limits: dict[str, float] = field(default_factory=dict)
    body_limit: int | None = None
    content_length: bytes | None = None
    sink: str = "default"
    is_complete: bool = True  # else the client disconnects after the body
    is_exhaustive: bool = False  # cut at every byte in turn

    @property
    def waits(self) -> bool:
        """Whether there may be work for threads: files on disk, much text, names that are decoded again."""
        is_long = len(self.body) > (5000 if b"_charset_" in self.body else 128 * 1024)
        return is_long or self.sink in ("no file", "writer", "spooled", "path")


Seed = tuple[bytes, bytes]  # content type and body


def read_corpus(folder: Path = CORPUS) -> list[Seed]:
    """The recorded bodies: each ``*.bin`` with what is said of it in the ``*.json`` beside."""
    seeds = []
    for path in sorted(folder.rglob("*.bin")):
        body, about = path.read_bytes(), path.with_suffix(".json")
        strings = list(strings_in(json.loads(about.read_text("utf-8")))) if about.exists() else []
        types = [text for text in strings if re.match(r"(?i)multipart/form-data|application/x-www-form", text)]
        content_type = types[0].encode("latin-1", "replace") if types else guessed_type(body)
        seeds.append((content_type, body))
    return seeds


def strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings_in(inner)


def guessed_type(body: bytes) -> bytes:
    first = body.partition(b"\r\n")[0]
    return b"multipart/form-data; boundary=" + first[2:] if first.startswith(b"--") else URLENCODED


def made_case(seed: str, corpus: list[Seed]) -> Case:
    """The case of that seed: always the same as long as the corpus is."""
    random = Random(seed)
    content_type, body = made_body(random, corpus)
    for _ in range(random.choice((0, 0, 1, 1, 2, 4))):
        body = mutated(random, body, delimiter_of(content_type), lambda: made_body(random, corpus)[1])
    if random.random() < 0.1:
        content_type = mutated(random, content_type, b"boundary=", lambda: odd_content_type(random))
    case = Case(seed, content_type if random.random() > 0.01 else None, body)
    case.limits = made_limits(random)
    if random.random() < 0.05:
        case.body_limit = random.randrange(2 * len(body) + 2)
    if random.random() < 0.1:
        case.content_length = random.choice(
            (b"%d" % len(body), b"0", b"-1", b"x", b"9" * 50, b"%d" % random.randrange(2000))
        )
    case.is_complete = random.random() > 0.03
    case.sink = random.choices(sorted(SINKS), [SINKS[name] for name in sorted(SINKS)])[0]
    return case


def made_body(random: Random, corpus: list[Seed]) -> Seed:
    kind = random.random()
    if corpus and kind < 0.25:
        content_type, body = random.choice(corpus)
        return content_type, body[: 64 * 1024]
    if kind < 0.45:
        charset = b"; charset=" + random.choice(CHARSETS) if random.random() < 0.2 else b""
        return URLENCODED + charset, urlencoded_body(random)
    if kind < 0.47:
        return odd_content_type(random), urlencoded_body(random)
    boundary = made_boundary(random)
    return multipart_type(random, boundary), multipart_body(random, boundary)


def urlencoded_body(random: Random) -> bytes:
    count = random.choice((0, 1, 2, 5, 20, 1100 if random.random() < 0.05 else 3))
    fields = []
    for _ in range(count):
        name, value = random.choice(WORDS + ODD_NAMES), random.choice(VALUES + CHARSETS)
        if random.random() < 0.6:
            name, value = quote_plus(name).encode(), quote_plus(value).encode()
        fields.append(random.choice((name + b"=" + value, name + b"=" + value, name, b"", b"=" + value)))
    return b"&".join(fields)


def made_boundary(random: Random) -> bytes:
    kind = random.random()
    if kind < 0.3:
        return random.choice(
            (b"x", b"-", b"--", b"----WebKitFormBoundaryABCDEFGHIJKLMNOP", b"-" * 20 + b"1234", b"0" * 70)
        )
    length = 201 if kind > 0.99 else random.randrange(1, 30)
    return bytes(random.choice(BOUNDARY_SIGNS) for _ in range(length)).strip() or b"b"


def multipart_type(random: Random, boundary: bytes) -> bytes:
    kind = random.choice(
        (b"multipart/form-data", b"multipart/form-data", b"Multipart/Form-Data ", b"multipart/form-data;")
    )
    written = boundary if random.random() < 0.5 and not set(boundary) & set(b";,") else b'"' + boundary + b'"'
    parameters = [b"boundary=" + written]
    if random.random() < 0.1:
        parameters.append(b"charset=" + random.choice(CHARSETS))
    if random.random() < 0.03:
        parameters.append(random.choice((b"boundary=other", b"x=" + b"y" * 300, b"", b"q", b'q="\\"')))
    if random.random() < 0.2:
        random.shuffle(parameters)
    return kind + b"; " + b"; ".join(parameters)


def odd_content_type(random: Random) -> bytes:
    if random.random() < 0.5:
        return random.choice(OTHER_TYPES)
    tokens = (
        b"multipart/form-data",
        b"; ",
        b"boundary",
        b"=",
        b'"',
        b"\\",
        b"x",
        b"charset=",
        b"\xff",
        b" ",
        b";" * 40,
    )
    return b"multipart/form-data" + b"".join(random.choices(tokens, k=random.randrange(12)))


def multipart_body(random: Random, boundary: bytes) -> bytes:
    count = random.choice((0, 1, 1, 2, 3, 6))
    if random.random() < 0.004:
        count = 1005
    parts = [random.choice((*[b""] * 20, b"\r\n", b"preamble\r\n", b"junk", b"\r\n" * 30))]
    for _ in range(count):
        is_first = not parts[-1] and len(parts) == 1
        parts.append((b"" if is_first else b"\r\n") + b"--" + boundary + line_end(random))
        parts.append(part_head(random) if count < 100 else b'Content-Disposition: form-data; name="a"\r\n\r\n')
        parts.append(content(random, boundary) if count < 100 else b"v")
    if count == 0:
        parts.append(b"--" + boundary + b"--\r\n")
    else:
        final = b"\r\n--" + boundary + b"--"
        parts.append(random.choice((final + b"\r\n", final + b"\r\n", final, b"", final[:-1], final + b"\r\nepilogue")))
    if random.random() < 0.005:
        outside = b"outside of any part\r\n" * 8000
        parts = [outside, *parts] if random.random() < 0.1 else [*parts, outside]
    return b"".join(parts)


def line_end(random: Random) -> bytes:
    return b"\r\n" if random.random() < 0.97 else random.choice((b"\n", b"\r", b" \r\n", b"", b"-\r\n", b"\r\n\r\n"))


def part_head(random: Random) -> bytes:
    """The headers of a part, and the empty line after them."""
    lines = [disposition(random)]
    if random.random() < 0.3:
        kind = random.choice((b"text/plain", b"image/png", b"", b"text/plain; charset=" + random.choice(CHARSETS)))
        lines.append(b"Content-Type: " + kind)
    if random.random() < 0.1:
        lines.append(
            random.choice(
                (
                    b"X-Extra: \xff\0",
                    b"Content-Length: %d" % random.randrange(20),
                    b"Content-Length: x",
                    b" continued",
                    b"\t",
                    b"no colon",
                    b"bad name: 1",
                    b": 1",
                    b"X: a\nb",
                    b"X: a\rb",
                    b"Content-Transfer-Encoding: base64",
                    disposition(random),
                    b"X: " + b"y" * random.choice((10, 100, 4221, 4224, 6000)),
                    b"\r\n".join(b"X-%d: 1" % number for number in range(9)),
                )
            )
        )
    if random.random() < 0.2:
        random.shuffle(lines)
    if random.random() < 0.01:
        lines.clear()
    return b"\r\n".join(lines) + (b"\r\n\r\n" if lines else b"\r\n")


def disposition(random: Random) -> bytes:
    header = random.choice(
        (b"Content-Disposition: ", b"Content-Disposition: ", b"content-disposition:", b"CONTENT-DISPOSITION:\t")
    )
    kind = b"form-data" if random.random() < 0.97 else random.choice((b"attachment", b"", b"Form-Data", b"form-data ;"))
    parameters = [parameter(random, b"name", random.choice(WORDS + ODD_NAMES))] if random.random() < 0.98 else []
    if random.random() < 0.5:
        parameters.append(parameter(random, b"filename", random.choice(WORDS + ODD_NAMES)))
    if random.random() < 0.08:
        parameters.append(
            b"filename*="
            + random.choice((b"utf-8''%E2%82%AC.txt", b"UTF-8'en'%FF", b"x''a", b"utf-8'", b"iso-8859-1''%A3"))
        )
    if random.random() < 0.04:
        parameters.append(
            random.choice((b"name=again", b'filename="again"', b"size=3", b"", b"broken", b'open="', b";" * 40))
        )
    if random.random() < 0.1:
        random.shuffle(parameters)
    return header + kind + b"".join(random.choice((b"; ", b"; ", b";", b" ;\t")) + one for one in parameters)


def parameter(random: Random, name: bytes, value: bytes) -> bytes:
    if random.random() < 0.03:
        name = name.upper()
    return name + b"=" + (b'"' + value + b'"' if random.random() < 0.95 else value)


def content(random: Random, boundary: bytes) -> bytes:
    kind = random.random()
    if kind < 0.5:
        return random.choice(VALUES + CHARSETS)
    if kind < 0.8:
        delimiter = b"\r\n--" + boundary
        baits = (
            b"\r",
            b"\n",
            b"\r\n",
            b"\r\r\n",
            delimiter[:-1],
            delimiter[: random.randrange(len(delimiter))],
            b"-",
            b"a",
        )
        return b"".join(random.choices(baits, k=random.randrange(1, 12)))
    if kind < 0.9995:
        return random.randbytes(random.choice((1, 10, 100, 1000)))
    return random.randbytes(1000) * random.choice((100, 1500))


def made_limits(random: Random) -> dict[str, float]:
    """Mostly none, then a few small ones."""
    if random.random() < 0.65:
        return {}
    biggest = {
        "max_fields": 4,
        "max_files": 3,
        "max_part_size": 30,
        "max_total_field_size": 60,
        "max_file_size": 60,
        "max_total_file_size": 100,
        "max_name_size": 20,
        "max_headers": 4,
        "max_header_size": 120,
    }
    chosen = random.sample(sorted(biggest), random.choice((1, 1, 2, 5)))
    return {name: math.inf if random.random() < 0.1 else random.randrange(biggest[name] + 1) for name in chosen}


def delimiter_of(content_type: bytes) -> bytes:
    found = re.search(rb'(?i)boundary="?([^";]*)', content_type)
    return b"\r\n--" + found[1] if found else b"&"
