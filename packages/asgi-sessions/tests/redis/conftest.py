"""Tests that need the client of Redis, and a server."""

import importlib.util
import logging

import pytest

from asgi_sessions.redis import RedisSessionStore

if importlib.util.find_spec("coredis") is None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(name="new_store")
def new_store_fixture():
    def new_store(redis, **options):
        return RedisSessionStore(redis.url, **{"timeout": 10, **options})

    return new_store


@pytest.fixture(name="logged")
def logged_fixture(caplog):
    caplog.set_level(logging.INFO, "asgi_sessions")

    def logged():
        return [record.getMessage() for record in caplog.records if record.name == "asgi_sessions"]

    return logged
