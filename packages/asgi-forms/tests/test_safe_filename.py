import ntpath
import tempfile
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_forms import safe_filename


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "a",
        "Zoë.png",
        "日本語.txt",
        "two words.tar.gz",
        "-rf",
        "~notes",
        "a..b",
        "100%.txt",
        "(1) [2] {3} & 'x'.pdf",
        "😀.gif",
        "console.txt",
        "COM.txt",
        "COM10",
        "nul0",
        "x.nul",
        "_CON",
        "x" * 255,
        "x" * 251 + ".txt",
    ],
)
def test_what_is_safe_stays_as_it_is(name):
    assert safe_filename(name) == name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("/etc/passwd", "passwd"),
        ("../../etc/passwd", "passwd"),
        (r"..\..\boot.ini", "boot.ini"),
        (r"C:\fakepath\photo.png", "photo.png"),
        (r"\\server\share\file.txt", "file.txt"),
        (r"a/b\c", "c"),
        (r"a\b/c", "c"),
        ("c:evil.txt", "c_evil.txt"),
        ("notes.txt:stream", "notes.txt_stream"),
        ('<>:"|?*', "_______"),
        ("a\0b.txt", "ab.txt"),
        ("a\x7f\x80b", "ab"),
        ("a\r\nb\tc\u2028d\u00a0e\u3000f", "a  b c d e f"),
        (".htaccess", "htaccess"),
        ("...hidden", "hidden"),
        (" . .a. . ", "a"),
        ("name.txt. . .", "name.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\u200b\u200d\ufeff\u2066b", "ab"),
        ("a\ud800b", "ab"),
        ("a\ue000\uf03a\U0010fffdb", "ab"),
        ("a\ufffeb", "ab"),
        ("e\u0301.txt", "é.txt"),
        ("\u1100\u1161\u11a8", "각"),
        ("\u037e", ";"),
    ],
)
def test_what_is_not_is_changed(name, safe):
    assert safe_filename(name) == safe


@pytest.mark.parametrize(
    "name", [None, "", ".", "..", "...", " ", ". .", "/", "a/", "a\\", "\0", "\u202e", "\ud800", "\n", "../.."]
)
def test_where_nothing_is_left_there_is_a_default(name):
    assert safe_filename(name) == "file"
    assert safe_filename(name, "upload.bin") == "upload.bin"


def test_the_default_is_not_looked_at():
    assert safe_filename(None, "") == ""
    assert safe_filename("..", "a/b") == "a/b"


@pytest.mark.parametrize(
    "device", ["CON", "prn", "Aux", "NUL", "CONIN$", "conout$", "COM0", "com9", "LPT1", "COM¹", "LPT²", "lpt³"]
)
def test_no_name_is_that_of_a_device(device):
    for name in (
        device,
        f"{device}.txt",
        f"{device}.tar.gz",
        f"{device} .txt",
        f"{device} ",
        f" {device}.",
        f"x/{device}",
    ):
        safe = safe_filename(name)
        assert safe.startswith(f"_{device}")
        assert safe_filename(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("x" * 256, "x" * 255),
        ("x" * 300 + ".txt", "x" * 251 + ".txt"),
        ("ë" * 200 + ".txt", "ë" * 125 + ".txt"),
        ("日" * 200, "日" * 85),
        ("😀" * 100, "😀" * 63),
        ("x" * 300 + "." + "e" * 31, "x" * 223 + "." + "e" * 31),
        ("x" * 300 + "." + "e" * 32, "x" * 255),
        ("x." + "e" * 300, "x." + "e" * 253),
        ("x" * 250 + " . " + "y" * 100 + ".txt", "x" * 250 + ".txt"),
        ("x" * 5000 + ".txt", "x" * 251 + ".txt"),
        ("x." + "e" * 5000, "x." + "e" * 253),
        ("CON" + " " * 300 + "x.txt", "_CON.txt"),
        ("NUL." + "x" * 251, "_NUL." + "x" * 250),
        ("NUL." + "x" * 246 + ".txt", "_NUL." + "x" * 246 + ".txt"),
        ("NUL." + "x" * 247 + ".txt", "_NUL." + "x" * 246 + ".txt"),
    ],
)
def test_a_long_name_is_cut_and_keeps_its_extension(name, safe):
    assert safe_filename(name) == safe
    assert len(safe.encode()) <= 255


@pytest.mark.parametrize(
    ("name", "max_size", "safe"),
    [
        ("x" * 60 + ".txt", 50, "x" * 46 + ".txt"),
        ("x" * 46 + ".txt", 50, "x" * 46 + ".txt"),
        ("x" * 60 + "." + "e" * 12, 50, "x" * 50),
        ("ë" * 60 + ".txt", 50, "ë" * 23 + ".txt"),
        ("notes.txt", 5, "notes"),
        ("CONx", 3, "_CO"),
        ("日本", 2, "file"),
    ],
)
def test_a_name_is_cut_to_a_given_size(name, max_size, safe):
    assert safe_filename(name, max_size=max_size) == safe


def test_what_is_long_only_before_it_is_normalised_is_whole():
    name = "각" * 83 + ".txt"
    assert safe_filename(unicodedata.normalize("NFD", name)) == name
    name = "ǖ" * 125 + ".txt"
    assert safe_filename(unicodedata.normalize("NFD", name)) == name


CHARACTERS = st.characters(exclude_categories=())  # lone surrogates as well
SPECIAL = [*'./\\:<>"|?* \t\n\0$_', "\u0301", "\u0327", "\u202e", "\ud800", "\u037e", "\u1161", "CON", "NUL", "COM¹"]
SHORT = st.lists(st.one_of(st.sampled_from(SPECIAL), CHARACTERS)).map("".join)
LONG = st.builds(lambda start, char, n, end: start + char * n + end, SHORT, CHARACTERS, st.integers(0, 600), SHORT)
NAMES = st.one_of(st.text(CHARACTERS), SHORT, LONG)

is_reserved = getattr(ntpath, "isreserved", None) or (lambda name: PureWindowsPath(name).is_reserved())


@settings(max_examples=300)
@given(NAMES)
def test_any_name_becomes_safe(name):
    safe = safe_filename(name)
    assert safe
    assert safe_filename(safe) == safe
    assert PurePosixPath(safe).parts == (safe,)
    assert PurePosixPath(safe).name == safe
    windows = PureWindowsPath(safe)
    assert (windows.parts, windows.name, windows.drive, windows.root) == ((safe,), safe, "", "")
    assert len(safe.encode()) <= 255
    assert safe.isprintable()
    assert not set(safe) & set('<>:"/\\|?*')
    assert safe.strip(" .") == safe
    assert unicodedata.is_normalized("NFC", safe)


@given(NAMES)
def test_no_name_is_one_that_python_knows_to_be_reserved_on_windows(name):
    assert not is_reserved(safe_filename(name))


@given(NAMES)
def test_a_file_of_that_name_can_be_made(name):
    with tempfile.TemporaryDirectory() as directory:
        safe = safe_filename(name)
        (Path(directory) / safe).write_bytes(b"")
        assert [path.name for path in Path(directory).iterdir()] == [safe]


@pytest.mark.parametrize("end", ["", ".txt"])
@pytest.mark.parametrize("part", ["x", ".", " ", "/", "\0", "?", "\u202e", "\u0315\u0316", "a.", "日"])
def test_time_is_linear(assert_linear, part, end):
    assert_linear(safe_filename, lambda n: part * n + end, 20_000)
