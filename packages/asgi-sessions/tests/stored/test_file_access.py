"""Whose the file of the sessions is, and who else may use it."""

from __future__ import annotations

import os
from pathlib import Path

import anyio
import pytest

from asgi_sessions import SessionStoreUnavailable, SQLiteSessionStore
from asgi_sessions._stored.file_access import check_access

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Modes say nothing here.")

NAMES = ["", "-wal", "-shm"]


@pytest.fixture(name="path")
def path_fixture(tmp_path):
    path = tmp_path / "sessions.sqlite3"
    for name in NAMES:
        file = tmp_path / f"sessions.sqlite3{name}"
        file.touch()
        file.chmod(0o600)
    return str(path)


def test_what_is_ours_alone(path):
    assert check_access(path) is None
    assert check_access(f"{path}.none") is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_what_others_may_write(path, name, mode):
    Path(path + name).chmod(mode)
    with pytest.raises(PermissionError) as caught:
        check_access(path)
    assert str(caught.value) == (
        f"others may write to {path}{name} (mode {mode:04o}) and so sign in as anybody: chmod 600 it"
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_what_others_may_read(path, name, mode):
    Path(path + name).chmod(mode)
    assert check_access(path) == f"others may read {path}{name} (mode {mode:04o}): chmod 600 it"


@pytest.mark.parametrize("uid", [0, os.getuid(), 12345])
def test_whose_it_is(path, monkeypatch, uid):
    stat = Path.stat

    def stat_of(path):
        return os.stat_result([*stat(path)[:4], uid, *stat(path)[5:10]])

    monkeypatch.setattr(Path, "stat", stat_of)
    expected = f"{path}-shm belongs to another user (uid 12345), who may sign in as anybody" if uid == 12345 else None
    assert check_access(path) == expected


async def test_store_does_not_begin_with_what_others_may_write(path, caplog):
    await anyio.Path(path).chmod(0o666)
    store = SQLiteSessionStore(path)
    for _ in range(2):
        with pytest.raises(SessionStoreUnavailable) as caught:
            async with store:
                pytest.fail("It is entered.")
        assert isinstance(caught.value.__cause__, PermissionError)
    assert caplog.messages == [f"The sessions in {path} cannot be used: PermissionError: {caught.value.__cause__}"]
    await anyio.Path(path).chmod(0o600)
    async with store:
        await store.create("key", {}, 10)


async def test_store_warns_once_of_who_may_read(path, caplog):
    await anyio.Path(path).chmod(0o644)
    store = SQLiteSessionStore(path)
    for _ in range(2):
        async with store:
            await store.create("key", {}, 10)
            await store.delete("key")
            assert await store.read("key") is None
    assert caplog.messages == [f"The sessions are not safe: others may read {path} (mode 0644): chmod 600 it"]
