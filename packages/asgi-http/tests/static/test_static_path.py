import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http._static.static_path import find_file, is_miss, relative_path

ON_POSIX = {"windows": False}
ON_WINDOWS = {"windows": True}


# The text


@pytest.mark.parametrize("windows", [True, False])
@pytest.mark.parametrize(
    ("path", "names"),
    [
        *[("", ""), (".", ""), ("./", ""), ("a", "a"), ("a/", "a"), ("a/b.css", "a/b.css"), ("./a/./b/.", "a/b")],
        *[("..a", "..a"), ("a..b", "a..b"), (".env", ".env"), ("a b", "a b"), ("~", "~"), ("com10", "com10")],
        *[("nullable.js", "nullable.js"), ("a.con", "a.con"), ("%2e%2e", "%2e%2e"), ("...a", "...a"), ("Zoë", "Zoë")],
    ],
)
def test_names(path, names, windows):
    assert relative_path(path, windows=windows) == names


@pytest.mark.parametrize("windows", [True, False])
@pytest.mark.parametrize(
    "path",
    [
        *["..", "../a", "a/..", "a/../b", "a/../../b", "/", "/a", "//a", "a//b", "a//", "///etc/passwd"],
        *["\\", "a\\b", "..\\a", "\\\\server\\share", "\\\\?\\C:\\a", "C:\\a", "a\0", "\0", "a/\0/b", "//server/share"],
    ],
)
def test_what_may_be_outside_is_refused_everywhere(path, windows):
    assert relative_path(path, windows=windows) is None


@pytest.mark.parametrize(
    "path",
    [
        *["C:", "C:a", "c:/a", "a/C:", "a.js:stream", "a.js::$DATA", "a:b/c", "a?", "*", "a|b", "<", '"', "a\x1f"],
        *["a.", "a ", "a. .", "a./b", "...", ".. ", "a/... ", " "],
        *["nul", "NUL", "nul.txt", "nul .txt", "a/con", "con/a", "Aux.tar.gz", "prn", "com1", "COM0", "lpt9.log"],
        *["com\xb9", "lpt\xb3.txt", "conin$", "CONOUT$"],
    ],
)
def test_what_windows_takes_for_something_else_is_refused_there(path):
    assert relative_path(path, **ON_WINDOWS) is None
    assert relative_path(path, **ON_POSIX) == path


def test_the_rules_are_those_of_the_system():
    assert (relative_path("nul.txt") is None) == (os.name == "nt")


@given(st.lists(st.sampled_from(["a", "..", ".", "", "C:", "\\", "/", "nul", "\0", " "])).map("/".join) | st.text())
def test_what_is_left_stays_below(path):
    for windows in (True, False):
        names = relative_path(path, windows=windows)
        if names:
            assert not {"", ".", ".."}.intersection(names.split("/"))
            assert os.path.normpath(f"/root/{names}") == f"/root/{names}"
            assert relative_path(names, windows=windows) == names


@pytest.mark.parametrize("part", ["a/", "/", ".", "./", "../", " ", "con ", "\\", "a" * 10])
def test_time_is_linear(assert_linear, part):
    assert_linear(lambda path: relative_path(path, windows=True), lambda n: part * n, 10_000)


# The errors


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, ""),
        NotADirectoryError(errno.ENOTDIR, ""),
        PermissionError(errno.EACCES, ""),
        PermissionError(errno.EPERM, ""),
        OSError(errno.ENAMETOOLONG, ""),
        OSError(errno.ELOOP, ""),
        ValueError("embedded null byte"),
    ],
)
def test_errors_that_are_misses(error):
    assert is_miss(error)


def test_a_failing_disk_is_no_miss():
    assert not is_miss(OSError(errno.EIO, ""))


# The directory


@pytest.fixture
def root(tmp_path):
    (tmp_path / "secret").write_text("secret")
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "a/b.css").write_text("css")
    return root


@pytest.mark.parametrize("follow_symlink", [True, False])
def test_a_file_and_its_status(root, follow_symlink):
    path, status = find_file(str(root), "a/b.css", follow_symlink=follow_symlink)
    assert path == str(root / "a/b.css")
    assert status == (root / "a/b.css").stat()


@pytest.mark.parametrize("follow_symlink", [True, False])
def test_the_directory_itself(root, follow_symlink):
    assert find_file(str(root), "", follow_symlink=follow_symlink)[0] == str(root)


@pytest.mark.parametrize("follow_symlink", [True, False])
@pytest.mark.parametrize("names", ["b", "a/c", "a/b.css/c", "a" * 5000, "\ud800", "\0"])
def test_misses(root, names, follow_symlink):
    assert find_file(str(root), names, follow_symlink=follow_symlink) is None


@pytest.mark.parametrize(
    "link", ["out", "up/secret", "absolute", "chain", "a/out", "dangling", "loop", "sibling/secret"]
)
def test_links_to_the_outside_are_misses_unless_followed(root, link):
    (root / "out").symlink_to("../secret")
    (root / "up").symlink_to("..")
    (root / "absolute").symlink_to(root.parent / "secret")
    (root / "chain").symlink_to("out")
    (root / "a/out").symlink_to("../../secret")
    (root / "dangling").symlink_to("../nothing")
    (root / "loop").symlink_to("loop")
    (root.parent / "root2").mkdir()  # whose path begins with the root's
    (root.parent / "root2/secret").write_text("secret")
    (root / "sibling").symlink_to("../root2")
    assert find_file(str(root), link, follow_symlink=False) is None
    followed = find_file(str(root), link, follow_symlink=True)
    assert (followed is None) == (link in ("dangling", "loop"))


@pytest.mark.parametrize("link", ["file", "directory/b.css", "round/a/b.css"])
def test_links_inside_are_followed(root, link):
    (root / "file").symlink_to("a/b.css")
    (root / "directory").symlink_to("a")
    (root / "round").symlink_to("../root")
    path, status = find_file(str(root), link, follow_symlink=False)
    assert path == os.path.realpath(root / "a/b.css")
    assert status.st_size == 3


def test_the_directory_may_be_a_link_and_change(root):
    (root / "file").symlink_to("a/b.css")
    current = root.parent / "current"
    current.symlink_to(root)
    assert find_file(str(current), "a/b.css", follow_symlink=False)[0] == str(current / "a/b.css")
    assert find_file(str(current), "file", follow_symlink=False)[0] == os.path.realpath(root / "a/b.css")
    current.unlink()
    current.symlink_to(root / "a")
    assert find_file(str(current), "a/b.css", follow_symlink=False) is None
    assert find_file(str(current), "b.css", follow_symlink=False)


def test_on_windows_every_path_is_resolved_for_its_junctions(root, monkeypatch):
    resolved = []
    monkeypatch.setattr("asgi_http._static.static_path.IS_WINDOWS", True)
    realpath = os.path.realpath
    monkeypatch.setattr(os.path, "realpath", lambda path: resolved.append(path) or realpath(path))
    assert find_file(str(root), "a/b.css", follow_symlink=False)
    assert resolved == [str(root / "a/b.css"), str(root)]


def test_another_drive_is_outside(root, monkeypatch):
    def commonpath(paths):
        raise ValueError("Paths don't have the same drive")

    (root / "file").symlink_to("a/b.css")
    monkeypatch.setattr(os.path, "commonpath", commonpath)
    assert find_file(str(root), "file", follow_symlink=False) is None


def test_an_error_of_the_disk_is_raised(root, monkeypatch):
    def lstat(path):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "lstat", lstat)
    with pytest.raises(OSError, match="Input/output error"):
        find_file(str(root), "a", follow_symlink=False)


def test_what_has_become_a_link_while_it_was_resolved_is_a_miss(root, monkeypatch):
    """Between resolving the links of a path and asking for its status, that is."""
    real = os.path.realpath
    (root / "real").write_text("public")
    (root / "link").symlink_to("real")

    def slow(path):
        resolved = real(path)
        if resolved.endswith("real"):
            (root / "real").unlink()
            (root / "real").symlink_to(root.parent / "secret")
        return resolved

    assert find_file(str(root), "link", follow_symlink=False) is not None
    monkeypatch.setattr(os.path, "realpath", slow)
    assert find_file(str(root), "link", follow_symlink=False) is None
