import subprocess
import sys

import pytest

import asgi_forms.sinks
from asgi_forms import form
from asgi_forms.sinks import HashSink, MemorySink, PathSink, SinkFactory, SpooledSink, UploadSink, WriterSink


def test_each_sink_is_one_and_says_what_it_does():
    kinds = [getattr(asgi_forms.sinks, name) for name in asgi_forms.sinks.__all__ if name.endswith("Sink")]
    assert set(kinds) == {HashSink, MemorySink, PathSink, SpooledSink, UploadSink, WriterSink}
    assert all(issubclass(kind, UploadSink) for kind in kinds)
    assert all(">>> " in kind.__doc__ for kind in kinds)


def test_the_root_loads_neither_this_module_nor_what_its_sinks_need():
    heavy = ["asgi_forms.sinks", "anyio", "hashlib", "multipart", "pathlib", "tempfile", "threading"]
    program = (
        f"import sys; before = set(sys.modules); import asgi_forms; print(set({heavy}) & set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.anyio
async def test_each_file_of_a_form_can_go_somewhere_else(multipart, tmp_path):
    parts = []

    async def write(part):
        parts.append(part)

    def sink(head):
        sinks = {
            "hash": HashSink(MemorySink(), "md5"),
            "path": PathSink(tmp_path / "new"),
            "memory": MemorySink(),
            "writer": WriterSink(write, chunk_size=3),
        }
        return sinks.get(head.name) or SpooledSink()

    chosen: SinkFactory = sink
    names = ["hash", "path", "memory", "writer", "other"]
    request = multipart(*(multipart.part(name, b"content", "a.txt") for name in names))
    async with form(request.scope, request.receive, sink=chosen) as fields:
        kinds = [HashSink, PathSink, MemorySink, WriterSink, SpooledSink]
        assert [type(fields[name].sink) for name in names] == kinds
        assert fields["hash"].sink.hexdigest() == "9a0364b9e99bb480dd25e1f0284c8555"
        assert [await fields[name].read() for name in ("hash", "path", "memory", "other")] == [b"content"] * 4
        assert parts == [b"con", b"ten", b"t"]
