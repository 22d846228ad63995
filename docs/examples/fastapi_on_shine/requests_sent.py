"""What is asked of the shop: each route at least once, and what goes wrong with requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NAMES = ("apples", "bikes", "chairs", "desks", "envelopes", "flutes", "gloves", "hats", "inks", "jars")

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
MULTIPART = {"content-type": "multipart/form-data; boundary=b"}
UUID = "12345678-1234-5678-1234-567812345678"


@dataclass(frozen=True)
class Asked:
    """A request, with the arguments that httpx takes, and a name where its answer is to be talked about."""

    method: str
    path: str
    more: dict[str, Any] = field(default_factory=dict)
    name: str = ""

    def __str__(self) -> str:
        return self.name or f"{self.method} {self.path}"


def get(path: str, name: str = "", **more: Any) -> Asked:
    return Asked("GET", path, more, name)


def post(path: str, name: str = "", **more: Any) -> Asked:
    return Asked("POST", path, more, name)


def of_resource(name: str) -> list[Asked]:
    good = {"title": f"A {name[:-1]}", "price": 2.5, "tags": ["new"]}
    one = f"/{name}/1"
    return [
        get(f"/{name}"),
        post(f"/{name}", json=good),
        post(f"/{name}", json={**good, "price": -1, "title": ""}),
        get(f"/{name}?page=1&size=1&tag=new"),
        get(f"/{name}?page=0&size=99"),
        get(one),
        get(f"/{name}/9"),
        get(f"/{name}/x"),
        Asked("PUT", one, {"json": {"title": "Other", "price": 1}}),
        Asked("PATCH", one, {"json": {"change": {"price": 3}}}),
        Asked("PATCH", one, {"json": {"price": 3}}),
        Asked("POST", one),
        Asked("HEAD", one),
        Asked("DELETE", one),
        Asked("DELETE", one),
    ]


OF_ACCOUNTS = [
    post("/accounts/token", data={"username": "ann", "password": "secret", "scope": "read"}),
    post("/accounts/token", data={"username": "ann", "password": "wrong"}),
    post("/accounts/token", data={"username": "ann"}),
    *(
        get(f"/accounts/{path}", headers={"authorization": token})
        for path in ("me", "orders")
        for token in ("Bearer ann:read", "Bearer ann:", "Bearer eve:read", "Basic x")
    ),
    get("/accounts/me"),
    post("/accounts/orders", headers={"authorization": "Bearer bob:read write"}),
    post("/accounts/orders", headers={"authorization": "Bearer bob:read"}),
    get("/accounts/basic", auth=("ann", "secret")),
    get("/accounts/basic", auth=("ann", "no")),
    get("/accounts/basic"),
    get("/accounts/basic", headers={"authorization": "Basic !!"}),
    get("/accounts/bearer"),
    get("/accounts/bearer", headers={"authorization": "Bearer x"}),
    get("/accounts/key", headers={"x-key": "k"}),
    get("/accounts/key"),
    get("/accounts/query-key?key=k"),
    get("/accounts/query-key"),
    get("/accounts/cookie-key", headers={"cookie": "key=k"}),
    get("/accounts/cookie-key"),
    get("/accounts/cookie"),
    post("/accounts/session/ann"),
    get("/accounts/session"),
    post("/accounts/session/bobby"),
    get("/accounts/session"),
    Asked("DELETE", "/accounts/session"),
    get("/accounts/session"),
    get("/accounts/session", headers={"cookie": "shop=forged.by.somebody"}),
]

OF_ECHOES = [
    get("/query?word=a&numbers=1&numbers=2&flag=yes&color=red"),
    get("/query?numbers=x&color=green&flag=perhaps"),
    get("/query?word=%FF&word=b%20c"),
    get("/query-model?text=a&limit=3"),
    get("/query-model?limit=0&other=1"),
    get("/headers", headers=[("x-name", "n"), ("x-many", "a"), ("x-many", "b"), ("cookie", "color=red; a=b")]),
    get("/headers"),
    get("/paths/a/b%20c/d"),
    get("/paths/a%2Fb"),
    get("/paths/"),
    *(get(f"/numbers/{number}") for number in ("0", "999", "1000", "-1", "x", "1.0", "%31")),
    *(get(f"/days/{day}") for day in ("2024-02-29", "2023-02-29")),
    *(get(f"/colors/{color}") for color in ("red", "green")),
    *(get(f"/ids/{identity}") for identity in (UUID, "1")),
    post("/body", json={"a": [1, None, "é"]}),
    post("/body", json=None),
    post("/body"),
    *(
        post("/body", content=content, headers=JSON)
        for content in (
            b"{",
            b"[1,]",
            b'{"a": NaN}',
            b"",
            b'"\\ud800"',
            "[1]".encode("utf-16"),
        )
    ),
    post("/body", "deep JSON", content=b"[" * 100_000, headers=JSON),
    post("/body", "JSON in no charset", content=b"\xff", headers=JSON),
    post("/body", content=b'{"a": 1}', headers={"content-type": "text/plain"}),
    post("/body", content=b'{"a": 1}', headers={"content-type": "application/vnd.shop+json"}),
    post("/body", content=b'{"a": 1}', headers={"content-type": "nonsense"}),
    post("/spans?factor=1.5", json=[{"first": 1, "last": 3}]),
    post("/spans", json=[{"first": 3, "last": 1}, {"first": "x"}]),
    post("/spans", json={"first": 1, "last": 3}),
    post("/two-bodies", json={"span": {"first": 1, "last": 2}, "chosen": {}, "importance": 5}),
    post("/two-bodies", json={"span": {}}),
    post("/raw", content=b"x" * 100_000),
    post("/raw", content=b"x" * (17 << 20)),
    post("/chunks", content=b"y" * 100_000),
    post("/json", content=b'{"a": 1}'),
    post("/json", content=b"[NaN, Infinity]"),
    post("/json", "malformed JSON", content=b"no json"),
    *(Asked(method, "/methods") for method in ("GET", "HEAD", "OPTIONS", "DELETE", "PUT", "BREW")),
    get("/slash/"),
    get("/slash?a=b"),
    get("/text/"),
    get("/text"),
    Asked("HEAD", "/text"),
    Asked("OPTIONS", "/text"),
    get("/html"),
    get("/away"),
    get("/see-other"),
    *(get(f"/status/{code}") for code in (200, 204, 304, 400, 401, 404, 405, 413, 418, 500, 503)),
    get("/own-response"),
    get("/no-content"),
    get("/where?a=b&c=%20"),
    get("/where", headers={"host": "www.shop.example:81"}),
    get("/dependencies"),
    get("/dependencies/fail"),
    get("/big"),
    get("/big", headers={"accept-encoding": "gzip"}),
    get("/wrong-response"),
]

PART = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
FILE = ("a.txt", b"some content", "text/plain")


def parts(*given: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(given) + end


OF_FORMS = [
    post("/forms/plain", data={"name": "Zoë & co", "remember": "on"}),
    post("/forms/plain", data={"remember": "x"}),
    post("/forms/plain", files={"name": (None, "in parts")}),
    post("/forms/plain", json={"name": "a"}),
    post("/forms/plain", content=b"name=%ZZ&&=", headers=FORM),
    post("/forms/plain", content=b"&".join(b"f=1" for _ in range(1001)), headers=FORM),
    post("/forms/plain", content=b"name=" + b"x" * (1 << 20), headers=FORM),
    post("/forms/model", data={"name": "a", "ages": ["1", "2"]}),
    post("/forms/model", data={"name": "", "ages": ["x"]}),
    post("/forms/bytes", files={"file": FILE}),
    post("/forms/bytes", data={"file": "no file"}),
    post("/forms/file", files={"file": FILE}),
    post("/forms/file", "a quoted file name", files={"file": ('Zoë\'s "x".txt', b"", "text/plain; charset=utf-8")}),
    post("/forms/file", files={"file": ("big.bin", b"z" * (3 << 20))}),
    post("/forms/file", files={"other": FILE}),
    post("/forms/file", data={"file": "text"}),
    post("/forms/files", files=[("files", FILE), ("files", ("b.txt", b"b"))], data={"note": "n"}),
    post("/forms/files", files=[("files", FILE), ("extra", FILE)], data={"note": "n"}),
    post("/forms/files", files={"files": FILE}),
    post("/forms/sync", files={"file": FILE}),
    post("/forms/by-hand", files=[("a", FILE), ("b", FILE)], data={"c": "1"}),
    post("/forms/by-hand", files=[("a", FILE), ("b", FILE), ("c", FILE)]),
    post("/forms/by-hand", data={"a": "1", "b": "2", "c": "3", "d": "4"}),
    post("/forms/by-hand", content=b"plain", headers={"content-type": "text/plain"}),
    post("/forms/limited", files={"file": ("a", b"x" * 1001)}),
    post("/forms/limited", files={"file": ("a", b"x" * 1000)}),
    post("/forms/plain", content=parts(PART % (b"name", b"", b"v")), headers=MULTIPART),
    post("/forms/plain", content=b"no parts", headers=MULTIPART),
    post("/forms/plain", "a part without a name", content=parts(b"--b\r\n\r\nno name\r\n"), headers=MULTIPART),
    post("/forms/plain", content=b"", headers=MULTIPART),
    post("/forms/plain", content=b"--b--\r\n", headers={"content-type": "multipart/form-data"}),
    post("/forms/plain", content=parts(PART % (b"name", b"", b"\xff")), headers=MULTIPART),
    post("/forms/plain", content=parts(PART % (b"name", b"", b"x" * (1 << 20) + b"y")), headers=MULTIPART),
]

OF_STREAMS = [
    get("/streams/async"),
    get("/streams/sync"),
    Asked("HEAD", "/streams/async"),
    get("/streams/async", headers={"accept-encoding": "gzip"}),
    get("/streams/broken", "a broken stream"),
    get("/streams/events"),
    get("/streams/events", headers={"last-event-id": "2"}),
    get("/streams/events", headers={"last-event-id": "x"}),
    get("/streams/events", headers={"accept-encoding": "gzip"}),
    get("/streams/lines"),
    get("/streams/file"),
    get("/streams/file", headers={"range": "bytes=0-9"}),
    get("/streams/file", headers={"range": "bytes=-5"}),
    get("/streams/file", headers={"range": "bytes=0-1,10-12"}),
    get("/streams/file", "no such range", headers={"range": "bytes=99999-"}),
    get("/streams/file", "an empty range", headers={"range": "bytes=5-1"}),
    get("/streams/file", "no range", headers={"range": "nonsense"}),
    get("/streams/done"),
    post("/streams/background/first"),
]

OF_THE_SHOP = [
    get("/"),
    Asked("HEAD", "/"),
    get("/page/<Ann>"),
    get("/state"),
    get("/stock/apples"),
    get("/bug"),
    get("/bug", headers={"origin": "https://shop.example"}),
    get("/plain/41"),
    get("/plain/x"),
    post("/plain/41"),
    Asked("HEAD", "/plain/41"),
    get("/nowhere"),
    get("//nowhere"),
    post("/"),
    get("/branch/things/3"),
    get("/branch/things/x"),
    get("/branch/nothing"),
    get("/branch"),
    get("/branch/docs"),
    get("/branch/openapi.json"),
    get("/openapi.json"),
    get("/docs"),
    get("/redoc"),
    get("/docs/oauth2-redirect"),
    get("/static/letters.txt"),
    get("/static/letters.txt", headers={"range": "bytes=26-52"}),
    get("/static/letters.txt", headers={"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}),
    get("/static/letters.txt", headers={"accept-encoding": "gzip"}),
    Asked("HEAD", "/static/letters.txt"),
    post("/static/letters.txt"),
    get("/static/missing.txt"),
    get("/static/"),
    get("/static"),
    get("/static/folder"),
    get("/static/folder/"),
    get("/static/%2e%2e/forms.py"),
    get("/", headers={"host": "evil.example"}),
    get("/", headers={"host": "www.shop.example"}),
    get("/", headers={"user-agent": "a robot"}),
    get("/", headers={"x-step": "seven"}),
    get("/", headers={"origin": "https://shop.example"}),
    get("/", headers={"origin": "https://evil.example"}),
    get("/nowhere", headers={"origin": "https://shop.example"}),
    *(
        Asked(
            "OPTIONS",
            "/apples",
            {"headers": {"origin": origin, "access-control-request-method": method, **more}},
        )
        for origin in ("https://shop.example", "https://evil.example")
        for method in ("POST", "DELETE")
        for more in ({}, {"access-control-request-headers": "x-cart"}, {"access-control-request-headers": "x-other"})
    ),
    get("/ws/left"),
    get("/ws/echo"),
]

ASKED = [
    *(asked for name in NAMES for asked in of_resource(name)),
    *OF_ACCOUNTS,
    *OF_ECHOES,
    *OF_FORMS,
    *OF_STREAMS,
    *OF_THE_SHOP,
]
