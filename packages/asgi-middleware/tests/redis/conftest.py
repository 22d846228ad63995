"""Tests that need the client of Redis, and a server."""

import importlib.util

import pytest
from redis_server import ask_on

if importlib.util.find_spec("coredis") is None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(name="ask_on", scope="session")
def ask_on_fixture():
    return ask_on
