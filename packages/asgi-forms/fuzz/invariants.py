"""What must hold for every case, however its body is cut into chunks and whichever entrance reads it."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from cases import URLENCODED, Case
from runs import Broken, Outcome, by_parse_form, by_parser, by_stream, media_type, run_now

SECONDS: float = 0.2
SECONDS_PER_BYTE: float = 50e-6
"""What a reading may take, of which a chunk of one byte takes most."""

MEMORY = 2 * 1024 * 1024
MEMORY_PER_BYTE = 200
"""What a reading may hold: of an urlencoded body each two bytes can be a field."""

LONG = 64 * 1024
PER_BYTE_LIMIT = 600
EXHAUSTIVE_LIMIT = 400

Reading = Callable[[list[bytes]], Coroutine[Any, Any, Outcome]]


async def check(case: Case, folder: Path) -> Outcome:
    """All that must hold of this case; raises `Broken`. Returns what its body as one chunk came to."""
    random = Random(case.seed + " chunks")
    form = reading_of(case, folder)
    whole = await timed(case, form, [case.body])
    check_text(whole)
    offset = None  # of the byte with which an error shows at the latest
    for chunks in chunkings(case, random):
        found = await timed(case, form, chunks)
        compare("chunks", whole, found, chunks)
        if set(map(len, chunks)) == {1} and found.is_refused:
            offset = min(found.received, len(case.body))
        elif offset is not None:
            check_offset(case.body, chunks, found, offset)
    kind = media_type(case)
    if kind not in (b"multipart/form-data", URLENCODED) and whole != Outcome(()):
        raise Broken("another type", f"Without a form there was {whole}, and {whole.received} chunks were received.")
    await check_stream(case, random, whole)
    if case.body_limit is None and kind in (b"multipart/form-data", URLENCODED):
        chunks = random_chunks(random, case.body)
        found = await timed(case, lambda chunks: by_parser(case, chunks, folder), chunks)
        compare("parser", whole, found, chunks)
    return whole


def reading_of(case: Case, folder: Path) -> Reading:
    return lambda chunks: by_parse_form(case, chunks, folder)


async def timed(case: Case, reading: Reading, chunks: list[bytes]) -> Outcome:
    """What a reading comes to, which must not take long; one that did may try twice more, for the machine's sake."""
    most = SECONDS + SECONDS_PER_BYTE * len(case.body)
    for _ in range(3):
        begin = time.process_time()
        found = await reading(chunks) if case.waits else run_now(reading(chunks))
        seconds = time.process_time() - begin
        if seconds <= most:
            return found
    raise Broken("slow", f"{seconds:.2f} s for {len(case.body)} bytes in {len(chunks)} chunks")


def chunkings(case: Case, random: Random) -> Iterator[list[bytes]]:
    body = case.body
    if case.is_exhaustive and len(body) <= EXHAUSTIVE_LIMIT:
        yield every(body, 1)
        for cut in range(len(body)):
            yield [body[:cut], body[cut:]]
    elif len(body) <= PER_BYTE_LIMIT or (len(body) < 5000 and random.random() < 0.1):
        yield every(body, 1)
    for _ in range(2):
        yield random_chunks(random, body)


def every(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)] or [b""]


def random_chunks(random: Random, body: bytes) -> list[bytes]:
    """Chunks of one size, or a few, cut where it matters: around line ends, delimiters and signs."""
    if random.random() < 0.3:
        return every(body, random.choice((2, 3, 7, 16, 61)) if len(body) < 5000 else 4096)
    marks = (b"\r\n", b"\r", b"\n", b"--", b"&", b"=", b"%", b";")
    cuts = {0, len(body)}
    for _ in range(random.randrange(1, 6)):
        cut = random.randint(0, len(body))
        mark = body.find(random.choice(marks), cut)
        if mark >= 0 and random.random() < 0.7:
            cut = mark + random.randrange(3)
        cuts.add(min(cut, len(body)))
    ends = sorted(cuts)
    chunks = [body[start:end] for start, end in pairwise(ends)]
    if random.random() < 0.1:
        chunks.insert(random.randint(0, len(chunks)), b"")
    return chunks or [b""]


def compare(kind: str, one: Outcome, two: Outcome, chunks: list[bytes]) -> None:
    """The same form, or the same refusal. Where a limit is broken another may be broken first, in other chunks."""
    if sum(map(len, chunks)) > LONG and (is_of_the_end(one) or is_of_the_end(two)):
        same = True  # after so long an epilogue, which is found by chunks, nobody waits for the end
    elif one.is_body_limit or two.is_body_limit:
        same = one.fields is None and two.fields is None
    elif one.is_failed or two.is_failed:
        same = True  # how often a sink is called is a matter of chunks
    elif one.fields is None and one.status == two.status == 413:
        same = True
    elif {one.status, two.status} == {400, 413}:
        # A line of headers that is too long and has a line feed in it, of which a chunk may show both at once.
        same = {"line break" in found.message or "headers of a part" in found.message for found in (one, two)} == {True}
    else:
        same = (one.fields, one.status, one.message) == (two.fields, two.status, two.message)
    if not same:
        raise Broken(kind, f"In one chunk {one}\nin {described(chunks)} {two}")


def is_of_the_end(found: Outcome) -> bool:
    return found.is_body_limit or "disconnected" in found.message


def described(chunks: list[bytes]) -> str:
    return f"{chunks!r}"[:2000] if len(chunks) <= 8 else f"{len(chunks)} chunks of {len(chunks[0])} bytes"


def check_offset(body: bytes, chunks: list[bytes], found: Outcome, offset: int) -> None:
    """Nothing more is received than the chunk in which byte by byte the error showed."""
    if not found.is_refused or found.is_body_limit:
        return
    end = 0
    for number, chunk in enumerate(chunks, 1):
        end += len(chunk)
        if end >= offset:
            if found.received > number and offset < len(body):
                raise Broken(
                    "received", f"{found.received} chunks, and byte {offset} is in chunk {number} of {chunks!r}"
                )
            return


async def check_stream(case: Case, random: Random, whole: Outcome) -> None:
    """The stream has what the form has, except that a charset named late does not change what came before."""
    takes_all = random.random() < 0.6
    chunks = random_chunks(random, case.body)
    found = await timed(case, lambda chunks: by_stream(case, chunks, random, takes_all), chunks)
    if media_type(case) != b"multipart/form-data":
        if (found.status, found.received) != (415, 0):
            raise Broken("another type", f"Streaming it gave {found}, and {found.received} chunks were received.")
        return
    if whole.is_failed:
        return
    if whole.fields is None or found.fields is None:
        compare("stream", whole, found, chunks)
        return
    has_charset = any(name == "_charset_" for name, *_ in found.fields + whole.fields)
    mine, theirs = [list(fields) for fields in (whole.fields, found.fields)]
    if len(mine) == len(theirs):
        for index, field in enumerate(theirs):
            theirs[index], mine[index] = comparable(field, mine[index], has_charset)
    if mine != theirs:
        raise Broken("stream", f"The form is {mine!r}\nin {described(chunks)} {theirs!r}")


def comparable(streamed: Any, read: Any, has_charset: bool) -> tuple[Any, Any]:
    """A field of a stream and of a form, without what one of them does not know."""
    name, filename, content, headers = streamed
    other_name, other_filename, other_content, other_headers = read
    is_bytes = isinstance(content, bytes) and filename is None  # of a field, where a form has text
    if has_charset:
        name = other_name = ""
        filename, other_filename = filename is not None, other_filename is not None
    if content is None or is_bytes or (isinstance(content, str) and has_charset):
        content = other_content = None
    if other_headers is None:
        headers = None
    return (name, filename, content, headers), (other_name, other_filename, other_content, other_headers)


def check_text(outcome: Outcome) -> None:
    """Whatever is text can be sent on and written down."""
    for text in [outcome.message, *(text for field in outcome.fields or () for text in field[:2] if text is not None)]:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Broken("text", f"{text!r} is no text that can be encoded.") from None


def check_memory(case: Case, folder: Path) -> int:
    """Bytes that a reading has held at most; raises `Broken` for too many."""
    if case.waits:
        return 0
    form = reading_of(case, folder)
    run_now(form([case.body]))
    tracemalloc.start()
    run_now(form([case.body]))
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    if held > MEMORY + MEMORY_PER_BYTE * len(case.body):
        raise Broken("memory", f"{held} bytes held for {len(case.body)}")
    return held


def garbage(complaints: list[str]) -> None:
    """Nothing that was dropped complains."""
    gc.collect()
    if complaints:
        found = Counter(complaints)
        complaints.clear()
        raise Broken("dropped", f"{found}")
