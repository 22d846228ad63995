import linecache

import anyio
import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


async def test_a_frame_says_where_it_is(report, generated):
    function = generated("def function():\n    raise ValueError\n", "/srv/shop/orders.py", __name__="shop.orders")
    frame = (await report(function))["errors"][0]["frames"][0]
    assert (frame["file"], frame["line"], frame["function"]) == ("/srv/shop/orders.py", 2, "function")
    assert (frame["module"], frame["is_library"]) == ("shop.orders", False)


async def test_a_module_without_a_name(report, generated):
    function = generated("def function():\n    raise ValueError\n", "nameless.py", __name__=None)
    assert (await report(function))["errors"][0]["frames"][0]["module"] == ""


@pytest.mark.parametrize(
    ("filename", "module", "is_library"),
    [
        ("/venv/lib/python3.11/site-packages/lib/a.py", "lib.a", True),
        ("C:\\venv\\Lib\\site-packages\\lib\\a.py", "lib.a", True),
        ("/usr/lib/python3/dist-packages/lib/a.py", "lib.a", True),
        ("<frozen importlib._bootstrap>", "importlib._bootstrap", True),
        (linecache.__file__, "linecache", True),
        ("<router>", "asgi_routing._router", True),
        ("<application>", "shine._application", True),
        ("/srv/shop/orders.py", "shop.orders", False),
        ("/srv/shop/shiner.py", "shiner", False),
        ("<string>", "__main__", False),
    ],
)
async def test_which_code_is_of_libraries(report, generated, filename, module, is_library):
    function = generated("def function():\n    raise ValueError\n", filename, __name__=module)
    assert (await report(function))["errors"][0]["frames"][0]["is_library"] is is_library


async def test_the_source_around_is_shown(report, generated):
    source = "".join(f"# {number}\n" for number in range(1, 11)) + "def function():\n    raise ValueError\n# 13\n"
    lines = (await report(generated(source, "around.py")))["errors"][0]["frames"][0]["source"]
    assert [(line["number"], line["text"]) for line in lines] == [
        (9, "# 9"),
        (10, "# 10"),
        (11, "def function():"),
        (12, "    raise ValueError"),
        (13, "# 13"),
    ]
    assert [line["is_current"] for line in lines] == [False, False, False, True, False]


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("return 'ü' + missing + 'ü'", "missing"),
        ("return {}['a']['b']", "{}['a']"),
        ("raise ValueError", None),
        ("return (1 /", "(1 /"),
    ],
)
async def test_the_columns_are_characters(report, generated, line, marked):
    rest = " 0) + 1\n" if line.endswith("/") else ""
    function = generated(f"def function():\n    {line}\n{rest}", f"columns-{marked}.py")
    found = next(line for line in (await report(function))["errors"][0]["frames"][0]["source"] if line["is_current"])
    if line.endswith("/"):
        assert found["marked"] is None or found["text"][slice(*found["marked"])] == "1 /"
    else:
        assert (found["marked"] and found["text"][slice(*found["marked"])]) == marked


async def test_a_line_with_a_secret_is_not_marked(report, generated):
    function = generated("def function():\n    return missing, dict(password='hunter2')\n", "masked.py")
    line = (await report(function))["errors"][0]["frames"][0]["source"][1]
    assert (line["text"], line["marked"]) == ('    return missing, dict(password="********")', None)


async def test_a_very_long_line_is_cut(report, generated):
    function = generated(f"def function():\n    return {'1 + ' * 200} missing\n", "long.py")
    line = (await report(function))["errors"][0]["frames"][0]["source"][1]
    assert (len(line["text"]), line["marked"]) == (400, None)


async def test_source_that_cannot_be_read_is_left_out(page, report):
    namespace = {}
    exec("def function():\n    raise ValueError", namespace)
    frame = (await report(namespace["function"]))["errors"][0]["frames"][0]
    assert (frame["file"], frame["line"], frame["source"]) == ("<string>", 2, [])
    assert (await page(namespace["function"])).texts("span", "file")[0] == "<string>, line 2"


def no_locations(code_units):
    """A location table of CPython that gives none for any code unit: entries of code 15, each for up to eight units."""
    full, rest = divmod(code_units, 8)
    return b"\xff" * full + (bytes([0xF8 | (rest - 1)]) if rest else b"")


async def test_code_without_line_numbers(page, report, generated):
    function = generated("def function():\n    raise ValueError\n", "unnumbered.py")
    function.__code__ = function.__code__.replace(co_linetable=no_locations(len(function.__code__.co_code) // 2))
    frame = (await report(function))["errors"][0]["frames"][0]
    assert (frame["line"], frame["source"]) == (None, [])
    assert (await page(function)).texts("span", "file")[0] == "unnumbered.py"


async def test_code_without_columns(report, generated):
    function = generated("def function():\n    return missing + 1\n", "columnless.py")
    units = len(function.__code__.co_code) // 2
    full, rest = divmod(units, 8)
    first = full or rest  # entries of code 13 have a line and no columns; the line's delta is 1, then 0
    table = b"".join(bytes([0xEF, 2 if not n else 0]) for n in range(full))
    table += bytes([0xE8 | (rest - 1), 0 if full else 2]) if rest else b""
    assert first
    function.__code__ = function.__code__.replace(co_linetable=table)
    line = (await report(function))["errors"][0]["frames"][0]["source"][1]
    assert (line["is_current"], line["marked"]) == (True, None)


async def test_local_variables(report):
    def function(first):
        second = [first]
        raise ValueError(second)

    frame = (await report(lambda: function(1)))["errors"][0]["frames"][0]
    assert (frame["variables"], frame["variables_left_out"]) == ({"first": "1", "second": "[1]"}, 0)


async def test_variables_are_bounded(report, generated):
    names = "".join(f"v{number} = " for number in range(50))
    frame = (await report(generated(f"def function():\n    {names} 1\n    raise ValueError\n", "many.py")))["errors"][
        0
    ]["frames"][0]
    assert (len(frame["variables"]), frame["variables_left_out"]) == (40, 10)


async def test_source_that_has_changed_is_read_again(report, tmp_path):
    path = anyio.Path(tmp_path / "changed.py")
    await path.write_text("def function():\n    raise ValueError  # before\n")
    namespace = {}
    exec(compile(await path.read_text(), str(path), "exec"), namespace)
    assert "before" in str(await report(namespace["function"]))
    await path.write_text("def function():\n    raise ValueError  # afterwards\n")
    assert "afterwards" in str(await report(namespace["function"]))


class TestTemplates:
    """Frames of code that a tool made from a file of another kind, and gave that file's name and line numbers."""

    SOURCE = '<ul>\n{% set password = "hunter2" %}\n<li>{{ user.name }} and {{ other }}</li>\n</ul>\n'

    @pytest.fixture
    def template(self, generated):
        def make(filename="/srv/shop/templates/page.html", name="block 'main'", **variables):
            generated("def function(): ...", filename)
            linecache.cache[filename] = (1, None, self.SOURCE.splitlines(keepends=True), filename)
            code = compile("\n\nraise LookupError('no name')", filename, "exec").replace(co_name=name)

            def function():
                exec(code, {"__name__": filename}, variables)

            return function

        return make

    async def test_the_source_is_that_of_the_file(self, report, template):
        frame = (await report(template()))["errors"][0]["frames"][0]
        assert (frame["file"], frame["line"]) == ("/srv/shop/templates/page.html", 3)
        assert [line["text"] for line in frame["source"]] == [
            "<ul>",
            '{% set password = "********" %}',
            "<li>{{ user.name }} and {{ other }}</li>",
            "</ul>",
        ]
        assert [line["is_current"] for line in frame["source"]] == [False, False, True, False]

    async def test_no_columns_are_marked(self, report, template):
        frame = (await report(template()))["errors"][0]["frames"][0]
        assert [line["marked"] for line in frame["source"]] == [None] * 4
        frame = (await report(template("page.py")))["errors"][0]["frames"][0]
        assert frame["source"][2]["marked"] is not None

    @pytest.mark.parametrize("filename", ["<string>", "<doctest shop.orders[0]>", "script", "/srv/shop.d/page.pyw"])
    async def test_other_names_are_those_of_python(self, report, template, filename):
        frame = (await report(template(filename)))["errors"][0]["frames"][0]
        assert frame["source"][2]["marked"] is not None

    async def test_it_is_the_applications_own(self, page, report, template):
        frame = (await report(template()))["errors"][0]["frames"][0]
        assert (frame["is_library"], frame["module"]) == (False, "")
        shown = await page(template())
        summaries = [element for element in shown.elements if element["tag"] == "details"]
        assert "open" in summaries[0]["attrs"]
        assert summaries[0]["text"].startswith("block 'main' /srv/shop/templates/page.html, line 3")

    async def test_of_a_library_it_is_the_librarys(self, page, template):
        function = template("/venv/lib/python3.11/site-packages/admin/page.html")
        shown = await page(function)
        assert "a library" not in shown.texts("span", "function")
        assert not any(".html" in name for name in shown.texts("dt"))  # it has no version

    async def test_what_it_imports_or_defines_is_left_out(self, report, template):
        class Macro:
            def __call__(self): ...

        tools = {"range": range, "len": len, "linecache": linecache, "url_for": template, "Macro": Macro, "__file__": 1}
        frame = (await report(template(**tools, user="Ann", macro=Macro(), rows=[1])))["errors"][0]["frames"][0]
        assert list(frame["variables"]) == ["user", "macro", "rows"]
        assert frame["variables_left_out"] == 6

    async def test_what_it_was_given_is_bounded_and_without_secrets(self, report, template):
        given = {f"v{number}": number for number in range(50)}
        variables = {"password": "hunter3", "said": "a hunter3", "tool": range, **given}
        frame = (await report(template(**variables)))["errors"][0]["frames"][0]
        assert frame["variables"]["said"] == "'a ********'"
        assert (len(frame["variables"]), frame["variables_left_out"]) == (40, 13)

    async def test_variables_of_a_function_are_all_shown(self, report):
        def function():
            tool = range
            value = 1
            raise LookupError(tool, value)

        assert list((await report(function))["errors"][0]["frames"][0]["variables"]) == ["tool", "value"]


async def test_a_function_that_was_renamed(report, generated):
    function = generated("def function():\n    raise ValueError\n", "renamed.py")
    function.__code__ = function.__code__.replace(co_name="renamed")
    assert (await report(function))["errors"][0]["frames"][0]["function"] == "renamed"
