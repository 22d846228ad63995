from __future__ import annotations

import pytest

from shine._cli.migration.libraries import MENTION, built_on_starlette


@pytest.mark.parametrize(
    "module",
    [
        "fastapi",
        "fastapi.routing",
        "fastapi_users",
        "sse_starlette.sse",
        "starlette_admin",
        "prometheus_fastapi_instrumentator",
        "mcp.server",
        "slowapi",
        "authlib.integrations.starlette_client",
        "sentry_sdk.integrations.fastapi",
        "opentelemetry.instrumentation.starlette",
    ],
)
def test_libraries_that_bring_starlette(module):
    assert built_on_starlette(module)
    assert MENTION.search(module.encode())


@pytest.mark.parametrize(
    "module", ["starlette", "starlette.routing", "os", "authlib.jose", "opentelemetry.trace", "myfastapi", "x.fastapi"]
)
def test_others(module):
    assert not built_on_starlette(module)
