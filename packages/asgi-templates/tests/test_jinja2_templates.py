"""Where templates come from, and what they see."""

from __future__ import annotations

import jinja2
import pytest

from asgi_templates import Jinja2Templates, TemplateResponse
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


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "a/../../secret.txt", ".."])
def test_templates_stay_in_their_directory(directory, name):
    (directory.parent / "secret.txt").write_text("secret", "utf-8")
    with pytest.raises(jinja2.TemplateNotFound):
        Jinja2Templates(directory).get_template(name)


def test_missing_template():
    with pytest.raises(jinja2.TemplateNotFound, match=r"^other\.html$"):
        from_strings(page="").TemplateResponse(connection(), "other.html")


@pytest.mark.parametrize("arguments", [{}, {"directory": ""}, {"directory": "a", "env": jinja2.Environment()}])
def test_exactly_one_source(arguments):
    with pytest.raises(AssertionError, match=r"^either 'directory' or 'env' arguments must be passed$"):
        Jinja2Templates(**arguments)


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
    with pytest.raises(RuntimeError, match="needs a router"):
        from_strings(page="{{ url_for('a') }}").TemplateResponse(connection(), "page.html")


def test_an_environments_own_url_for_is_kept():
    env = jinja2.Environment(loader=jinja2.DictLoader({"page.html": "{{ url_for('a') }}"}))
    env.globals["url_for"] = lambda name: f"own {name}"
    assert Jinja2Templates(env=env).TemplateResponse(connection(), "page.html").body == b"own a"
