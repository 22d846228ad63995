"""How the body of a request comes to the application."""

import anyio
import anyio.lowlevel
import pytest

from shine.testclient import AsyncTestClient, TestClient

START = {"type": "http.response.start", "status": 200, "headers": []}


async def parts(scope, receive):
    messages = [await receive()]
    while messages[-1]["more_body"]:
        messages.append(await receive())
    return [message["body"] for message in messages]


@pytest.mark.parametrize(
    ("request_options", "expected"),
    [({}, [b""]), ({"content": "é"}, ["é".encode()]), ({"json": [1]}, [b"[1]"]), ({"data": {"a": "b"}}, [b"a=b"])],
    ids=["none", "text", "json", "form"],
)
def test_what_is_in_memory_comes_in_one_part(ask, answers, request_options, expected):
    assert ask(answers(parts), method="POST", **request_options).text == repr(expected)


def test_a_generator_comes_part_by_part(backend, answers):
    client = TestClient(answers(parts), backend=backend)
    assert client.post("/", content=(part for part in [b"a", b"", b"b"])).text == repr([b"a", b"b", b""])


async def test_an_async_generator_comes_part_by_part(answers):
    async def content():
        for part in (b"a", b"b"):
            await anyio.lowlevel.checkpoint()
            yield part

    async with AsyncTestClient(answers(parts), lifespan=False) as client:
        assert (await client.post("/", content=content())).text == repr([b"a", b"b", b""])


def test_files_are_read_in_threads_and_not_one_by_one(ask, tmp_path):
    (tmp_path / "a.bin").write_bytes(b"x" * 150_000)
    sizes = []

    async def app(scope, receive, send):
        sizes[:] = [len(part) for part in await parts(scope, receive)]
        await send(START)
        await send({"type": "http.response.body"})

    with (tmp_path / "a.bin").open("rb") as file:
        files = {"a": ("a.bin", file, "application/octet-stream"), "b": ("b.txt", b"text", "text/plain")}
        response = ask(app, method="POST", files=files, data={"c": "d"})
    assert response.status_code == 200
    assert sum(sizes) > 150_000
    assert all(size >= 64 * 1024 for size in sizes[:-2])
    assert len(sizes) <= 4


def test_an_application_may_leave_a_generator_unread(backend, sends):
    def content():
        yield b"a"
        yield b"b"

    async def app(scope, receive, send):
        await receive()
        await send(START)
        await send({"type": "http.response.body"})

    assert TestClient(app, backend=backend).post("/", content=content()).status_code == 200


async def test_an_application_may_leave_an_async_generator_unread():
    async def app(scope, receive, send):
        await send(START)
        await send({"type": "http.response.body"})

    async def content():
        yield b"a"

    async with AsyncTestClient(app, lifespan=False) as client:
        assert (await client.post("/", content=content())).status_code == 200


async def test_a_generator_that_fails_fails_the_application_that_reads_it_and_is_no_complete_body():
    seen = []

    async def app(scope, receive, send):
        seen.append(await receive())
        with pytest.raises(ZeroDivisionError):
            await receive()
        seen.append(await receive())
        await send({**START, "status": 400})
        await send({"type": "http.response.body"})

    async def content():
        yield b"a"
        raise ZeroDivisionError

    async with AsyncTestClient(app, lifespan=False) as client:
        assert (await client.post("/", content=content())).status_code == 400
    assert seen == [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}]


async def test_a_generator_that_a_forgotten_task_reads_when_the_application_ends():
    async def app(scope, receive, send):
        await send(START)
        await send({"type": "http.response.body"})
        tasks.start_soon(receive)
        await anyio.sleep(0.01)

    async def content():
        yield await waiting.wait()

    waiting = anyio.Event()
    async with anyio.create_task_group() as tasks:
        async with AsyncTestClient(app, lifespan=False) as client:
            assert (await client.post("/", content=content())).status_code == 200
        tasks.cancel_scope.cancel()
