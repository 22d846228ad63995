import platform
from importlib.metadata import version

import pytest

import asgi_middleware
from asgi_middleware import ServerErrorMiddleware


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


VERSION = version("asgi-middleware")


async def test_the_title_is_one_line(report, fails):
    assert (await report(fails(ValueError("one\ntwo  three"))))["title"] == "ValueError: one two three"
    assert len((await report(fails(ValueError("x" * 1000))))["title"]) == 120


async def test_versions(report, fails):
    found = (await report(fails(ValueError())))["versions"]
    assert found["Python"] == platform.python_version()
    assert found["Platform"].startswith(platform.system())
    assert found["asgi-middleware"] == VERSION


async def test_versions_of_the_libraries_in_the_traceback(report, generated, monkeypatch):
    import sys

    source = "def function():\n    raise ValueError\n"
    monkeypatch.setitem(sys.modules, "hypothesis", sys)
    monkeypatch.setitem(sys.modules, "unknown_library", sys)
    for module, expected in (("hypothesis.core", {"hypothesis"}), ("unknown_library", set()), ("json.decoder", set())):
        function = generated(source, f"/venv/site-packages/{module}.py", __name__=module)
        found = (await report(function))["versions"]
        assert found.keys() & {"hypothesis", "unknown-library", "json"} == expected


async def test_a_long_traceback_is_cut_in_the_middle(text, fails):
    error = ValueError("number 0")
    for number in range(1, 2000):
        following = ValueError(f"number {number}")
        following.__cause__ = error
        error = following
    found = await text(fails(error))
    assert "entries are left out]\n" in found
    assert found.startswith("ValueError: number 0\n")
    assert "ValueError: number 1999\n" in found
    assert len(found) < 100_000


async def test_a_long_entry_keeps_its_end_of_line(text, fails):
    error = ValueError("x" * 100_000)
    error.__cause__ = KeyError("first")
    assert "characters)\n" in await text(fails(error))


def test_without_a_request_the_exception_is_shown_alone():
    layer = ServerErrorMiddleware(None)
    error = ValueError("no")
    assert layer.generate_plain_text(error) == "ValueError: no\n"
    page = layer.generate_html(error, limit=3)
    assert "<h2>Request</h2>" not in page
    assert "<h1>ValueError</h1>" in page


def test_the_limit_is_the_number_of_lines():
    try:
        # 1
        # 2
        raise ValueError("no")
        # 4
    except ValueError as raised:
        error = raised
    layer = asgi_middleware.ServerErrorMiddleware(None)
    assert layer.generate_html(error, limit=3).count("<i>") == 3
    assert layer.generate_html(error, limit=0).count("<i>") == 1
