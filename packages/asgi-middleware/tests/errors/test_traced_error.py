import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


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


def summary(errors):
    return [(error["relation"], error["type"], error["message"]) for error in errors]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (chained, [("raised", "ValueError", "second"), ("cause", "KeyError", "'first'")]),
        (contextual, [("raised", "ValueError", "second"), ("context", "KeyError", "'first'")]),
        (suppressed, [("raised", "ValueError", "second")]),
    ],
)
async def test_causes_are_shown_after_what_they_caused(report, text, function, expected):
    assert summary((await report(function))["errors"]) == expected
    assert ("KeyError: 'first'" in await text(function)) == (len(expected) == 2)


async def test_a_cycle_of_causes_ends(report, text, fails):
    first, second = KeyError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert [error["type"] for error in (await report(fails(first)))["errors"]] == ["KeyError", "ValueError"]
    assert (await text(fails(first))).count("KeyError: 'first'") == 1


class EqualError(Exception):
    """Equal to everything, and false: neither may confuse the chain."""

    def __eq__(self, other):
        return True

    __hash__ = Exception.__hash__

    def __bool__(self):
        return False


async def test_the_chain_goes_by_identity(report, fails):
    first, second = EqualError("first"), EqualError("second")
    first.__cause__ = second
    first.__context__ = KeyError("not this one")
    assert [error["message"] for error in (await report(fails(first)))["errors"]] == ["first", "second"]


async def test_groups_have_their_members_with_their_own_chains(report, fails):
    member = ValueError("one")
    member.__cause__ = KeyError("cause of one")
    found = await report(fails(ExceptionGroup("both", [member, ExceptionGroup("inner", [OSError("two")])])))
    (error,) = found["errors"]
    assert error["message"] == "both (2 sub-exceptions)"
    assert [summary(chain) for chain in error["members"]] == [
        [("member", "ValueError", "one"), ("cause", "KeyError", "'cause of one'")],
        [("member", "ExceptionGroup", "inner (1 sub-exception)")],
    ]
    assert summary(error["members"][1][0]["members"][0]) == [("member", "OSError", "two")]


async def test_members_are_bounded_in_number_and_depth(report, fails):
    wide = await report(fails(ExceptionGroup("wide", [ValueError(n) for n in range(40)])))
    assert (len(wide["errors"][0]["members"]), wide["errors"][0]["members_left_out"]) == (15, 25)
    group = ValueError("innermost")
    for _ in range(20):
        group = ExceptionGroup("deep", [group])
    found = (await report(fails(group)))["errors"][0]
    depth = 0
    while found["members"]:
        found, depth = found["members"][0][0], depth + 1
    assert (depth, found["members_left_out"]) == (8, 1)


async def test_a_member_that_was_shown_already_is_left_out(report, fails):
    member = ValueError("twice")
    error = (await report(fails(ExceptionGroup("same", [member, member]))))["errors"][0]
    assert (len(error["members"]), error["members_left_out"]) == (1, 1)


async def test_all_exceptions_together_are_bounded(page, fails):
    groups = [ExceptionGroup("inner", [ValueError(n) for n in range(15)]) for _ in range(15)]
    shown = await page(fails(ExceptionGroup("outer", groups)))
    assert len([e for e in shown.elements if e["attrs"].get("class") == "error"]) == 60
    assert "More exceptions are left out." in shown.texts("p")


async def test_an_exception_whose_str_and_notes_fail(report, text, fails):
    class MuteError(Exception):
        def __str__(self):
            raise RuntimeError

    error = MuteError()
    error.__notes__ = [MuteError(), "note"]
    shown = (await report(fails(error)))["errors"][0]
    assert (shown["message"], shown["notes"]) == ("(its str() failed)", ["(its str() failed)", "note"])
    assert "<exception str() failed>" in await text(fails(MuteError()))


@pytest.mark.parametrize("notes", [7, None, "text"])
async def test_notes_that_are_no_list(report, fails, notes):
    error = ValueError()
    error.__notes__ = notes
    assert (await report(fails(error)))["errors"][0]["notes"] == []


async def test_notes_are_bounded(report, fails):
    error = ValueError()
    for number in range(50):
        error.add_note(f"note {number}")
    assert (await report(fails(error)))["errors"][0]["notes"] == [f"note {number}" for number in range(20)]


async def test_an_exception_without_a_traceback(report, fails):
    error = ValueError("shown")
    error.__cause__ = KeyError("never raised")
    cause = (await report(fails(error)))["errors"][1]
    assert (cause["message"], cause["frames"]) == ("'never raised'", [])


async def test_a_syntax_error_shows_its_line(report, text):
    def function():
        compile("x = <>\n", "<template>", "exec")

    shown = (await report(function))["errors"][0]
    assert (shown["type"], shown["message"]) == ("SyntaxError", "invalid syntax (<template>, line 1)")
    frame = shown["frames"][0]
    assert (frame["file"], frame["line"], frame["function"]) == ("<template>", 1, "")
    assert frame["source"] == [{"number": 1, "text": "x = <>", "is_current": True, "marked": [4, 6]}]
    assert '  File "<template>", line 1\n    x = <>\n        ^^\n' in await text(function)


@pytest.mark.parametrize(
    ("details", "marked"),
    [
        (("f.py", 1, 5, "x = <>", 1, 0), [4, 5]),
        (("f.py", 1, 5, "x = <>", 2, 3), [4, 5]),
        (("f.py", 1, 5, "x = <>", None, None), [4, 5]),
        (("f.py", 1, 5, "x = <>", 1, 99), [4, 6]),
        (("f.py", 1, 0, "x = <>", 1, 3), None),
        (("f.py", 1, 99, "x = <>", 1, 3), None),
        (("f.py", 1, None, "x = <>", 1, 3), None),
        (("f.py", 1, 5, 'password = "hunter2" <>', 1, 3), None),
    ],
)
async def test_where_a_syntax_error_is_marked(report, fails, details, marked):
    frame = (await report(fails(SyntaxError("bad", details))))["errors"][0]["frames"][0]
    assert frame["source"][0]["marked"] == marked
    assert "hunter2" not in frame["source"][0]["text"]


@pytest.mark.parametrize("details", [(None, None, None, None), ("f.py", 1, 1, None), ("f.py", None, 1, "text")])
async def test_a_syntax_error_without_its_place(report, fails, details):
    frames = (await report(fails(SyntaxError("bad", details))))["errors"][0]["frames"]
    assert frames[0]["function"] != ""


async def test_frames_of_endless_recursion_are_bounded(report, text):
    def function():
        function()

    error = (await report(function))["errors"][0]
    assert error["type"] == "RecursionError"
    assert len(error["frames"]) == 40
    assert error["frames_left_out"] > 100
    assert error["frames"][-1]["function"] == "ServerErrorMiddleware.__call__"
    assert "  [Previous line repeated " in await text(function)


async def test_frames_of_all_exceptions_together_are_bounded(report):
    def deep(depth, cause):
        if depth == 0:
            raise ValueError from cause
        deep(depth - 1, cause)

    def function():
        cause = None
        for _ in range(7):
            try:
                deep(60, cause)
            except ValueError as error:
                cause = error
        raise cause

    counts = [len(error["frames"]) for error in (await report(function))["errors"]]
    assert counts == [40, 40, 40, 40, 40, 0, 0]


async def test_a_message_of_4_mib(debugged, fails):
    function = fails(ValueError("<&\n " * 2**20))
    for accept in ("text/html", "application/json", "text/plain"):
        answer = await debugged(function, accept)
        assert len(answer.body) < 100_000
        assert "(4194304 characters)" in answer.text or "(4194317 characters)" in answer.text
