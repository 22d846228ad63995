"""Sessions around FastAPI, Litestar, Quart and Starlette, under a real uvicorn: in each way, and kept in each way."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

HERE = Path(__file__).parent
PLACES = {
    "fastapi": ["inside", "around", "mounted"],
    "litestar": ["inside", "around"],
    "quart": ["inside", "around", "beside", "as-its-own"],
    "starlette": ["inside", "around", "mounted"],
}
KINDS = ["cookie", "encrypted", "memory", "sqlite"]
STORED = ["memory", "sqlite"]
SOME_ID = "x" * 43
"""An id that no store knows."""


@pytest.fixture(name="served", scope="module")
def served_fixture(serve: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    env = {"SESSIONS": str(tmp_path_factory.mktemp("sessions") / "sessions.sqlite3")}
    with serve("uvicorn", "sessions_everywhere:app", HERE, env=env) as served:
        yield served


@pytest.fixture(name="place", params=[f"{framework}/{way}" for framework, ways in PLACES.items() for way in ways])
def place_fixture(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def visitor(served: Any, place: str, kind: str) -> httpx.Client:
    """A client that keeps cookies, as a browser does."""
    return httpx.Client(base_url=f"{served.url}/{place}/{kind}", timeout=20, verify=False)  # no authorities to load


def cookie_of(client: httpx.Client, place: str) -> str:
    name = "sid" if place == "quart/beside" else "session"
    return f"{name}={client.cookies[name]}"


def talk(client: httpx.Client) -> Any:
    """What a WebSocket says that has the cookies of this client."""
    url = str(client.base_url).replace("http", "ws", 1) + "talk"
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    with connect(url, additional_headers={"Cookie": cookies} if cookies else {}, open_timeout=20) as socket:
        return json.loads(socket.recv(timeout=20))


@pytest.mark.parametrize("kind", KINDS)
def test_who_signs_in_is_known_until_they_sign_out(served: Any, place: str, kind: str) -> None:
    with visitor(served, place, kind) as client:
        nobody = client.get("/who")
        assert (nobody.json(), nobody.headers.get("set-cookie")) == ({"user": None, "messages": []}, None)
        assert nobody.headers["vary"] == "Cookie"
        signed_in = client.post("/sign-in", params={"name": "Ann"})
        assert (signed_in.status_code, signed_in.json()) == (200, {"user": "Ann"})
        assert "httponly; samesite=lax" in signed_in.headers["set-cookie"]
        assert client.get("/who").json() == {"user": "Ann", "messages": ["Welcome, Ann."]}
        assert client.get("/who").json() == {"user": "Ann", "messages": []}
        assert client.post("/sign-out").json() == {"user": None}
        assert client.get("/who").json() == {"user": None, "messages": []}
        assert not client.cookies


@pytest.mark.parametrize("kind", KINDS)
def test_visits_are_counted_in_threads_in_streams_and_where_one_is_refused(served: Any, place: str, kind: str) -> None:
    with visitor(served, place, kind) as client:
        assert client.get("/visits").json() == {"visits": 1}
        assert client.get("/report").text == "line 0\nline 1\nline 2\n"
        assert client.get("/visits").json() == {"visits": 3}
        assert client.get("/refused").status_code == 403
        assert client.get("/visits").json() == {"visits": 5}


@pytest.mark.parametrize("kind", ["cookie", "memory"])
def test_a_websocket_knows_who_is_there(served: Any, place: str, kind: str) -> None:
    with visitor(served, place, kind) as client:
        assert talk(client) == {"user": None, "visits": 0}
        client.post("/sign-in", params={"name": "Ann"})
        client.get("/visits")
        assert talk(client) == {"user": "Ann", "visits": 1}


@pytest.mark.parametrize("kind", STORED)
def test_an_id_is_dead_after_signing_in_and_out(served: Any, place: str, kind: str) -> None:
    with visitor(served, place, kind) as client, visitor(served, place, kind) as thief:
        client.get("/visits")
        planted = cookie_of(client, place)
        client.post("/sign-in", params={"name": "Ann"})
        stolen = cookie_of(client, place)
        assert client.get("/visits").json() == {"visits": 2}
        assert thief.get("/who", headers={"Cookie": planted}).json()["user"] is None
        assert thief.get("/who", headers={"Cookie": stolen}).json()["user"] == "Ann"
        client.post("/sign-out")
        assert thief.get("/who", headers={"Cookie": stolen}).json()["user"] is None


@pytest.mark.parametrize("kind", ["cookie", "memory"])
def test_what_an_error_leaves_depends_on_where_its_page_is_made(served: Any, place: str, kind: str) -> None:
    """FastAPI and Starlette make theirs outside of all middleware, so there is no response that sets a cookie."""
    with visitor(served, place, kind) as client:
        # uvicorn ends the connection of an application that raises, at a moment of its own.
        assert client.get("/broken", headers={"Connection": "close"}).status_code == 500
        is_outside = place.startswith(("fastapi", "starlette")) and not place.endswith("/around")
        assert client.get("/visits").json() == {"visits": 1 if is_outside else 2}


def test_a_store_that_is_down_is_a_503_and_no_error(served: Any, place: str) -> None:
    logged = len(served.log)
    with visitor(served, place, "down") as client:
        assert client.get("/who").json() == {"user": None, "messages": []}  # there is no session to ask for
        name = "sid" if place == "quart/beside" else "session"
        known = {"Cookie": f"{name}={SOME_ID}"}
        for refused in (
            client.get("/who", headers=known),  # it cannot be read
            client.post("/sign-in", params={"name": "Ann"}),  # it cannot be saved
            client.get("/report"),  # nor here, where the response has begun when it turns out
            client.get("/refused"),
        ):
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "1"), refused.text
            assert refused.text == "Sessions cannot be reached at the moment. Try again later."
            assert "set-cookie" not in refused.headers
        url = str(client.base_url).replace("http", "ws", 1) + "talk"
        with pytest.raises(InvalidStatus) as denied, connect(url, additional_headers=known, open_timeout=20):
            pass
        assert denied.value.response.status_code == 503
        assert client.get("/who").status_code == 200
    assert "Traceback" not in served.log[logged:]


def test_what_knows_quart_only(served: Any) -> None:
    """Its session is off without a secret, another one beside ours, or ours."""
    with visitor(served, "quart/inside", "memory") as client:
        assert client.post("/own").status_code == 500
    with visitor(served, "quart/beside", "memory") as client:
        client.post("/sign-in", params={"name": "Ann"})
        for own in (1, 2):
            answer = client.post("/own").json()
            assert answer == {"own": own, "messages": [f"{own} of Quart's."], "user": None}
        assert client.get("/who").json() == {"user": "Ann", "messages": ["Welcome, Ann."]}
        assert sorted(client.cookies) == ["session", "sid"]
    for kind in KINDS:
        with visitor(served, "quart/as-its-own", kind) as client:
            client.post("/sign-in", params={"name": "Ann"})
            for own in (1, 2):
                answer = client.post("/own").json()
                assert answer == {"own": own, "messages": [f"{own} of Quart's."], "user": "Ann"}
            assert client.get("/who").json() == {"user": "Ann", "messages": ["Welcome, Ann."]}
            assert sorted(client.cookies) == ["session"]
    assert "no secret key was set" in served.log  # that of the first, long ago by now


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", PLACES["litestar"])
def test_litestar_replaces_and_clears_sessions_in_its_own_way(served: Any, way: str, kind: str) -> None:
    place = f"litestar/{way}"
    with visitor(served, place, kind) as client, visitor(served, place, kind) as thief:
        client.post("/sign-in", params={"name": "Ann"})
        client.get("/visits")
        assert client.post("/replace", params={"name": "Ben"}).json() == {"user": "Ben"}
        assert client.get("/who").json() == {"user": "Ben", "messages": []}
        assert client.get("/visits").json() == {"visits": 1}
        stolen = cookie_of(client, place)
        assert client.post("/clear").status_code == 200
        assert not client.cookies
        user = thief.get("/who", headers={"Cookie": stolen}).json()["user"]
        assert user == (None if kind in STORED else "Ben")  # what is in a cookie cannot be called back


@pytest.mark.parametrize("framework", PLACES)
def test_served_alone_a_file_is_open_as_long_as_the_server_runs(serve: Any, tmp_path: Path, framework: str) -> None:
    file = tmp_path / "sessions.sqlite3"
    beside = tmp_path / "sessions.sqlite3-wal"  # which SQLite removes when the last connection is closed
    app, env = f"{framework}_sessions:app", {"SESSIONS": str(file)}
    with serve("uvicorn", app, HERE, env=env) as served, httpx.Client(base_url=served.url, timeout=20) as client:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600  # there before anybody has asked for anything
        client.post("/sign-in", params={"name": "Ann"})
        cookies = client.cookies
        assert beside.exists()
    assert not beside.exists()
    with serve("uvicorn", app, HERE, env=env) as served, httpx.Client(base_url=served.url, timeout=20) as client:
        answer = client.get("/who", headers={"Cookie": f"session={cookies['session']}"})
        assert answer.json() == {"user": "Ann", "messages": ["Welcome, Ann."]}
    assert "Traceback" not in served.log
