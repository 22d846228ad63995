"""Whose cancellation it is that ends an application."""

import asyncio

import anyio
import pytest

from shine.testclient import AsyncTestClient, TestClient


async def cancelled_by_itself(scope, receive, send):
    raise asyncio.CancelledError


def test_a_cancellation_by_the_application_itself_is_a_failure():
    async def ask():
        async with AsyncTestClient(cancelled_by_itself, lifespan=False) as client:
            with pytest.raises(RuntimeError, match="was cancelled, but not by its client") as caught:
                await client.get("/")
            assert isinstance(caught.value.__cause__, asyncio.CancelledError)

    anyio.run(ask, backend="asyncio")
    with pytest.raises(RuntimeError, match="was cancelled, but not by its client"):
        TestClient(cancelled_by_itself).get("/")
    assert TestClient(cancelled_by_itself, raise_server_exceptions=False).get("/").status_code == 500


def test_so_it_is_in_a_lifespan():
    async def run():
        with pytest.raises(RuntimeError, match="was cancelled, but not by its client"):
            async with AsyncTestClient(cancelled_by_itself):
                pass

    anyio.run(run, backend="asyncio")
