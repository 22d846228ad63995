"""Bodies that browsers and other clients really sent are read as they were meant, wherever they are cut.

They are in the folder corpus, whose capture.py makes them anew.
"""

import hashlib
import json
import re
from functools import cache
from pathlib import Path

import pytest

from asgi_forms import stream_multipart

CAPTURES = Path(__file__).parent / "corpus" / "captures"
NAMES = sorted(path.stem for path in CAPTURES.glob("*.json"))
UNREADABLE = ("euc-jp-nec", "gbk-euro")
"""Charsets of which a capture in Chromium is not read as it was meant: Python has no codec with these characters."""

EVERY_CUT = 8 * 1024
"""Bytes of a body up to which it is cut everywhere, and not near its delimiters only."""


@cache
def capture(name):
    """A body, its content type and what was meant by it."""
    about = json.loads((CAPTURES / f"{name}.json").read_text("ascii"))
    return (CAPTURES / f"{name}.bin").read_bytes(), about["content_type"], about["expected"]


def is_multipart(name):
    return capture(name)[1].startswith("multipart/")


def fields(form):
    """The fields of a form as plain tuples; its files are closed."""
    found = []
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.append((name, value))
        else:
            found.append((name, value.filename, value.content_type, value.file.read()))
            value.file.close()
    return found


def entries(found):
    """Such tuples in the words of the JSON."""
    return [dict(zip(("name", "value"), field, strict=True)) if len(field) == 2 else file(*field) for field in found]


def file(name, filename, content_type, content):
    """The same as corpus/recorder.py has it: a large content is there as its hash."""
    entry = {"name": name, "filename": filename, "content_type": content_type}
    if len(content) <= 1024:
        return {**entry, "content": content.decode("latin-1")}
    return {**entry, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def cuts(body, content_type):
    """Where a body is cut in two."""
    if len(body) <= EVERY_CUT:
        return range(len(body) + 1)
    boundary = re.search(r'boundary="?([^";]+)', content_type)[1].encode()
    near = [range(max(0, at.start() - 200), at.end() + 200) for at in re.finditer(re.escape(boundary), body)]
    return sorted({cut for cuts in (*near, range(0, len(body), 997)) for cut in cuts if cut <= len(body)})


def with_faults(names):
    """These captures, with those marked that are not read as they were meant."""
    faults = {f"chromium-{way}charset-{case}" for case in UNREADABLE for way in ("", "urlencoded-")}
    no_codec = pytest.mark.xfail(reason="Python's codec differs from what browsers do")
    return [pytest.param(name, marks=no_codec) if name in faults else name for name in names]


def pieces(body, size):
    return [body[start : start + size] for start in range(0, len(body), size)] or [b""]


def test_every_client_is_there():
    assert {name.partition("-")[0] for name in NAMES} == {"chromium", "curl", "httpx", "requests", "urllib3"}
    assert {path.stem for path in CAPTURES.glob("*.bin")} == set(NAMES)
    assert len(NAMES) > 200


@pytest.mark.parametrize("name", with_faults(NAMES))
def test_a_form_is_read_as_it_was_meant_and_cut_into_pieces(upload, name):
    body, content_type, expected = capture(name)
    for chunks in ([body], pieces(body, 1), pieces(body, 3)):
        form = upload(*chunks, content_type=content_type).parse_now()
        assert entries(fields(form)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_form_is_the_same_wherever_it_is_cut_in_two(upload, name):
    body, content_type, _ = capture(name)
    whole = fields(upload(body, content_type=content_type).parse_now())
    for cut in cuts(body, content_type):
        form = upload(body[:cut], body[cut:], content_type=content_type).parse_now()
        assert fields(form) == whole, f"cut at byte {cut}: {body[:cut][-40:]} | {body[cut:][:40]}"


@pytest.mark.parametrize("name", with_faults(filter(is_multipart, NAMES)))
@pytest.mark.parametrize("size", [1, 3, 100_000])
def test_a_stream_has_the_same_parts(upload, name, size):
    body, content_type, expected = capture(name)
    if name == "chromium-charset-comes-last":  # to whom reads on, the charset of what has passed is no longer of use
        expected = [{"name": "\xe9\xcd\xd1", "value": "\xe9\xcd\xd1"}, *expected[1:]]
    request = upload(*pieces(body, size), content_type=content_type)
    assert entries(now(parts(request))) == expected


async def parts(request):
    found = []
    async for part in stream_multipart(request.scope, request.receive):
        if part.filename is None:
            found.append((part.name, await part.text()))
        else:
            found.append((part.name, part.filename, part.content_type, await part.read()))
    return found


def now(coroutine):
    """What a coroutine returns that has nothing to wait for."""
    with pytest.raises(StopIteration) as done:
        coroutine.send(None)
    return done.value.value
