from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from shine._cli.migration.replace_file import ChangedMeanwhileError, replace_file


@pytest.fixture(name="file")
def file_fixture(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_bytes(b"before")
    return path


def test_a_file_is_replaced_with_its_mode(file):
    file.chmod(0o751)
    replace_file(file, b"before", b"after")
    assert file.read_bytes() == b"after"
    assert stat.S_IMODE(file.stat().st_mode) == 0o751
    assert [*file.parent.iterdir()] == [file]


def test_a_link_stays_one(file):
    link = file.with_name("link.py")
    link.symlink_to("a.py")
    replace_file(link, b"before", b"after")
    assert link.is_symlink()
    assert file.read_bytes() == b"after"


def test_what_was_changed_meanwhile_stays(file):
    file.write_bytes(b"changed")
    with pytest.raises(ChangedMeanwhileError, match="was changed meanwhile"):
        replace_file(file, b"before", b"after")
    assert file.read_bytes() == b"changed"
    assert [*file.parent.iterdir()] == [file]


def test_what_may_not_be_written_stays(file, monkeypatch):
    def may_not(path: Path, mode: int) -> bool:
        assert (path, mode) == (file.resolve(), os.W_OK)
        return False

    monkeypatch.setattr(os, "access", may_not)  # root may write anything
    with pytest.raises(PermissionError, match="may not be written"):
        replace_file(file, b"before", b"after")
    assert file.read_bytes() == b"before"


@pytest.fixture(name="chown")
def chown_fixture(monkeypatch):
    """Only root may do it: who is to get the file, and what its mode is then."""

    def chown(name: str, *owner: int) -> None:
        owners.append((*owner, stat.S_IMODE(os.lstat(name).st_mode)))
        Path(name).chmod(0o600)  # as the system may

    owners: list[tuple[int, ...]] = []
    monkeypatch.setattr(os, "chown", chown)
    return owners


def of_somebody_else(*_: object, **__: object) -> os.stat_result:
    return os.stat_result((0o104755, 0, 0, 1, 1234, 2345, 6, 0, 0, 0))


def test_the_owner_stays_and_no_bit_of_the_mode_is_lost(file, monkeypatch, chown):
    replace_file(file, b"before", b"after")
    assert chown == []
    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", of_somebody_else)
        replace_file(file, b"after", b"before")
    assert chown == [(1234, 2345, 0o600)]
    assert stat.S_IMODE(file.stat().st_mode) == 0o4755


def test_a_file_that_may_not_be_given_away_is_replaced(file, monkeypatch):
    def chown(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chown", chown)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", of_somebody_else)
        replace_file(file, b"before", b"after")
    assert file.read_bytes() == b"after"
    assert stat.S_IMODE(file.stat().st_mode) == 0o755
    assert [*file.parent.iterdir()] == [file]
