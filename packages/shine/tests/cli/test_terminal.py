from __future__ import annotations

import io
import sys

import pytest

from shine._cli.terminal import Terminal, shown


class Screen(io.StringIO):
    """A terminal that somebody looks at."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture(name="on_screen")
def on_screen_fixture(monkeypatch):
    """What lines look like there; pytest has the output back between a fixture and its test."""

    def on_screen(*lines: tuple[str, str | None]) -> str:
        screen = Screen()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", screen)
            terminal = Terminal()
            for text, style in lines:
                terminal.write(text, style)
        return screen.getvalue()

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return on_screen


def test_colours_on_a_terminal(on_screen):
    assert on_screen(("text", "red"), ("plain", None), ("", "red")) == "\x1b[31mtext\x1b[0m\nplain\n\n"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colours_where_they_are_not_wanted(on_screen, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert on_screen(("text", "red")) == "text\n"


def test_no_colours_in_a_file(capsys):
    Terminal().write("text", "red")
    assert capsys.readouterr().out == "text\n"


def test_what_the_encoding_does_not_have_is_written_by_its_number(monkeypatch):
    output = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", output)
    Terminal().write("Zoë ☃")
    output.seek(0)
    assert output.read() == "Zo\\xeb \\u2603\n"


def test_no_terminal_obeys_what_a_file_says(on_screen, capsys):
    line = "a\tb\x1b[2J\r\x9b\u202ec"
    assert on_screen((line, "red")) == "\x1b[31ma\tb\\x1b[2J\\r\\x9b\\u202ec\x1b[0m\n"
    Terminal().write(line)
    assert capsys.readouterr().out == line + "\n"
    assert shown("a\n\tb\x1b") == r"a\n\tb\x1b"


def test_complaints_go_to_standard_error(capsys):
    Terminal().complain("text")
    assert capsys.readouterr() == ("", "text\n")


@pytest.mark.parametrize(
    ("answer", "is_yes"),
    [("y\n", True), (" YES \n", True), ("n\n", False), ("yo\n", False), ("\n", False), ("", False)],
)
def test_a_question(monkeypatch, capsys, answer, is_yes):
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    assert Terminal().ask("Really? ") is is_yes
    assert capsys.readouterr().out == "Really? "
