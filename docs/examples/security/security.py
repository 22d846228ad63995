"""A site behind a proxy, with a content security policy whose nonce its page has.

uvicorn security:app --no-proxy-headers

GET /             a page with a script that has the nonce, and one that somebody slipped in
GET /frame        a page with the other one in a frame, which it does not let itself be put in
GET /where        what the site knows of the connection, one line each: client, URL, a link to /where
GET /where/       a redirect to /where

The proxy is at 127.0.0.1. It sets X-Forwarded-For, -Proto, -Host and -Prefix, and serves the site below a prefix.
"""

from asgi_middleware import (
    ClientNetworksMiddleware,
    ContentSecurityPolicy,
    ProxyHeadersMiddleware,
    SecurityHeadersMiddleware,
    csp_nonce,
)
from asgi_routing import Router
from asgi_types import ASGIApp, HTTPConnection, Response

PAGE = """<!doctype html>
<html lang="en">
<title>A page</title>
<link rel="icon" href="data:,">
<style nonce="{nonce}">h1 {{ color: rgb(0, 128, 0) }}</style>
<h1>A page</h1>
<p id="own">did not run</p>
<p id="foreign">did not run</p>
<script nonce="{nonce}">document.getElementById("own").textContent = "ran"</script>
<script>document.getElementById("foreign").textContent = "ran"</script>
<p><a href="#" onclick="document.getElementById('foreign').textContent = 'ran'">Click</a></p>
"""

FRAME = """<!doctype html>
<html lang="en">
<title>A frame</title>
<link rel="icon" href="data:,">
<iframe src="{url}"></iframe>
"""

POLICY = ContentSecurityPolicy(
    default_src="'self'",
    script_src=ContentSecurityPolicy.NONCE,
    style_src=ContentSecurityPolicy.NONCE,
    img_src=["'self'", "data:"],
    object_src="'none'",
    base_uri="'none'",
)

router = Router()


@router.get("/", name="page")
async def show_page(connection: HTTPConnection) -> Response:
    return Response(PAGE.format(nonce=csp_nonce(connection)), media_type="text/html")


@router.get("/frame")
async def show_frame(connection: HTTPConnection) -> Response:
    return Response(FRAME.format(url=connection.url_for("page")), media_type="text/html")


@router.get("/where", name="where")
async def show_connection(connection: HTTPConnection) -> Response:
    client = connection.client.host if connection.client else None
    lines = [f"client {client}", f"url {connection.url}", f"link {connection.url_for('where')}"]
    return Response("\n".join(lines), media_type="text/plain")


app: ASGIApp = SecurityHeadersMiddleware(router, content_security_policy=POLICY)
app = ClientNetworksMiddleware(app, deny=["203.0.113.0/24"])
app = ProxyHeadersMiddleware(app, fields=["for", "proto", "host", "prefix"])
