import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import CORSMiddleware, Middleware, where
from asgi_types import Response

A = "https://a.example"


class Marking:
    """Adds a header, so that an answer tells whether it was here."""

    def __init__(self, app, name="x-marked", *, value="yes"):
        self.app, self.name, self.value = app, name, value

    async def __call__(self, scope, receive, send):
        async def marking_send(message):
            if message["type"].endswith("start"):
                message = {**message, "headers": [*message["headers"], (self.name.encode(), self.value.encode())]}
            await send(message)

        await self.app(scope, receive, marking_send)


async def is_marked(drive, app, path="/", **scope):
    return "x-marked" in (await drive.request(app, path, **scope)).headers


@pytest.fixture(name="page")
def page_fixture():
    return Response("page")


PATTERNS = [
    ("/files", ["/files"], ["/", "/files/", "/files/a", "/Files", "//files", "/a/../files", "/filesystem", "/file"]),
    ("/files/", ["/files/"], ["/files", "/files/a"]),
    ("/files/*", ["/files", "/files/", "/files/a", "/files/a/b"], ["/filesystem", "/", "/file", "/a/files/b"]),
    ("/", ["/", ""], ["/a", "//"]),
    ("/*", ["/", "", "/a", "/a/b", "//"], []),
    ("/a b/ü", ["/a b/ü"], ["/a%20b/%C3%BC"]),  # as it is decoded
    (["/a", "/b/*"], ["/a", "/b", "/b/c"], ["/a/c", "/c"]),
    ([], [], ["/", "/a"]),
]


@pytest.mark.parametrize(("patterns", "inside", "outside"), PATTERNS)
async def test_paths(drive, page, patterns, inside, outside):
    for path in inside:
        assert await is_marked(drive, where(Marking, paths=patterns)(page), path)
        assert not await is_marked(drive, where(Marking, skip=patterns)(page), path)
    for path in outside:
        assert not await is_marked(drive, where(Marking, paths=patterns)(page), path)
        assert await is_marked(drive, where(Marking, skip=patterns)(page), path)


async def test_everything_is_the_default(drive, page):
    assert await is_marked(drive, where(Marking)(page), "/anything")


@pytest.mark.parametrize("path", ["private/x", "x", "http://a.example/private/x", "*", "private"])
@pytest.mark.parametrize("pattern", ["/private/*", "/private/x", "/*", "/other"])
async def test_no_path_without_a_slash_gets_around_it(drive, page, path, pattern):
    """A server may hand it on, and an application may take it for one that has the slash."""
    assert await is_marked(drive, where(Marking, paths=pattern)(page), path)
    assert await is_marked(drive, where(Marking, skip=pattern)(page), path)


async def test_skip_counts_more_than_paths_and_when(drive, page):
    app = where(Marking, paths="/api/*", skip=["/api/health"], when=lambda scope: True)(page)
    assert await is_marked(drive, app, "/api/users")
    assert not await is_marked(drive, app, "/api/health")
    assert not await is_marked(drive, app, "/users")


async def test_when_gets_the_scope_of_what_the_paths_leave(drive, page):
    asked = []

    def when(scope):
        asked.append(scope["path"])
        return scope["method"] == "POST"

    app = where(Marking, skip="/health", when=when)(page)
    assert await is_marked(drive, app, "/a", method="POST")
    assert not await is_marked(drive, app, "/a", method="GET")
    assert not await is_marked(drive, app, "/health", method="POST")
    assert asked == ["/a", "/a"]


@pytest.mark.parametrize(
    ("path", "root_path", "is_in"),
    [
        ("/app/files", "/app", True),
        ("/app", "/app", False),
        ("/files", "/app", True),  # as some servers and proxies have it
        ("/application/files", "/app", False),
        ("/app/app/files", "/app", False),
    ],
)
async def test_paths_are_those_below_the_mount(drive, page, path, root_path, is_in):
    assert await is_marked(drive, where(Marking, paths="/files")(page), path, root_path=root_path) is is_in


async def test_the_mount_itself_is_its_root(drive, page):
    assert await is_marked(drive, where(Marking, paths="/")(page), "/app", root_path="/app")


async def test_websockets(drive):
    async def app(scope, receive, send):
        await send({"type": "websocket.http.response.start", "status": 403, "headers": []})
        await send({"type": "websocket.http.response.body"})

    marked = where(Marking, skip="/open")(app)
    assert "x-marked" in (await drive.websocket(marked, "/ws")).headers
    assert "x-marked" not in (await drive.websocket(marked, "/open")).headers


@pytest.mark.parametrize("kind", ["lifespan", "another"])
async def test_the_lifespan_goes_through_the_middleware(kind):
    seen = []

    class Starting:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            seen.append("middleware")
            await self.app(scope, receive, send)

    async def app(scope, receive, send):
        seen.append("app")

    def never(scope):
        raise AssertionError

    await where(Starting, paths=[], skip="/*", when=never)(app)({"type": kind}, None, None)
    assert seen == ["middleware", "app"]


async def test_arguments_are_those_of_the_middleware(drive, page):
    made = where(Marking, skip="/health")(page, "x-mine", value="here")
    assert (await drive.request(made)).headers["x-mine"] == "here"
    with pytest.raises(TypeError):
        where(Marking)(page, colour="red")


async def test_it_goes_where_a_middleware_goes(drive, page):
    factory, args, kwargs = Middleware(where(CORSMiddleware, skip="/health"), allow_origins=[A])
    app = factory(page, *args, **kwargs)
    assert (await drive.request(app, headers={"origin": A})).headers["access-control-allow-origin"] == A
    assert "vary" not in (await drive.request(app, "/health", headers={"origin": A})).headers


def test_a_list_of_middleware_shows_its_name():
    assert repr(Middleware(where(Marking, skip="/health"), value="1")) == "Middleware(Marking, value='1')"
    nameless = type("Nameless", (), {"__call__": lambda self, app: app, "__repr__": lambda self: "<nameless>"})()
    assert where(nameless).__name__ == "<nameless>"


def test_the_next_layer_is_found(page):
    made = where(Marking)(page)
    assert isinstance(made.app, Marking)
    assert made.app.app is page


async def test_each_application_has_its_own(drive, page):
    factory = where(Marking)
    first, second = factory(page, "x-1"), factory(Response("other"), "x-2")
    assert (await drive.request(first)).headers["x-1"] == "yes"
    answer = await drive.request(second)
    assert (answer.text, answer.headers["x-2"]) == ("other", "yes")


@pytest.mark.parametrize("pattern", ["", "files", "*", "/*/files", "/files*", "/*/*", "/a*b/*", "https://a.example/*"])
@pytest.mark.parametrize("option", ["paths", "skip"])
def test_other_patterns_are_refused(option, pattern):
    with pytest.raises(ValueError, match="Write it as '/files' or '/files/\\*'"):
        where(Marking, **{option: ["/a", pattern]})
    with pytest.raises(ValueError, match="Not a path"):
        where(Marking, **{option: pattern})


def test_when_cannot_be_async():
    async def when(scope):
        return False

    with pytest.raises(TypeError, match="when cannot be async"):
        where(Marking, when=when)


@given(st.text(), st.sampled_from(["/", "/a", "/a/", "/a/*", "/*"]))
def test_each_path_is_inside_or_outside(path, pattern):
    way = []

    async def plain(scope, receive, send):
        way.append("plain")

    def middleware(app):
        async def through(scope, receive, send):
            way.append("middleware")

        return through

    for wrapped in (where(middleware, paths=pattern)(plain), where(middleware, skip=pattern)(plain)):
        with pytest.raises(StopIteration):
            wrapped({"type": "http", "path": path}, None, None).send(None)
    is_path = path.startswith("/") or not path
    assert sorted(way) == ["middleware", "plain" if is_path else "middleware"]
