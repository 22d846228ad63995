import linecache
import time
from html.parser import HTMLParser

import pytest

from asgi_middleware import ServerErrorMiddleware

INJECTION = '"><script>alert(1)</script>&amp;'
VOID = {"meta"}


class Page(HTMLParser):
    """The page as a browser reads it: every element closed in order, its texts by tag, and the tags there are."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.tags = set()
        self.texts = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in {*self.open}:
            self.texts[tag][-1] += data


@pytest.fixture
def page(drive, catch):
    """The page of the exception that a function raises, as a `Page`."""

    async def make(function):
        async def app(scope, receive, send):
            function()

        answer = await drive.request(catch(ServerErrorMiddleware(app, debug=True)), headers={"accept": "text/html"})
        assert answer.status == 500
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return Page(answer.text)

    return make


@pytest.fixture
def text(drive, catch):
    """The text of the exception that a function raises."""

    async def make(function):
        async def app(scope, receive, send):
            function()

        return (await drive.request(catch(ServerErrorMiddleware(app, debug=True)))).text

    return make


def raising(error):
    def function():
        raise error

    return function


def generated(source, filename, name="function"):
    """A function of this source, as if it were in a file of this name."""
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace = {}
    exec(compile(source, filename, "exec"), namespace)
    return namespace[name]


async def test_it_shows_what_was_raised_and_where(page):
    shown = await page(raising(ValueError("no such thing")))
    assert shown.texts["title"] == ["ValueError: no such thing"]
    assert (shown.texts["h1"], shown.texts["h2"]) == (["ValueError"], ["no such thing"])
    assert shown.texts["mark"][0].endswith("        raise error")
    assert shown.texts["summary"][0].startswith(f"{__file__}, line ")
    assert shown.texts["summary"][0].endswith(", in function")
    assert shown.texts["summary"][-1] == "As text"
    assert shown.texts["pre"][-1].startswith("Traceback (most recent call last):\n")
    assert shown.texts["pre"][-1].endswith("ValueError: no such thing\n")


async def test_the_innermost_frame_comes_first_and_is_open(drive, catch):
    def outer():
        raising(ValueError())()

    async def app(scope, receive, send):
        outer()

    answer = await drive.request(catch(ServerErrorMiddleware(app, debug=True)), headers={"accept": "text/html"})
    functions = [
        line.rpartition(", in ")[2] for line in answer.text.splitlines() if "<summary>" in line and "line" in line
    ]
    assert functions == [f"{name}</summary>" for name in ("function", "outer", "app", "__call__")]
    assert answer.text.count("<details open>") == 1
    assert answer.text.index("<details open>") < answer.text.index("<details>")


async def test_the_source_around_is_shown(page):
    source = "".join(f"# {number}\n" for number in range(1, 11)) + "def function():\n    raise ValueError\n# 13\n"
    shown = await page(generated(source, "around.py"))
    assert shown.texts["pre"][0].splitlines() == [
        "    8 # 8",
        "    9 # 9",
        "   10 # 10",
        "   11 def function():",
        "   12     raise ValueError",
        "   13 # 13",
    ]
    assert shown.texts["mark"][0] == "   12     raise ValueError"


# Whatever it shows, it is text


async def test_script_in_the_message(page):
    shown = await page(raising(ValueError(f"/path/{INJECTION}")))
    assert "script" not in shown.tags
    assert shown.texts["title"] == [f"ValueError: /path/{INJECTION}"]
    assert shown.texts["h2"] == [f"/path/{INJECTION}"]
    assert f"ValueError: /path/{INJECTION}\n" in shown.texts["pre"][-1]


async def test_script_in_the_class_name(page):
    shown = await page(raising(type(INJECTION, (Exception,), {})("no")))
    assert "script" not in shown.tags
    assert (shown.texts["title"], shown.texts["h1"]) == ([f"{INJECTION}: no"], [INJECTION])


async def test_script_in_source_file_and_function_names(page):
    function = generated(f"def function():\n    raise ValueError  # {INJECTION}\n", f"/tmp/{INJECTION}.py")
    function.__code__ = function.__code__.replace(co_name=INJECTION)
    shown = await page(function)
    assert "script" not in shown.tags
    assert shown.texts["summary"][0] == f"/tmp/{INJECTION}.py, line 2, in {INJECTION}"
    assert shown.texts["mark"][0] == f"    2     raise ValueError  # {INJECTION}"


async def test_script_in_notes_causes_and_groups(page):
    error = ExceptionGroup(INJECTION, [ValueError(INJECTION)])
    error.add_note(INJECTION)
    error.__cause__ = KeyError(INJECTION)
    shown = await page(raising(error))
    assert "script" not in shown.tags
    assert shown.texts["pre"][-1].count(INJECTION) == 4


async def test_braces_are_no_placeholders(page):
    shown = await page(raising(ValueError("{title} {0} %s {")))
    assert shown.texts["h2"] == ["{title} {0} %s {"]


async def test_lone_surrogates_are_written_as_escapes(page, text):
    function = raising(ValueError("caf\udce9"))
    assert (await page(function)).texts["h2"] == ["caf\\udce9"]
    assert (await text(function)).endswith("ValueError: caf\\udce9\n")


# Chains


def chained():
    try:
        raise KeyError("first")
    except KeyError as error:
        raise ValueError("second") from error


def contextual():
    try:
        raise KeyError("first")
    except KeyError:
        raise ValueError("second")  # noqa: B904


def suppressed():
    try:
        raise KeyError("first")
    except KeyError:
        raise ValueError("second") from None


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (chained, ["ValueError", "KeyError"]),
        (contextual, ["ValueError", "KeyError"]),
        (suppressed, ["ValueError"]),
    ],
)
async def test_causes_are_shown_after_what_they_caused(page, text, function, expected):
    shown = await page(function)
    assert shown.texts["h1"] == expected
    assert ("KeyError" in shown.texts["pre"][-1]) == ("KeyError" in expected)
    assert ("KeyError: 'first'" in await text(function)) == ("KeyError" in expected)


async def test_a_cycle_of_causes_ends(page, text):
    first, second = KeyError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert (await page(raising(first))).texts["h1"] == ["KeyError", "ValueError"]
    assert (await text(raising(first))).count("KeyError: 'first'") == 1


class EqualError(Exception):
    """Equal to everything, and false: neither may confuse the chain."""

    def __eq__(self, other):
        return True

    __hash__ = Exception.__hash__

    def __bool__(self):
        return False


async def test_the_chain_goes_by_identity(page):
    first, second = EqualError("first"), EqualError("second")
    first.__cause__ = second
    first.__context__ = KeyError("not this one")
    assert (await page(raising(first))).texts["h2"] == ["first", "second"]


# Unusual exceptions


async def test_an_exception_whose_str_fails(page, text):
    class MuteError(Exception):
        def __str__(self):
            raise RuntimeError

    shown = await page(raising(MuteError()))
    assert shown.texts["title"] == ["MuteError: (its str() failed)"]
    assert shown.texts["h2"] == ["(its str() failed)"]
    assert "<exception str() failed>" in await text(raising(MuteError()))


async def test_an_exception_without_a_traceback(page):
    error = ValueError("shown")
    error.__cause__ = KeyError("never raised")
    shown = await page(raising(error))
    assert shown.texts["h2"] == ["shown", "'never raised'"]


async def test_a_syntax_error_shows_its_line(page, text):
    def function():
        compile("x = <>\n", "<template>", "exec")

    shown = await page(function)
    assert shown.texts["h1"] == ["SyntaxError"]
    for traceback in (shown.texts["pre"][-1], await text(function)):
        assert '  File "<template>", line 1\n    x = <>\n        ^^\n' in traceback


async def test_an_exception_group_shows_its_members(page, text):
    def function():
        raise ExceptionGroup("both failed", [ValueError("one"), KeyError("two")])

    shown = await page(function)
    assert (shown.texts["h1"], shown.texts["h2"]) == (["ExceptionGroup"], ["both failed (2 sub-exceptions)"])
    for traceback in (shown.texts["pre"][-1], await text(function)):
        assert "ValueError: one\n" in traceback
        assert "KeyError: 'two'\n" in traceback


async def test_source_that_cannot_be_read_is_left_out(page):
    namespace = {}
    exec("def function():\n    raise ValueError", namespace)
    shown = await page(namespace["function"])
    assert (shown.texts["summary"][0], shown.texts["pre"][0]) == ("<string>, line 2, in function", "")


def no_locations(code_units):
    """A location table of CPython that gives none for any code unit: entries of code 15, each for up to eight units."""
    full, rest = divmod(code_units, 8)
    return b"\xff" * full + (bytes([0xF8 | (rest - 1)]) if rest else b"")


async def test_code_without_line_numbers(page):
    function = generated("def function():\n    raise ValueError\n", "unnumbered.py")
    function.__code__ = function.__code__.replace(co_linetable=no_locations(len(function.__code__.co_code) // 2))
    shown = await page(function)
    assert (shown.texts["summary"][0], shown.texts["pre"][0]) == ("unnumbered.py, line None, in function", "")


async def test_endless_recursion_shows_the_innermost_frames(page):
    def function():
        function()

    shown = await page(function)
    assert shown.texts["h1"][0] == "RecursionError"
    assert len(shown.texts["details"]) <= 101 * len(shown.texts["h1"])
    assert "  [Previous line repeated " in shown.texts["pre"][-1]


@pytest.mark.parametrize("headers", [{"accept": "text/html"}, {}])
async def test_a_message_of_4_mib(drive, catch, raising, headers):
    app = catch(ServerErrorMiddleware(raising(ValueError("<&\n " * 2**20)), debug=True))
    started = time.perf_counter()
    answer = await drive.request(app, headers=headers)
    assert time.perf_counter() - started < 20
    assert answer.status == 500
    if headers:
        assert answer.text.count("&lt;&amp;\n ") == 2 * 2**20 + 27  # heading, text, and the title cut at 120 characters
    else:
        assert answer.text.count("<&\n ") == 2**20


async def test_a_chain_of_thousands(page):
    error = ValueError("0")
    for number in range(1, 5000):
        following = ValueError(str(number))
        following.__cause__ = error
        error = following
    shown = await page(raising(error))
    assert shown.texts["h2"] == [str(number) for number in reversed(range(5000))]
