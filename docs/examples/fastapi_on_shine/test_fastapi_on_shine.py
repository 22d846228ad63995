"""The shop under uvicorn, on Starlette and on shine: what is asked of both has the same answers."""

from __future__ import annotations

import re
import runpy
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

HERE = Path(__file__).parent
ASKED: list[Any] = runpy.run_path(str(HERE / "requests_sent.py"))["ASKED"]

Answer = tuple[int, dict[str, list[str]], str]

OTHER_ANSWERS = {
    "JSON in no charset": "422 as for all malformed JSON, not 400",
    "deep JSON": "422 as for all malformed JSON, not 400",
    "malformed JSON": "400, not 500: it is the client's fault",
    "a quoted file name": 'browsers write %22 for a quotation mark, so it is ".',
    "a part without a name": "a part that has no Content-Disposition at all is Invalid multipart data.",
    "a broken stream": "the connection breaks off; with BaseHTTPMiddleware Starlette sends a part as if it were all",
    "no such range": "400 and 416 are HTTPExceptions, which FastAPI answers in JSON",
    "an empty range": "400 and 416 are HTTPExceptions, which FastAPI answers in JSON",
    "no range": "400 and 416 are HTTPExceptions, which FastAPI answers in JSON",
}
"""Answers that differ on purpose."""

OTHER_HEADERS: dict[str, tuple[str, Callable[[str, str, str], bool]]] = {
    "etag": ("made of nanoseconds and size", lambda theirs, ours, url: bool(theirs and ours)),
    "vary": (
        "304, 206 and HEAD say what the 200 says as well",
        lambda theirs, ours, url: set(theirs.split(", ")) < set(ours.split(", ")),
    ),
    "cache-control": (
        "private with a session's cookie, no-cache for the page in place of a missing file",
        lambda theirs, ours, url: not theirs and ours in ("private", "no-cache"),
    ),
    "accept-ranges": ("no ranges of what is compressed on the way", lambda theirs, ours, url: not ours),
    "content-disposition": (
        "a plain name for clients that know no other",
        lambda theirs, ours, url: ours.endswith(theirs.partition("; ")[2]),
    ),
    "location": ("the slash redirect is relative", lambda theirs, ours, url: urljoin(url, ours) == theirs),
    "access-control-allow-credentials": ("nothing for foreign origins", lambda theirs, ours, url: not ours),
    "access-control-allow-headers": ("nothing for foreign origins", lambda theirs, ours, url: not ours),
    "access-control-allow-methods": ("nothing for foreign origins", lambda theirs, ours, url: not ours),
    "access-control-expose-headers": ("nothing for foreign origins", lambda theirs, ours, url: not ours),
    "access-control-max-age": ("nothing for foreign origins", lambda theirs, ours, url: not ours),
}
"""Headers that differ on purpose, and how they may."""


@pytest.fixture(name="shops", scope="module")
def shops_fixture(serve: Any) -> Iterator[dict[str, Any]]:
    """The servers: the same application, started in two ways."""
    on_shine = {"SHINE_APP": "seen:app"}
    with ExitStack() as stack:
        starlette = stack.enter_context(serve("uvicorn", "seen:app", HERE))
        shine = stack.enter_context(serve("uvicorn", "shine.run_as_starlette:app", HERE, env=on_shine))
        yield {"starlette": starlette, "shine": shine}


@pytest.fixture(name="answers", scope="module")
def answers_fixture(shops: Any) -> list[tuple[Answer, Answer]]:
    """All answers of both, in order: some depend on what was asked before."""
    return list(zip(all_answers(shops["starlette"]), all_answers(shops["shine"]), strict=True))


def client_of(served: Any) -> httpx.Client:
    # A connection for each request: after an error uvicorn closes it, sooner or later.
    limits = httpx.Limits(max_keepalive_connections=0)
    headers = {"accept-encoding": "identity"}
    return httpx.Client(base_url=served.url, timeout=30, headers=headers, limits=limits, cookies=None)


def all_answers(served: Any) -> Iterator[Answer]:
    with client_of(served) as client:
        for asked in ASKED:
            yield answer_to(client, asked, str(served.port))


def answer_to(client: httpx.Client, asked: Any, port: str) -> Answer:
    try:
        response = client.request(asked.method, asked.path, **asked.more)
    except httpx.RemoteProtocolError:
        return 0, {}, "broken off"
    boundary = re.search(r"boundary=(\S+)", response.headers.get("content-type", ""))

    def plain(text: str) -> str:
        """What does not depend on the time, the port and chance."""
        text = text.replace(f":{port}", ":PORT")
        text = re.sub(r"shop=[\w.=-]{20,}", "shop=SIGNED", text)
        text = re.sub(r"expires=[^;]{29}", "expires=THEN", text)
        return text.replace(boundary[1], "BOUNDARY") if boundary else text

    headers: dict[str, list[str]] = {}
    for name, value in response.headers.multi_items():
        if name != "date":
            headers.setdefault(name, []).append(plain(value))
    if "allow" in headers:  # FastAPI has the methods in a set
        headers["allow"] = [", ".join(sorted(headers["allow"][0].split(", ")))]
    return response.status_code, headers, plain(response.content.decode("latin-1"))


def other_headers(asked: Any, theirs: Answer, ours: Answer) -> set[str]:
    """The headers in which two answers differ; those that may not differ in this way are a failure."""
    url = f"http://127.0.0.1:PORT{asked.path}"
    found = {name for name in theirs[1].keys() | ours[1].keys() if theirs[1].get(name) != ours[1].get(name)}
    for name in found:
        values = [", ".join(answer[1].get(name, [])) for answer in (theirs, ours)]
        assert name in OTHER_HEADERS, (name, values)
        assert OTHER_HEADERS[name][1](*values, url), (name, values)
    return found


@pytest.mark.parametrize("index", range(len(ASKED)), ids=lambda index: f"{index}-{ASKED[index]}")
def test_an_answer(answers: list[tuple[Answer, Answer]], index: int) -> None:
    asked, (theirs, ours) = ASKED[index], answers[index]
    if asked.name in OTHER_ANSWERS:
        assert (ours[0], ours[2]) != (theirs[0], theirs[2])
        return
    assert (ours[0], ours[2]) == (theirs[0], theirs[2])
    other_headers(asked, theirs, ours)


def test_the_tables_of_differences_have_nothing_else(answers: list[tuple[Answer, Answer]]) -> None:
    assert {asked.name for asked in ASKED} == {"", *OTHER_ANSWERS}
    found: set[str] = set()
    for asked, (theirs, ours) in zip(ASKED, answers, strict=True):
        if asked.name not in OTHER_ANSWERS:
            found |= other_headers(asked, theirs, ours)
    assert found == OTHER_HEADERS.keys()


def test_every_route_was_asked_for(shops: Any) -> None:
    paths = httpx.get(f"{shops['shine'].url}/openapi.json").json()["paths"]
    assert sum(map(len, paths.values())) > 100
    del paths["/streams/endless"]  # which has a test of its own
    for path, methods in paths.items():
        pattern = re.compile(re.sub(r"\{rest\}", ".*", path).replace("{", "(?P<").replace("}", ">[^/]+)"))
        for method in methods:
            assert any(
                asked.method == method.upper() and pattern.fullmatch(asked.path.partition("?")[0]) for asked in ASKED
            ), (method, path)


def test_which_files_are_loaded(shops: Any) -> None:
    assert "/starlette/routing.py" in httpx.get(f"{shops['starlette'].url}/loaded").text
    assert httpx.get(f"{shops['shine'].url}/loaded").text == ""


def talk(url: str, path: str, sends: list[str | bytes], **more: Any) -> list[Any]:
    """What is received on a WebSocket, one message for each that is sent, and how it ends."""
    heard: list[Any] = []
    try:
        with connect(url.replace("http", "ws") + path, open_timeout=10, close_timeout=10, **more) as websocket:
            assert websocket.response is not None
            heard += [websocket.subprotocol, websocket.response.headers.get("x-socket")]
            for message in sends:
                websocket.send(message)
                heard.append(websocket.recv(timeout=10))
            if not path.startswith(("/ws/echo", "/ws/json")):
                while True:
                    heard.append(websocket.recv(timeout=10))
    except InvalidStatus as refused:
        heard += [refused.response.status_code, refused.response.body]
    except ConnectionClosed as closed:
        heard += [closed.rcvd and (closed.rcvd.code, closed.rcvd.reason)]
    return heard


SOCKETS: dict[str, tuple[str, list[str | bytes], dict[str, Any]]] = {
    "echo": ("/ws/echo", ["a", "é" * 1000], {}),
    "large": ("/ws/echo", ["x" * (900 << 10)], {}),
    "json": ("/ws/json", ['{"a": [1, null]}', "3"], {}),
    "bytes": ("/ws/bytes", [b"abc"], {"subprotocols": ["other", "chat"]}),
    "room": ("/ws/rooms/7?key=k", [], {}),
    "room by cookie": ("/ws/rooms/7", [], {"additional_headers": {"cookie": "color=c"}}),
    "room of another page": ("/ws/rooms/7?key=k", [], {"origin": "https://other.example"}),
    "no key": ("/ws/rooms/7", [], {}),
    "no number": ("/ws/rooms/x?key=k", [], {}),
    "refused": ("/ws/refused", [], {}),
    "closed": ("/ws/closed", [], {}),
    "late": ("/ws/late", [], {}),
    "bug": ("/ws/bug", [], {}),
    "resource": ("/ws/resource", [], {}),
    "nowhere": ("/ws/nowhere", [], {}),
    "a page": ("/text", [], {}),
}


@pytest.mark.parametrize("name", SOCKETS)
def test_a_websocket(shops: Any, name: str) -> None:
    path, sends, more = SOCKETS[name]
    theirs, ours = (talk(served.url, path, sends, **more) for served in shops.values())
    assert len(theirs) > 1
    assert ours == theirs


def wait_for(served: Any, path: str, text: str) -> None:
    deadline = time.monotonic() + 10
    while text not in httpx.get(served.url + path).text:
        assert time.monotonic() < deadline, httpx.get(served.url + path).text
        time.sleep(0.02)


@pytest.mark.parametrize("name", ["starlette", "shine"])
def test_what_is_done_later_and_a_client_that_leaves(shops: Any, name: str) -> None:
    served = shops[name]
    httpx.post(f"{served.url}/streams/background/second").raise_for_status()
    for done in ("async second", "sync second", "sync dependency second"):
        wait_for(served, "/streams/done", done)
    with httpx.stream("GET", f"{served.url}/streams/endless") as response:
        assert next(response.iter_text()).startswith("again")
    wait_for(served, "/streams/done", "endless ended")
    with connect(f"ws://127.0.0.1:{served.port}/ws/echo") as websocket:
        websocket.close(4321)
    wait_for(served, "/ws/left", "4321")


def test_the_server_logs_an_error_and_the_lifespan_ends(serve: Any) -> None:
    errors, ends = [], []
    for app, env in (("seen:app", {}), ("shine.run_as_starlette:app", {"SHINE_APP": "seen:app"})):
        with serve("uvicorn", app, HERE, env=env) as served:
            assert httpx.get(f"{served.url}/bug").status_code == 500
        errors.append(served.log.count("LookupError: a bug"))
        ends.append(served.log.count("shop closed"))
    assert errors == [2, 1]  # Starlette's BaseHTTPMiddleware has it twice, the second time out of a group
    assert ends == [1, 1]
