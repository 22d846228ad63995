"""What a WSGI application learns of a request."""

import io
from wsgiref.validate import check_environ

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware.wsgi import build_environ


@pytest.mark.parametrize(("path", "root_path", "script_name", "path_info"), [
    ("/", "", "", "/"),
    ("/a/b", "", "", "/a/b"),
    ("/app/a", "/app", "/app", "/a"),
    ("/app/", "/app", "/app", "/"),
    ("/app", "/app", "/app", ""),
    ("/app/a", "/app/", "/app", "/a"),
    ("/application", "/app", "/app", "/application"),
    ("/caf\xe9/\u65e5", "/caf\xe9", "/caf\xc3\xa9", "/\xe6\x97\xa5"),
])  # fmt: skip
def test_the_path_is_split_at_the_mount(drive, path, root_path, script_name, path_info):
    environ = build_environ(drive.scope(path, root_path=root_path), b"")
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == (script_name, path_info)


def test_all_that_is_known_is_there(drive):
    headers = {"host": "example.org", "content-type": "text/plain", "content-length": "3", "x-a-b": "c"}
    scope = drive.scope("/a?b=%20c", "POST", headers, scheme="https", http_version="2")
    environ = build_environ(scope, b"abc")
    check_environ(environ)
    assert environ.pop("wsgi.input").read() == b"abc"
    environ.pop("wsgi.errors").write("")
    assert environ == {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a",
        "QUERY_STRING": "b=%20c",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "3",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/2",
        "REMOTE_ADDR": "testclient",
        "REMOTE_PORT": "50000",
        "HTTP_HOST": "example.org",
        "HTTP_X_A_B": "c",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


@pytest.mark.parametrize(("server", "scheme", "found"), [
    (None, "http", ("localhost", "80")),
    (None, "https", ("localhost", "443")),
    (("/run/app.sock", None), "http", ("/run/app.sock", "80")),
    (("::1", 8000), "http", ("::1", "8000")),
])  # fmt: skip
def test_there_is_always_a_server(drive, server, scheme, found):
    environ = build_environ(drive.scope(server=server, scheme=scheme, client=None), b"")
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == found
    assert "REMOTE_ADDR" not in environ


def test_fields_of_one_name_are_joined(drive):
    headers = [(b"accept", b"a"), (b"cookie", b"b=1"), (b"accept", b"c"), (b"cookie", b"d=2"), (b"x-latin", b"\xe9")]
    headers += [(b"content-type", b"text/plain"), (b"content-type", b"text/html")]
    environ = build_environ(drive.scope(headers=headers), b"")
    found = [environ[name] for name in ("HTTP_ACCEPT", "HTTP_COOKIE", "HTTP_X_LATIN", "CONTENT_TYPE")]
    assert found == ["a, c", "b=1; d=2", "\xe9", "text/plain"]


def test_fields_that_could_pass_for_others_are_left_out(drive):
    headers = {"x_forwarded_for": "1.2.3.4", "content_length": "7", "proxy": "http://evil.example", "x-proxy": "fine"}
    environ = build_environ(drive.scope(headers=headers), b"")
    assert {name for name in environ if name.startswith(("HTTP", "CONTENT"))} == {"HTTP_X_PROXY"}


def test_a_body_may_be_a_file(drive):
    body = io.BufferedReader(io.BytesIO(b"abc"))
    assert build_environ(drive.scope(), body)["wsgi.input"] is body


@given(st.text(st.characters(exclude_categories=())), st.lists(st.tuples(st.binary(), st.binary())))
def test_no_request_breaks_it(path, headers):
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"\xff", "headers": headers}
    environ = build_environ(scope, b"")
    assert all(isinstance(environ[name], str) for name in environ if name.isupper())


def test_many_fields_take_linear_time(drive, assert_linear):
    assert_linear(lambda scope: build_environ(scope, b""), lambda n: drive.scope(headers=[(b"a", b"b")] * n), 10_000)
