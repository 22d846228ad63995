"""Where templates come from, and what they see."""

from __future__ import annotations

import math
import threading

import anyio
import anyio.to_thread
import jinja2
import pytest

from asgi_templates import Jinja2Templates, TemplateResponse, Templates
from asgi_types import URL, HTTPConnection


def from_strings(processors=None, **pages):
    """Templates named ``<key>.html`` with this text, in an environment that escapes."""
    loader = jinja2.DictLoader({f"{name}.html": text for name, text in pages.items()})
    env = jinja2.Environment(loader=loader, autoescape=True)
    return Jinja2Templates(env=env, context_processors=processors)


def connection(**scope):
    return HTTPConnection({"type": "http", "path": "/", "headers": [], "query_string": b"", **scope})


class Routes:
    """What `HTTPConnection.url_for` asks for a path."""

    def url_path_for(self, name, /, **path_params):
        self.asked = (name, path_params)
        return self

    def make_absolute_url(self, base_url):
        return URL(f"{base_url}{self.asked[0]}?{'&'.join(f'{k}={v}' for k, v in self.asked[1].items())}")


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "page.html").write_text("<p>{{ name }}", "utf-8")
    (tmp_path / "page.txt").write_text("{{ name }}", "utf-8")
    (tmp_path / "block.html").write_text("{% block b %}{{ name }}{% endblock %}", "utf-8")
    (tmp_path / "where.html").write_text("{{ thread() }}", "utf-8")
    return tmp_path


def test_directory_escapes_html_and_nothing_else(directory):
    templates = Jinja2Templates(directory)
    context = {"name": "<script>alert('Zoë & Ann')</script>"}
    page = templates.TemplateResponse(connection(), "page.html", context)
    escaped = "&lt;script&gt;alert(&#39;Zoë &amp; Ann&#39;)&lt;/script&gt;"
    assert page.body == f"<p>{escaped}".encode()
    text = templates.TemplateResponse(connection(), "page.txt", context, media_type="text/plain")
    assert text.body == context["name"].encode()
    assert text.headers["content-type"] == "text/plain; charset=utf-8"


def test_directory_may_be_text(directory):
    response = Jinja2Templates(str(directory)).TemplateResponse(connection(), "page.html", {"name": "Ann"})
    assert response.body == b"<p>Ann"


def test_directories_are_searched_in_order(directory, tmp_path):
    first = tmp_path / "first"
    first.mkdir()
    (first / "page.html").write_text("first", "utf-8")
    templates = Jinja2Templates(directory=[first, str(directory)])
    assert templates.TemplateResponse(connection(), "page.html").body == b"first"
    assert templates.TemplateResponse(connection(), "page.txt", {"name": "second"}).body == b"second"


OUTSIDE = [
    *("../secret.txt", "/etc/passwd", "a/../../secret.txt", "..", ".", "", "/", "page.html/../../secret.txt"),
    *("..\\secret.txt", "a\\..\\..\\secret.txt", "page.html\0", "\0", "../secret.txt\0.html", "%2e%2e/secret.txt"),
    *("x" * 5000, "\ud800", "secret.txt", "page.html/x", "file:///etc/passwd", "~/.profile"),
]


@pytest.fixture
def outside(directory):
    (directory / "inside").mkdir()
    (directory / "secret.txt").write_text("secret", "utf-8")
    (directory / "inside" / "page.html").write_text("page", "utf-8")
    return directory / "inside"


@pytest.mark.parametrize("name", OUTSIDE)
async def test_a_name_from_the_network_stays_in_the_directory(outside, name):
    templates = Jinja2Templates(outside)
    with pytest.raises(jinja2.TemplateNotFound):
        await templates.respond(connection(), name)
    with pytest.raises(jinja2.TemplateNotFound):
        await templates.render(connection(), name, block="a")
    with pytest.raises(jinja2.TemplateNotFound):
        await templates.stream(connection(), name)


@pytest.mark.parametrize("name", OUTSIDE)
def test_it_does_so_in_the_sync_methods(outside, name):
    templates = Jinja2Templates(outside)
    for method in (templates.TemplateResponse, templates.StreamingTemplateResponse):
        with pytest.raises(jinja2.TemplateNotFound):
            method(connection(), name)


def test_missing_template():
    with pytest.raises(jinja2.TemplateNotFound, match=r"^other\.html$"):
        from_strings(page="").TemplateResponse(connection(), "other.html")


@pytest.mark.parametrize("arguments", [{}, {"directory": ""}, {"directory": "a", "env": jinja2.Environment()}])
def test_exactly_one_source(arguments):
    with pytest.raises(AssertionError, match=r"^either 'directory' or 'env' arguments must be passed$"):
        Jinja2Templates(**arguments)


ORDER = r"^The request comes first, and then the name: TemplateResponse\(request, name, context\)\.$"


async def test_the_order_of_old_versions_of_starlette():
    """It is told by all methods: who migrates puts ``await respond(`` in the place of ``TemplateResponse(``."""
    templates = from_strings(page="")
    for method in (templates.TemplateResponse, templates.StreamingTemplateResponse):
        with pytest.raises(TypeError, match=ORDER):
            method("page.html", {"request": connection()})
    for method in (templates.respond, templates.render, templates.stream):
        with pytest.raises(TypeError, match=ORDER):
            await method("page.html", {"request": connection()})
    with pytest.raises(TypeError, match=ORDER):
        await templates.respond("page.html", {"request": connection()}, fragment="rows")


def test_only_the_directory_is_positional():
    with pytest.raises(TypeError):
        Jinja2Templates("templates", [])


def test_environment_stays_as_it_was_made():
    env = jinja2.Environment(loader=jinja2.DictLoader({"page.html": "{{ name }}"}))
    templates = Jinja2Templates(env=env)
    assert templates.env is env
    assert templates.TemplateResponse(connection(), "page.html", {"name": "<b>"}).body == b"<b>"


def test_get_template():
    templates = from_strings(page="Hello, {{ name }}!")
    assert templates.get_template("page.html").render(name="Ann") == "Hello, Ann!"


async def test_response(drive):
    ran = []

    async def background():
        ran.append(True)

    templates = from_strings(page="{{ name }} at {{ request.url.path }}")

    async def app(scope, receive, send):
        request = HTTPConnection(scope)
        response = templates.TemplateResponse(
            request, "page.html", {"name": "Ann"}, 201, {"X-Name": "value"}, "application/xhtml+xml", background
        )
        assert type(response) is TemplateResponse
        assert response.template.name == "page.html"
        assert response.context == {"request": request, "name": "Ann"}
        await response(scope, receive, send)

    answer = await drive.request(app, "/page")
    assert (answer.status, answer.text) == (201, "Ann at /page")
    assert answer.headers["content-type"] == "application/xhtml+xml"
    assert answer.headers["x-name"] == "value"
    assert ran == [True]


def test_context_may_be_left_out():
    request = connection()
    response = from_strings(page="empty").TemplateResponse(request, "page.html")
    assert response.context == {"request": request}
    assert (response.body, response.status_code) == (b"empty", 200)


def test_the_callers_context_is_not_changed():
    context = {"name": "Ann"}
    templates = from_strings([lambda request: {"name": "Bob", "more": 1}], page="{{ name }}")
    assert templates.TemplateResponse(connection(), "page.html", context).body == b"Bob"
    assert context == {"name": "Ann"}


def test_the_callers_request_is_kept():
    response = from_strings(page="{{ request }}").TemplateResponse(connection(), "page.html", {"request": "mine"})
    assert response.body == b"mine"


def test_context_processors_run_in_order_over_the_context():
    seen = []

    def first(request):
        seen.append(request)
        return {"a": "first", "b": "first", "c": "first"}

    def second(request):
        seen.append(request)
        return {"b": "second"}

    templates = from_strings([first, second], page="{{ a }} {{ b }} {{ c }} {{ d }}")
    assert templates.context_processors == [first, second]
    request = connection()
    response = templates.TemplateResponse(request, "page.html", {"c": "context", "d": "context"})
    assert response.body == b"first second first context"
    assert [one is request for one in seen] == [True, True]


def test_no_context_processors():
    templates = from_strings(page="")
    templates.context_processors.append(lambda request: {"a": 1})
    assert from_strings(page="").context_processors == []


def test_url_for():
    page = """<a href="{{ url_for('item', id=7, q='<&>') }}">"""
    request = connection(router=Routes(), root_path="/app", server=("example.org", 80))
    response = from_strings(page=page).TemplateResponse(request, "page.html")
    assert response.body == b'<a href="http://example.org/app/item?id=7&amp;q=&lt;&amp;&gt;">'


def test_url_for_takes_a_path_parameter_called_name():
    request = connection(router=Routes(), server=("example.org", 80))
    response = from_strings(page="{{ url_for('user', name='ann') }}").TemplateResponse(request, "page.html")
    assert response.body == b"http://example.org/user?name=ann"


def test_url_for_uses_the_request_in_the_context():
    inner = connection(router=Routes(), server=("inner.example", 80))
    outer = connection(router=Routes(), server=("outer.example", 80))
    response = from_strings(page="{{ url_for('a') }}").TemplateResponse(outer, "page.html", {"request": inner})
    assert response.body == b"http://inner.example/a?"


def test_url_for_without_a_router():
    with pytest.raises(RuntimeError, match="or with a router"):
        from_strings(page="{{ url_for('a') }}").TemplateResponse(connection(), "page.html")


def test_an_environments_own_url_for_is_kept():
    env = jinja2.Environment(loader=jinja2.DictLoader({"page.html": "{{ url_for('a') }}"}))
    env.globals["url_for"] = lambda name: f"own {name}"
    assert Jinja2Templates(env=env).TemplateResponse(connection(), "page.html").body == b"own a"


def test_it_is_one_of_the_templates():
    templates = from_strings(page="")
    assert isinstance(templates, Templates)
    assert templates.engine is templates.env
    templates.env = other = jinja2.Environment(loader=jinja2.DictLoader({"other.html": "other"}))
    assert templates.engine is other
    assert templates.TemplateResponse(connection(), "other.html").body == b"other"


def test_a_subclass_may_find_templates_elsewhere():
    class Mailing(Jinja2Templates):
        def get_template(self, name):
            return self.env.from_string(f"{name}: {{{{ x }}}}")

    templates = Mailing(env=jinja2.Environment())
    assert templates.TemplateResponse(connection(), "mail", {"x": 1}).body == b"mail: 1"


def test_init_may_be_replaced_at_run_time(monkeypatch):
    """So does instrumentation, which adds a context processor or global names."""
    original = Jinja2Templates.__init__

    def patched(self, *args, **kwargs):
        kwargs.setdefault("context_processors", []).append(lambda request: {"trace": "traced"})
        original(self, *args, **kwargs)
        self.env.globals["version"] = 1

    monkeypatch.setattr(Jinja2Templates, "__init__", patched)
    env = jinja2.Environment(loader=jinja2.DictLoader({"page.html": "{{ trace }} {{ version }}"}))
    assert Jinja2Templates(env=env).TemplateResponse(connection(), "page.html").body == b"traced 1"


@pytest.mark.parametrize("auto_reload", [True, False])
def test_auto_reload(directory, auto_reload):
    templates = Jinja2Templates(directory, auto_reload=auto_reload)
    assert templates.env.auto_reload is auto_reload
    assert Jinja2Templates(directory).env.auto_reload is True


def test_auto_reload_of_an_environment_is_its_own():
    with pytest.raises(ValueError, match=r"make the environment with jinja2's auto_reload=False"):
        Jinja2Templates(env=jinja2.Environment(), auto_reload=False)


THREADS = {"page.html": "{{ thread() }}{% block b %}{{ thread() }}{% endblock %}"}


def where(templates):
    """Make each ``thread()`` in a template say where it is: ``L`` on the event loop, ``t`` elsewhere."""
    here = threading.get_ident()
    templates.env.globals["thread"] = lambda: "L" if threading.get_ident() == here else "t"
    return templates


@pytest.mark.parametrize(
    ("options", "threads"),
    [
        ({"auto_reload": False}, ["tt", "LL", "t", "L"]),
        ({"auto_reload": False, "enable_async": True}, ["LL", "LL", "L", "L"]),
        ({"auto_reload": True}, ["tt", "tt", "t", "t"]),
        ({"auto_reload": False, "cache_size": 0}, ["tt", "tt", "t", "t"]),
    ],
)
async def test_where_it_is_rendered(options, threads):
    env = jinja2.Environment(loader=jinja2.DictLoader(THREADS), **options)
    templates = where(Jinja2Templates(env=env, thread_after=math.inf))
    rendered = [await templates.render(connection(), "page.html", block=block) for block in (None, None, "b", "b")]
    assert rendered == threads


async def test_thread_after_is_the_same_for_a_directory(directory):
    templates = where(Jinja2Templates(directory, auto_reload=False, thread_after=0))
    assert [await templates.render(connection(), "where.html") for _ in range(2)] == ["t", "t"]


async def test_an_environment_that_awaits():
    async def load(x):
        return f"<{x}>"

    pages = {
        "page.html": "{{ load(1) }} {% for x in items() %}{{ x }}{% endfor %}{% block b %}{{ load(x) }}{% endblock %}"
    }

    async def items():
        yield 1
        yield 2

    env = jinja2.Environment(loader=jinja2.DictLoader(pages), autoescape=True, enable_async=True)
    templates = Jinja2Templates(env=env)
    context = {"load": load, "items": items, "x": 3}
    for _ in range(2):
        response = await templates.respond(connection(), "page.html", context)
        assert response.body == b"&lt;1&gt; 12&lt;3&gt;"
        assert await templates.render(connection(), "page.html", context, block="b") == "&lt;3&gt;"


ON_THE_LOOP = r"enable_async=True, and nothing is awaited here: call `await templates\.respond\(\.\.\.\)` instead"


async def test_an_environment_that_awaits_in_the_sync_method():
    """On the event loop it is one error, without a warning of a coroutine; elsewhere Jinja2 runs a loop of its own."""
    env = jinja2.Environment(loader=jinja2.DictLoader({"page.html": "{{ x() }}"}), enable_async=True)
    templates = Jinja2Templates(env=env)

    async def x():
        return "awaited"

    def render():
        return templates.TemplateResponse(connection(), "page.html", {"x": x}).body

    with pytest.raises(TypeError, match=ON_THE_LOOP):
        render()
    with pytest.raises(TypeError, match=ON_THE_LOOP):
        TemplateResponse(env.get_template("page.html"), {"x": x})
    assert await run_in_plain_thread(render) == b"awaited"
    assert await anyio.to_thread.run_sync(render) == b"awaited"


async def run_in_plain_thread(function):
    """What it returns, in a thread that no event loop knows."""
    results = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    await anyio.to_thread.run_sync(thread.join)
    return results[0]


def test_a_subclass_may_set_the_defaults_of_its_environment():
    """So do subclasses that were written for Starlette, whose method has this name."""

    class Own(Jinja2Templates):
        def _setup_env_defaults(self, env):
            super()._setup_env_defaults(env)
            env.globals["own"] = "own"

    class Bare(Jinja2Templates):
        def _setup_env_defaults(self, env):
            pass

    env = jinja2.Environment(loader=jinja2.DictLoader({"page.html": "{{ own }}"}))
    assert Own(env=env).TemplateResponse(connection(), "page.html").body == b"own"
    assert "csrf_token" in env.globals
    assert "csrf_token" not in Bare(env=jinja2.Environment()).env.globals


async def test_a_template_that_changes_is_read_again(tmp_path):
    pages = {"page.html": "one{% block b %}1{% endblock %}"}
    env = jinja2.Environment(loader=jinja2.DictLoader(pages))
    templates = Jinja2Templates(env=env)
    assert await templates.render(connection(), "page.html") == "one1"
    assert await templates.render(connection(), "page.html", block="b") == "1"
    pages["page.html"] = "two{% set x = 2 %}{% block b %}{{ x }}{% endblock %}"
    assert await templates.render(connection(), "page.html") == "two2"
    assert await templates.render(connection(), "page.html", block="b") == "2"


@pytest.mark.parametrize("block", [None, "b"])
@pytest.mark.parametrize("enable_async", [False, True])
async def test_what_is_put_into_a_page_is_escaped_on_every_way(directory, block, enable_async):
    """Advisories on templates: script injection where escaping was off, or was lost on one way."""
    templates = Jinja2Templates(directory)
    if enable_async:
        env = jinja2.Environment(loader=templates.env.loader, autoescape=jinja2.select_autoescape(), enable_async=True)
        templates = Jinja2Templates(env=env)
    context = {"name": "<script>alert(1)</script>"}
    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert await templates.render(connection(), "block.html", context, block=block) == escaped
    response = await templates.respond(connection(), "block.html", context, block=block)
    assert response.body == escaped.encode()


@pytest.mark.parametrize("block", [None, "b"])
def test_it_is_escaped_in_the_sync_method(directory, block):
    context = {"name": "<script>"}
    response = Jinja2Templates(directory).TemplateResponse(connection(), "block.html", context, block=block)
    assert response.body == b"&lt;script&gt;"


async def test_text_of_a_user_is_no_template(directory):
    response = await Jinja2Templates(directory).respond(connection(), "page.html", {"name": "{{ 7 * 7 }}"})
    assert response.body == b"<p>{{ 7 * 7 }}"


async def test_errors_tell_the_source_where_no_file_has_it():
    pages = {"page.html": "{{ 1 // 0 }}{% block b %}{{ 1 // 0 }}{% endblock %}", "bad.html": "{% if"}
    templates = Jinja2Templates(env=jinja2.Environment(loader=jinja2.DictLoader(pages)))

    async def sync(name, block=None):
        return templates.TemplateResponse(connection(), name, block=block)

    async def sync_stream(name):
        return templates.StreamingTemplateResponse(connection(), name)

    for method in (sync, lambda *args, **kw: templates.respond(connection(), *args, **kw)):
        for block in (None, "b"):
            with pytest.raises(ZeroDivisionError) as caught:
                await method("page.html", block=block)
            assert "1 // 0" in "".join(caught.value.__notes__)
    for method in (sync, sync_stream, lambda name: templates.stream(connection(), name)):
        with pytest.raises(jinja2.TemplateSyntaxError) as syntax:
            await method("bad.html")
        assert "{% if" in "".join(syntax.value.__notes__)
