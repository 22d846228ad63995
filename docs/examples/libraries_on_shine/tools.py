"""The MCP SDK: a server of tools over streamable HTTP, mounted in an application."""

# ruff: noqa: E402 - shine is put in the place of Starlette before anything imports it
import shine

shine.install_as_starlette()

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from loaded_files import loaded_files
from mcp.server import MCPServer
from starlette.applications import Starlette
from starlette.routing import Mount, Route

tools = MCPServer("shop")


@tools.tool()
def price_of(thing: str, pieces: int = 1) -> dict[str, float]:
    """What some pieces of a thing cost."""
    return {"price": len(thing) * 1.5 * pieces}


served = tools.streamable_http_app()


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with tools.session_manager.run():  # by hand, as a mounted application's lifespan is not run by Starlette
        yield


app = Starlette(routes=[Route("/loaded", loaded_files), Mount("/", served)], lifespan=lifespan)
