"""The shop under real servers, on both event loops: by itself, behind a proxy, in FastAPI and in Quart."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, RejectConnection, TextMessage
from wsproto.events import Request as Handshake

HERE = Path(__file__).parent

SERVERS = ("uvicorn", "hypercorn-asyncio", "hypercorn-trio", "granian", "daphne")
WITH_LIFESPAN = SERVERS[:-1]

CLOSE = {"connection": "close"}
"""For what is answered before its body has come: hypercorn closes the connection then, and says so to nobody."""


@pytest.fixture(name="shop", scope="module", params=SERVERS)
def shop_fixture(request: pytest.FixtureRequest, serve: Any) -> Iterator[httpx.Client]:
    """A client of the shop by itself, whose server has had nothing to complain of at the end."""
    with (
        serve(request.param, "routing:router", HERE) as served,
        httpx.Client(base_url=served.url, headers=CLOSE) as client,
    ):
        yield client
    assert "Traceback" not in served.log


def final(answer: httpx.Response) -> tuple[list[int], str, str]:
    """The statuses on the way to an answer, where it was found, and its text."""
    return [each.status_code for each in (*answer.history, answer)], answer.url.raw_path.decode(), answer.text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/items/7", "Item 7."),
        ("/items/24", "The item of the season."),
        ("/items/7/m", "Item 7 in m."),
        ("/days/2026-02-28", "Saturday: open."),
        ("/days/2026-03-01", "Sunday: closed."),
        ("/slow", "Done."),
    ],
)
def test_a_path_with_typed_parameters(path: str, expected: str, shop: httpx.Client) -> None:
    answer = shop.get(path)
    assert (answer.status_code, answer.text) == (200, expected)
    assert (shop.head(path).status_code, shop.head(path).text) == (200, "")


@pytest.mark.parametrize(
    "path",
    [
        *("/missing", "/items/0", "/items/x", "/items/7/xl", "/days/2026-02-29", "/days/2026-2-8"),
        *("/stock/ab42", "/stock/AB", "/tags/CI/CD", "/chat/lobby", "/items%2F7", "/items/7%0A"),
    ],
)
def test_a_value_that_a_parameter_does_not_take_is_a_miss(path: str, shop: httpx.Client) -> None:
    answer = shop.get(path)
    assert (answer.status_code, answer.text) == (404, "Not Found")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/items/7", "GET, HEAD, OPTIONS, PUT"),
        ("/items/24", "GET, HEAD, OPTIONS, PUT"),  # GET is the season's
        ("/items/7/m", "GET, HEAD, OPTIONS"),
        ("/orders", "OPTIONS, POST"),
    ],
)
def test_allow_names_the_methods_of_all_routes(path: str, allowed: str, shop: httpx.Client) -> None:
    refused = shop.delete(path)
    assert (refused.status_code, refused.text, refused.headers["allow"]) == (405, "Method Not Allowed", allowed)
    told = shop.options(path)
    assert (told.status_code, told.content, told.headers["allow"]) == (204, b"", allowed)


def test_a_method_that_the_season_lacks_goes_on_to_the_shop(shop: httpx.Client) -> None:
    assert shop.put("/items/24?name=Star").text == "Item 24 is called Star now."


def test_an_encoded_slash_is_part_of_the_tag(shop: httpx.Client) -> None:
    assert shop.get("/tags/CI%2FCD").text == "All that is tagged CI/CD."
    assert shop.get("/tags/caf%C3%A9%2fbar").text == "All that is tagged café/bar."
    assert shop.get("/tags/CI%252FCD").text == "All that is tagged CI%2FCD."


@pytest.mark.parametrize(
    ("path", "location", "found"),
    [
        ("/items/7/", "../7", "/items/7"),
        ("/items/24/", "../24", "/items/24"),  # which the season redirects
        ("/tags/CI%2FCD/", "../CI%2FCD", "/tags/CI%2FCD"),
        ("/days/2026-02-28/?from=9", "../2026-02-28?from=9", "/days/2026-02-28?from=9"),
    ],
)
def test_a_redirect_of_a_slash_leads_to_the_route(path: str, location: str, found: str, shop: httpx.Client) -> None:
    assert shop.get(path).headers["location"] == location
    assert final(shop.get(path, follow_redirects=True)) == ([308, 200], found, shop.get(found).text)


def test_a_redirect_keeps_method_and_body(shop: httpx.Client) -> None:
    answer = shop.post("/orders/", content=b"12345", follow_redirects=True)
    assert final(answer) == ([308, 201], "/orders", "An order of 5 bytes.")


def test_a_mount_and_its_middleware(shop: httpx.Client) -> None:
    assert shop.get("/admin/items/7").status_code == 403
    key = {"x-key": "sesame"}
    assert shop.get("/admin/items/7", headers=key).text == "Item 7, as the admin sees it."
    assert final(shop.get("/admin", headers=key, follow_redirects=True)) == ([308, 404], "/admin/", "Not Found")


@pytest.mark.parametrize("host", ["acme.shop.example", "ACME.Shop.example:8000"])
def test_a_host(host: str, shop: httpx.Client) -> None:
    assert shop.get("/", headers={"Host": host}).text == "The shop of acme."
    assert shop.get("/items/7", headers={"Host": host}).status_code == 404


def test_a_limit_and_a_middleware_of_one_route(shop: httpx.Client) -> None:
    taken = shop.post("/orders", content=bytes(1000))
    assert (taken.status_code, taken.text) == (201, "An order of 1000 bytes.")
    assert taken.headers["cache-control"] == "no-store"
    assert "cache-control" not in shop.get("/items/7").headers
    announced = shop.post("/orders", content=bytes(1001))
    counted = shop.post("/orders", content=iter([bytes(600), bytes(600)]))
    for refused in (announced, counted):
        assert (refused.status_code, refused.text) == (413, "The body is larger than the limit of 1000 bytes.")


def test_links(shop: httpx.Client) -> None:
    assert_links(shop, str(shop.base_url))


def assert_links(client: httpx.Client, root: str, home: str = "/") -> None:
    links = client.get(home).text.splitlines()
    paths = ("/items/7", "/items/7/m", "/days/2026-02-28", "/tags/CI%2FCD")
    assert links[:4] == [f"{root}{path}" for path in paths]
    assert links[4:7] == [f"{root.replace('http', 'ws')}/chat/lobby", f"{root}/admin/items/7", f"{root}/items/24"]
    assert links[7:] == [f"http://acme.shop.example{httpx.URL(root).path.rstrip('/')}/"]


def talk(port: int, path: str, *messages: str) -> list[str] | int:
    """What a WebSocket answers to each of some messages, or the status by which it is refused."""
    client = WSConnection(ConnectionType.CLIENT)
    left = list(messages)
    heard: list[str] = []
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(client.send(Handshake(host=f"127.0.0.1:{port}", target=path)))
        while len(heard) < len(messages):
            client.receive_data(connection.recv(65536) or None)
            for event in client.events():
                if isinstance(event, RejectConnection):
                    return event.status_code
                if isinstance(event, TextMessage):
                    heard.append(event.data)
                if isinstance(event, AcceptConnection | TextMessage) and left:
                    connection.sendall(client.send(TextMessage(left.pop(0))))
    return heard


def test_a_websocket(shop: httpx.Client) -> None:
    port = shop.base_url.port
    assert port is not None
    assert talk(port, "/chat/lobby", "Hello", "Bye") == ["lobby: Hello", "lobby: Bye"]
    assert talk(port, "/items/7", "Hello") == 403


@pytest.mark.parametrize("server", WITH_LIFESPAN)
def test_the_lifespan(server: str, serve: Any) -> None:
    with serve(server, "routing:router", HERE) as served, httpx.Client(base_url=served.url) as client:
        assert client.get("/stock/AB42").text == "3 of AB42."
        missing = client.get("/stock/AB43")
        assert (missing.status_code, missing.text) == (404, "There is no AB43.")
    assert [line for line in served.log.splitlines() if line.startswith("shop ")] == ["shop opened", "shop closed"]
    assert "Traceback" not in served.log


# Behind a proxy


def test_redirects_behind_a_proxy_that_tells_nothing(serve: Any, curl_program: str) -> None:
    with serve("uvicorn", "behind_proxy:app", HERE) as served, httpx.Client(base_url=served.url) as client:
        for path, found, expected in [
            ("/public/items/7/", "/public/items/7", "Item 7."),
            ("/public/tags/CI%2FCD/", "/public/tags/CI%2FCD", "All that is tagged CI/CD."),
        ]:
            assert final(client.get(path, follow_redirects=True)) == ([308, 200], found, expected)
            command = [curl_program, "--silent", "--location", "--write-out", " %{url_effective}", served.url + path]
            assert subprocess.check_output(command, text=True) == f"{expected} {served.url}{found}"
        answer = client.post("/public/orders/", content=b"12345", follow_redirects=True)
        assert final(answer) == ([308, 201], "/public/orders", "An order of 5 bytes.")
        assert client.get("/items/7").text == "The proxy knows of no such path."
    assert "Traceback" not in served.log


# Some servers put the prefix before the path as well, as ASGI says, and others leave the path as it came.
TELL_PREFIX = dict.fromkeys(SERVERS, "--root-path=/public") | {"granian": "--url-path-prefix=/public"}


@pytest.mark.parametrize("server", SERVERS)
def test_links_behind_a_proxy_whose_prefix_the_server_is_told(server: str, serve: Any) -> None:
    option = TELL_PREFIX[server]
    with serve(server, "routing:router", HERE, option) as served, httpx.Client(base_url=served.url) as client:
        assert_links(client, f"{served.url}/public")
        assert client.get("/tags/CI%2FCD").text == "All that is tagged CI/CD."
        assert final(client.get("/tags/CI%2FCD/", follow_redirects=True))[:2] == ([308, 200], "/tags/CI%2FCD")
    assert "Traceback" not in served.log


# In applications of other frameworks


def assert_shop_below(client: httpx.Client, prefix: str) -> None:
    """All kinds of answers, at another place."""
    assert_links(client, f"{str(client.base_url).rstrip('/')}{prefix}", f"{prefix}/")
    assert client.get(f"{prefix}/items/24").text == "The item of the season."
    assert client.get(f"{prefix}/tags/CI%2FCD").text == "All that is tagged CI/CD."
    assert client.get(f"{prefix}/stock/AB42").text == "3 of AB42."
    assert client.get(f"{prefix}/slow").text == "Done."
    assert client.get(f"{prefix}/missing").status_code == 404
    refused = client.delete(f"{prefix}/items/24")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS, PUT")
    assert client.post(f"{prefix}/orders", content=bytes(1001)).status_code == 413
    assert client.get(f"{prefix}/", headers={"Host": "acme.shop.example"}).text == "The shop of acme."
    answer = client.get(f"{prefix}/tags/CI%2FCD/", follow_redirects=True)
    assert final(answer) == ([308, 200], f"{prefix}/tags/CI%2FCD", "All that is tagged CI/CD.")
    port = client.base_url.port
    assert port is not None
    assert talk(port, f"{prefix}/chat/lobby", "Hello") == ["lobby: Hello"]


@pytest.mark.parametrize("server", WITH_LIFESPAN)
def test_the_shop_in_fastapi(server: str, serve: Any) -> None:
    with serve(server, "fastapi_routing:app", HERE) as served, httpx.Client(base_url=served.url) as client:
        assert_shop_below(client, "/shop")
        assert client.get("/").json() == {
            "guest": f"{served.url}/guests/Ada",
            "item": f"{served.url}/shop/items/7",
            "tag": f"{served.url}/shop/tags/CI%2FCD",
        }
        assert client.get("/guests/Ada").json() == {"hello": "Ada"}
        assert client.get("/missing").json() == {"detail": "Not Found"}
        assert client.get("/shop", follow_redirects=True).status_code == 200
        assert client.get("/openapi.json").json()["paths"].keys() == {"/", "/guests/{name}"}
    assert [line for line in served.log.splitlines() if line.startswith("shop ")] == ["shop opened", "shop closed"]
    assert "Traceback" not in served.log


@pytest.mark.parametrize("server", ["uvicorn", "hypercorn-asyncio", "granian"])  # Quart is of asyncio
def test_the_shop_in_quart(server: str, serve: Any) -> None:
    with serve(server, "quart_routing:app", HERE) as served, httpx.Client(base_url=served.url) as client:
        assert_shop_below(client, "/shop")
        assert client.get("/").text == "/guests/Ada /shop/items/7"
        assert client.get("/guests/Ada").text == "Hello, Ada!"
        assert client.get("/missing").status_code == 404
        assert final(client.get("/shop", follow_redirects=True))[:2] == ([307, 200], "/shop/")
    told = [line for line in served.log.splitlines() if line.startswith(("shop ", "quart "))]
    assert told == ["quart opened", "shop opened", "shop closed", "quart closed"]
    assert "Traceback" not in served.log
