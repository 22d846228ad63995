import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


INJECTION = '"><script>alert(1)</script>&amp;'


async def test_it_shows_what_was_raised_and_where(page, fails):
    shown = await page(fails(ValueError("no such thing")), path="/orders/7")
    assert shown.texts("title") == ["ValueError: no such thing"]
    assert shown.texts("h1") == ["ValueError"]
    assert shown.texts("p", "message") == ["no such thing"]
    assert shown.texts("p", "asked") == ["GET http://testserver/orders/7"]
    assert shown.texts("span", "function")[0].endswith("function")
    assert shown.texts("span", "file")[0].startswith(f"{__file__.replace('test_debug_html', 'conftest')}, line ")
    assert shown.texts("span", "current")[0].endswith("            raise error\n")
    assert shown.texts("pre", "text")[0].startswith("Traceback (most recent call last):\n")
    assert shown.texts("pre", "text")[0].endswith("ValueError: no such thing\n")


async def test_it_needs_no_script_and_no_other_file(page, fails):
    shown = await page(fails(ValueError("no")))
    assert shown.tags.isdisjoint({"script", "link", "img", "iframe", "object", "form", "base"})
    names = {name for element in shown.elements for name in element["attrs"]}
    assert names == {"lang", "class", "open", "aria-label", "tabindex", "role"}
    assert "url(" not in shown.source
    assert "@import" not in shown.source


async def test_the_innermost_frame_comes_first(page):
    def outer():
        raise ValueError

    def outermost():
        outer()

    shown = await page(outermost)
    functions = [name.rpartition(".")[2] for name in shown.texts("span", "function")]
    assert functions == ["outer", "outermost", "app", "__call__"]


async def test_frames_of_the_application_are_open_and_those_of_libraries_closed(page):
    import json

    shown = await page(lambda: json.loads("{"))
    details = [element for element in shown.elements if element["tag"] == "details" and "Variables" in element["text"]]
    outer = [(element["attrs"].get("class"), "open" in element["attrs"]) for element in details]
    assert outer[0] == ("library", False)
    assert shown.texts("details", "library")[0].startswith("3 frames of json\n")
    assert (None, True) in outer
    assert all((kind == "library") != is_open for kind, is_open in outer if kind)


async def test_where_all_frames_are_of_libraries_the_first_is_open(page, generated):
    source = "def function():\n    raise ValueError\n"
    shown = await page(generated(source, "/venv/lib/site-packages/lib.py"))
    opened = [element for element in shown.elements if element["tag"] == "details" and "open" in element["attrs"]]
    assert "app" in opened[0]["text"]  # the test's own frame is of no library


async def test_an_exception_of_nothing_but_library_frames(page, generated):
    source = "def inner():\n    raise ValueError\ndef function():\n    inner()\n"
    inner = generated(source, "/venv/lib/site-packages/lib.py", "function")

    def function():
        try:
            inner()
        except ValueError as error:
            error.__traceback__ = error.__traceback__.tb_next
            raise RuntimeError from error

    shown = await page(function)
    cause = next(e for e in shown.elements if e["attrs"].get("aria-label", "").startswith("This was the direct cause"))
    begin = shown.elements.index(cause)
    details = [e for e in shown.elements[begin:] if e["attrs"].get("class") == "library"]
    assert ["open" in element["attrs"] for element in details[:2]] == [True, False]


async def test_the_part_that_failed_is_marked(page, generated):
    shown = await page(generated("def function():\n    a, b = 1, 0\n    return 'ü', (a / b) + 1\n", "marked.py"))
    assert shown.texts("mark") == ["a / b"]


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("cause", "This was the direct cause"),
        ("context", "It happened while this was being handled"),
    ],
)
async def test_how_exceptions_led_to_another_is_said(page, relation, expected):
    def function():
        try:
            raise KeyError("first")
        except KeyError as error:
            if relation == "cause":
                raise ValueError("second") from error
            raise ValueError("second")  # noqa: B904

    shown = await page(function)
    assert shown.texts("p", "relation") == [expected]
    assert shown.texts("h2")[:2] == ["Where it was raised", "KeyError"]
    assert shown.texts("p", "message") == ["second", "'first'"]


async def test_members_of_a_group_are_inside_it(page, fails):
    members = [ValueError("one"), ExceptionGroup("inner", [KeyError("two")])]
    shown = await page(fails(ExceptionGroup("outer", members)))
    sections = [element for element in shown.elements if element["attrs"].get("class") == "error"]
    assert [element["attrs"]["aria-label"] for element in sections] == [
        "Raised: ExceptionGroup",
        "Member of the group: ValueError",
        "Member of the group: ExceptionGroup",
        "Member of the group: KeyError",
    ]
    assert "one" in sections[0]["text"]
    assert "'two'" in sections[2]["text"]
    assert "one" not in sections[2]["text"]


async def test_what_is_left_out_is_said(page, generated):
    source = "def function(depth=100):\n    " + "".join(f"v{n} = " for n in range(45)) + "1\n"
    source += "    if depth == 0:\n        raise ExceptionGroup('many', [ValueError(n) for n in range(30)])\n"
    shown = await page(generated(source + "    function(depth - 1)\n", "deep.py"))
    assert "15 more members are left out." in shown.texts("p")
    assert any(text.endswith(" frames are left out.") for text in shown.texts("p"))
    assert "6 more are left out." in shown.texts("p")


async def test_a_long_chain_is_cut(page, fails):
    error = ValueError("0")
    for number in range(1, 100):
        following = ValueError(str(number))
        following.__cause__ = error
        error = following
    shown = await page(fails(error))
    assert shown.texts("p", "message") == [str(number) for number in range(99, 39, -1)]
    assert "More exceptions are left out." in shown.texts("p")


async def test_a_short_chain_is_not(page, fails):
    assert "More exceptions are left out." not in (await page(fails(ValueError()))).texts("p")


async def test_notes(page, fails):
    error = ValueError("no")
    error.add_note("Try another.")
    assert (await page(fails(error))).texts("p", "note") == ["Try another."]


async def test_a_note_of_lines_keeps_its_columns(page, fails):
    error = ValueError("first")
    error.add_note("In the file <a>:\n  > 1 | <p>")
    shown = await page(fails(error))
    assert shown.texts("p", "note lines") == ["In the file <a>:\n  > 1 | <p>"]
    style = shown.texts("style")[0]
    assert ".note.lines { font: .8125rem/1.55 ui-monospace" in style
    assert "white-space: pre-wrap" in style[style.index(".note {") : style.index(".note.lines")]


async def test_the_request(page, fails):
    headers = [("accept-language", "en"), ("cookie", "theme=dark; id=abc")]
    shown = await page(
        fails(ValueError()),
        path="/orders/7?page=2&page=3",
        headers=headers,
        path_params={"id": 7},
        state={"database": [1]},
    )
    pairs = list(zip(shown.texts("dt"), shown.texts("dd"), strict=True))
    for pair in [
        ("Method", "GET"),
        ("URL", "http://testserver/orders/7?page=2&page=3"),
        ("HTTP", "1.1"),
        ("Client", "testclient:50000"),
        ("id", "7"),
        ("page", "2"),
        ("page", "3"),
        ("accept-language", "en"),
        ("theme", "********"),
        ("database", "[1]"),
    ]:
        assert pair in pairs
    assert shown.texts("h3") == ["Path parameters", "Query parameters", "Headers", "Cookies", "State"]


async def test_what_a_request_has_not_is_not_shown(page, fails):
    shown = await page(fails(ValueError()), client=None)
    assert "Client" not in shown.texts("dt")
    assert shown.texts("h3") == ["Headers"]


# Whatever it shows, it is text (CVE-2016-10516)


async def test_script_in_the_message(page, fails):
    error = ValueError(f"/path/{INJECTION}")
    error.add_note(INJECTION)
    shown = await page(fails(error))
    assert "script" not in shown.tags
    assert shown.texts("title") == [f"ValueError: /path/{INJECTION}"]
    assert shown.texts("p", "message") == [f"/path/{INJECTION}"]
    assert f"ValueError: /path/{INJECTION}\n" in shown.texts("pre", "text")[0]


async def test_script_in_the_class_name(page, fails):
    shown = await page(fails(type(INJECTION, (Exception,), {})("no")))
    assert "script" not in shown.tags
    assert (shown.texts("title"), shown.texts("h1")) == ([f"{INJECTION}: no"], [INJECTION])


async def test_script_in_source_file_function_and_variables(page, generated):
    source = f"def function():\n    {{}}[made]  # {INJECTION}\n"
    function = generated(source, f"/tmp/{INJECTION}.py", made=INJECTION)
    function.__code__ = function.__code__.replace(co_name=INJECTION, co_qualname=INJECTION)
    shown = await page(function)
    assert "script" not in shown.tags
    assert shown.texts("span", "file")[0] == f"/tmp/{INJECTION}.py, line 2"
    assert shown.texts("span", "function")[0] == INJECTION
    assert shown.texts("span", "current")[0].endswith(f"# {INJECTION}\n")


async def test_script_in_the_request_and_in_values(page):
    def function():
        value = {INJECTION: [INJECTION]}
        raise ValueError(value)

    headers = [("x-one", INJECTION), (INJECTION, "x")]
    shown = await page(
        function, path=f"/{INJECTION}?a={INJECTION}", headers=headers, path_params={INJECTION: INJECTION}
    )
    assert "script" not in shown.tags
    assert INJECTION in shown.texts("dt")
    assert INJECTION in shown.texts("dd")


async def test_script_in_causes_and_groups(page, fails):
    error = ExceptionGroup(INJECTION, [ValueError(INJECTION)])
    error.__cause__ = KeyError(INJECTION)
    shown = await page(fails(error))
    assert "script" not in shown.tags
    assert shown.texts("pre", "text")[0].count(INJECTION) == 3
    assert shown.texts("p", "message") == [f"{INJECTION} (1 sub-exception)", INJECTION, repr(INJECTION)]


async def test_braces_are_no_placeholders(page, fails):
    shown = await page(fails(ValueError("{title} {0} %s {")))
    assert shown.texts("p", "message") == ["{title} {0} %s {"]


async def test_lone_surrogates_are_written_as_escapes(page, text, fails):
    function = fails(ValueError("caf\udce9"))
    assert (await page(function)).texts("p", "message") == ["caf\\udce9"]
    assert "ValueError: caf\\udce9\n" in await text(function)
