"""Templates of any engine: what is the same whichever it is."""

from __future__ import annotations

import contextvars
import math
import string
import threading
import time
from functools import partial

import pytest

from asgi_templates import BlockNotFound, StreamingTemplateResponse, TemplateResponse, Templates
from asgi_types import HTTPConnection

CALLER = contextvars.ContextVar("CALLER")


def connection(**scope):
    return HTTPConnection({"type": "http", "path": "/", "headers": [], "query_string": b"", **scope})


class Page(string.Template):
    """The smallest template there is."""

    render = string.Template.substitute


class Pages(dict):
    """The smallest engine there is; its unknown names are a `KeyError`."""

    get_template = dict.__getitem__


class Recording:
    """A template that remembers where it was rendered."""

    def __init__(self, seconds=0.0):
        self.seconds = seconds
        self.threads = []

    def render(self, context):
        self.threads.append(threading.get_ident())
        if self.seconds:
            time.sleep(self.seconds)
        return CALLER.get("nobody")

    def where(self):
        """``L`` for each time on this thread, which is the event loop's, and ``t`` for each on another."""
        here = threading.get_ident()
        return "".join("L" if thread == here else "t" for thread in self.threads)


class Awaited:
    """A template that awaits."""

    async def render_async(self, context):
        return f"awaited {context['x']}"

    async def generate_async(self, context):
        yield "piece"


class Blocks(Page):
    """A template with one block."""

    def render_blocks(self, names, context):
        for name in names:
            if name != "row":
                raise BlockNotFound("page", name, ["row"])
        return "|".join(f"{name} {context['x']}" for name in names)


def of(template, **options):
    return Templates(Pages(page=template), **options)


async def adding(request):
    return {"x": "async"}


def test_response():
    request = connection()
    templates = of(Page("Hello, $name!"))
    response = templates.TemplateResponse(request, "page", {"name": "Ann"}, 201, {"x-a": "b"}, "text/plain", None)
    assert type(response) is TemplateResponse
    assert (response.body, response.status_code) == (b"Hello, Ann!", 201)
    assert (response.headers["x-a"], response.headers["content-type"]) == ("b", "text/plain; charset=utf-8")
    assert response.template is templates.get_template("page")
    assert response.context == {"request": request, "name": "Ann"}


async def test_respond_makes_the_same_response(drive):
    ran = []

    async def background():
        ran.append(True)

    templates = of(Page("$x $y"), context_processors=[lambda request: {"y": request.url.path}])

    async def app(scope, receive, send):
        request = HTTPConnection(scope)
        response = await templates.respond(request, "page", {"x": 1}, 201, {"x-a": "b"}, "text/plain", background)
        assert type(response) is TemplateResponse
        assert response.template is templates.get_template("page")
        assert response.context == {"request": request, "x": 1, "y": "/path"}
        await response(scope, receive, send)

    answer = await drive.request(app, "/path", extensions={"http.response.debug": {}})
    assert (answer.status, answer.text) == (201, "1 /path")
    assert (answer.headers["x-a"], answer.headers["content-type"]) == ("b", "text/plain; charset=utf-8")
    assert answer.messages[0]["info"]["context"]["x"] == 1
    assert ran == [True]


async def test_a_subclass_may_make_other_responses():
    class Other(TemplateResponse):
        media_type = "application/xhtml+xml"

    class OtherStream(StreamingTemplateResponse):
        media_type = "application/xhtml+xml"

    class OtherTemplates(Templates):
        response_class = Other
        streaming_response_class = OtherStream

    templates = OtherTemplates(Pages(page=Page(""), stream=Awaited()))
    assert type(templates.StreamingTemplateResponse(connection(), "stream")) is OtherStream
    assert type(await templates.stream(connection(), "stream")) is OtherStream
    assert type(templates.TemplateResponse(connection(), "page")) is Other
    assert type(await templates.respond(connection(), "page")) is Other


class Base:
    """A class of responses of another framework, of which nothing is used."""

    def __init__(self):
        raise AssertionError

    def render(self, content):
        raise AssertionError

    async def __call__(self, scope, receive, send):
        raise AssertionError


async def test_responses_may_be_of_a_class_of_another_framework_as_well(drive):
    class Text(TemplateResponse):
        media_type = "text/plain"

    class TextTemplates(Templates):
        response_class = Text

    pages = Pages(page=Page("page"), stream=Awaited())
    for made in (Templates(pages, response_base=Base), TextTemplates(pages, response_base=Base)):
        response = made.TemplateResponse(connection(), "page")
        assert isinstance(response, Base)
        assert isinstance(response, TemplateResponse)
        assert type(response).__name__ in {"TemplateResponse", "Text"}
        assert type(response) is type(await made.respond(connection(), "page"))
        answer = await drive.request(response)
        assert (answer.text, answer.headers["content-type"]) == ("page", f"{response.media_type}; charset=utf-8")
    assert response.media_type == "text/plain"
    stream = await made.stream(connection(), "stream")
    assert isinstance(stream, Base)
    assert isinstance(stream, StreamingTemplateResponse)
    assert (await drive.request(stream)).text == "piece"
    assert not issubclass(Templates.response_class, Base)
    assert not isinstance(Templates(pages).TemplateResponse(connection(), "page"), Base)


@pytest.mark.parametrize("engine", ["templates", None, Page("")])
def test_an_engine_that_is_none(engine):
    with pytest.raises(TypeError, match=r'has no get_template\(name\).*: Jinja2Templates\("templates"\)'):
        Templates(engine)


async def test_render_gives_the_text():
    context = {"x": "1"}
    templates = of(Page("$x $y"), context_processors=[lambda request: {"y": "2"}])
    assert await templates.render(connection(), "page", context) == "1 2"
    assert await of(Page("text")).render(connection(), "page") == "text"
    assert context == {"x": "1"}


async def test_the_engines_own_error_for_a_missing_template():
    templates = of(Page(""))
    for method in (templates.TemplateResponse, templates.StreamingTemplateResponse):
        with pytest.raises(KeyError, match="other"):
            method(connection(), "other")
    for method in (templates.respond, templates.render, templates.stream):
        with pytest.raises(KeyError, match="other"):
            await method(connection(), "other")


async def test_what_rendering_raises():
    templates = of(Page("$missing"))
    with pytest.raises(KeyError, match="missing"):
        templates.TemplateResponse(connection(), "page")
    for _ in range(2):
        with pytest.raises(KeyError, match="missing"):
            await templates.respond(connection(), "page")


# Context processors.


async def test_async_context_processors_are_awaited_in_order_over_the_context():
    async def first(request, x):
        return {"x": f"{x} {request.url.path}", "y": "first", "z": "first"}

    processors = [partial(first, x="first"), lambda request: {"y": "second"}]
    templates = of(Page("$x $y $z"), context_processors=processors)
    response = await templates.respond(connection(), "page", {"z": "context"})
    assert response.body == b"first / second first"
    assert await templates.render(connection(), "page") == "first / second first"


@pytest.mark.parametrize("method", ["TemplateResponse", "StreamingTemplateResponse"])
def test_an_async_context_processor_where_nothing_is_awaited(method):
    """No warning tells of the coroutine that was not awaited: one error is enough."""
    templates = of(Page("$x"), context_processors=[adding])
    with pytest.raises(TypeError, match=r"adding.* is async, .*: call `await templates\.respond\(\.\.\.\)` instead"):
        getattr(templates, method)(connection(), "page")


def test_an_awaitable_that_cannot_be_closed():
    class Future:
        def __await__(self):
            yield

    with pytest.raises(TypeError, match="is async"):
        of(Page(""), context_processors=[lambda request: Future()]).TemplateResponse(connection(), "page")


async def test_context_processors_are_those_of_the_list():
    processors = []
    templates = of(Page("$x"), context_processors=processors)
    processors.append(adding)
    assert templates.context_processors is processors
    assert await templates.render(connection(), "page") == "async"
    assert of(Page(""), context_processors=(adding,)).context_processors == [adding]
    assert of(Page("")).context_processors == []


async def test_requests_at_the_same_time_do_not_share_a_context():
    from anyio import create_task_group
    from anyio.lowlevel import checkpoint

    async def slowly(request):
        await checkpoint()
        return {"y": request.url.path}

    templates = of(Page("$x $y"), context_processors=[slowly], thread_after=math.inf)
    texts = {}

    async def ask(n):
        texts[n] = await templates.render(connection(path=f"/{n}"), "page", {"x": n})

    async with create_task_group() as tasks:
        for n in range(200):
            tasks.start_soon(ask, n)
    assert texts == {n: f"{n} /{n}" for n in range(200)}


# Where it is rendered.


async def test_a_new_template_is_rendered_in_a_thread_and_a_short_one_then_at_once():
    page = Recording()
    templates = of(page, thread_after=math.inf)
    for _ in range(3):
        await templates.respond(connection(), "page")
    assert page.where() == "tLL"


async def test_a_template_that_takes_long_stays_in_threads_until_it_is_short_for_a_while():
    page = Recording(0.05)
    templates = of(page, thread_after=0.04)
    await templates.render(connection(), "page")
    page.seconds = 0
    for _ in range(6):
        await templates.render(connection(), "page")
    assert page.where().startswith("tt")
    assert page.where().endswith("L")


async def test_zero_seconds_means_a_thread_always():
    page = Recording()
    templates = of(page, thread_after=0)
    for _ in range(3):
        await templates.render(connection(), "page")
    assert page.where() == "ttt"


async def test_each_template_and_block_has_its_own_time():
    class Both(Recording):
        def render_blocks(self, names, context):
            return self.render(context)

    page = Both()
    templates = Templates(Pages(page=page, other=page), thread_after=math.inf)
    for name, block in [("page", None), ("page", "row"), ("other", None), ("page", "row"), ("other", None)]:
        await templates.render(connection(), name, block=block)
    assert page.where() == "tttLL"


async def test_context_variables_are_the_same_in_a_thread():
    CALLER.set("somebody")
    page = Recording()
    templates = of(page, thread_after=math.inf)
    assert [await templates.render(connection(), "page") for _ in range(2)] == ["somebody", "somebody"]
    assert page.where() == "tL"


async def test_the_sync_method_renders_where_it_is_called():
    page = Recording()
    of(page, thread_after=0).TemplateResponse(connection(), "page")
    assert page.where() == "L"


async def test_the_default_is_five_milliseconds():
    page = Recording()
    templates = of(page)
    key = ("page", ())
    templates._times.note(key, 0.0049)
    await templates.render(connection(), "page")
    templates._times.note(key, 0.0051)
    await templates.render(connection(), "page")
    assert page.where() == "Lt"


@pytest.mark.parametrize("thread_after", [-1, math.nan])
def test_a_time_that_is_none(thread_after):
    with pytest.raises(ValueError, match="thread_after"):
        of(Page(""), thread_after=thread_after)


# What an engine may do beyond that.


async def test_a_template_that_awaits():
    templates = of(Awaited())
    for _ in range(2):
        assert await templates.render(connection(), "page", {"x": 1}) == "awaited 1"
    assert (await templates.respond(connection(), "page", {"x": 2})).body == b"awaited 2"


async def test_blocks():
    templates = of(Blocks(""))
    assert templates.TemplateResponse(connection(), "page", {"x": 1}, block="row").body == b"row 1"
    assert await templates.render(connection(), "page", {"x": 1}, block=["row", "row"]) == "row 1|row 1"
    response = await templates.respond(connection(), "page", {"x": 2}, fragment="row")
    assert (response.body, "HX-Request" in response.headers["vary"]) == (b"", True)
    htmx = connection(headers=[(b"hx-request", b"true")])
    assert (await templates.respond(htmx, "page", {"x": 2}, fragment="row")).body == b"row 2"


async def test_blocks_of_a_template_that_awaits():
    class Both(Awaited, Blocks):
        pass

    assert await of(Both("")).render(connection(), "page", {"x": 1}, block="row") == "row 1"


async def test_a_block_that_is_not_there():
    templates = of(Blocks(""))
    with pytest.raises(BlockNotFound, match=r"'page' has no block 'col'\. It has: row"):
        templates.TemplateResponse(connection(), "page", block="col")
    with pytest.raises(BlockNotFound, match="'page' has no block ''"):
        await templates.respond(connection(), "page", block="")


async def test_an_engine_without_blocks():
    templates = of(Page(""))
    with pytest.raises(TypeError, match=r"type Page cannot render single blocks: they have no method render_blocks"):
        templates.TemplateResponse(connection(), "page", block="row")
    with pytest.raises(TypeError, match="cannot render single blocks"):
        await templates.render(connection(), "page", block="row")


async def test_streaming(drive):
    class Pieces(Page):
        def generate(self, context):
            yield f"one {context['x']},"
            yield f"two {context['y']}"

    ran = []

    async def background():
        ran.append(True)

    templates = of(Pieces(""), context_processors=[lambda request: {"y": request.url.path}])

    async def app(scope, receive, send):
        response = templates.StreamingTemplateResponse(
            HTTPConnection(scope), "page", {"x": 1}, 201, {"x-a": "b"}, "text/plain", background
        )
        assert type(response) is StreamingTemplateResponse
        await response(scope, receive, send)

    answer = await drive.request(app, "/path")
    assert (answer.status, answer.text) == (201, "one 1,two /path")
    assert (answer.headers["x-a"], answer.headers["content-type"]) == ("b", "text/plain; charset=utf-8")
    assert ran == [True]


async def test_stream_makes_the_same_response(drive):
    class Pieces(Page):
        def generate(self, context):
            yield f"{context['x']} {context['y']}"

    ran = []

    async def background():
        ran.append(True)

    templates = of(Pieces(""), context_processors=[adding])

    async def app(scope, receive, send):
        response = await templates.stream(
            HTTPConnection(scope), "page", {"x": 1, "y": 2}, 201, {"x-a": "b"}, "text/plain", background
        )
        assert type(response) is StreamingTemplateResponse
        await response(scope, receive, send)

    answer = await drive.request(app, "/path")
    assert (answer.status, answer.text) == (201, "async 2")
    assert (answer.headers["x-a"], answer.headers["content-type"]) == ("b", "text/plain; charset=utf-8")
    assert ran == [True]


@pytest.mark.parametrize(("thread_after", "threads"), [(math.inf, "tLL"), (0, "ttt")])
async def test_where_a_template_is_loaded_that_is_streamed(thread_after, threads):
    class Noting(Pages):
        def get_template(self, name):
            places.append("L" if threading.get_ident() == here else "t")
            return self[name]

    here = threading.get_ident()
    places = []
    page = Awaited()
    templates = Templates(Noting(page=page), thread_after=thread_after)
    for _ in range(3):
        assert (await templates.stream(connection(), "page")).template is page
    assert "".join(places) == threads


async def test_an_engine_that_cannot_stream():
    with pytest.raises(TypeError, match="cannot be streamed"):
        of(Page("")).StreamingTemplateResponse(connection(), "page")
    with pytest.raises(TypeError, match="cannot be streamed"):
        await of(Page("")).stream(connection(), "page")
