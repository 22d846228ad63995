"""Authlib: people sign in with an account that they have elsewhere."""

# ruff: noqa: E402 - shine is put in the place of Starlette before anything imports it
import shine

shine.install_as_starlette()

import os

from authlib.integrations.starlette_client import OAuth, OAuthError
from loaded_files import loaded_files
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

oauth = OAuth()
oauth.register(
    "provider",
    client_id="the-shop",
    client_secret="the-secret",
    server_metadata_url=f"{os.environ['ISSUER']}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


async def home(request: Request) -> JSONResponse:
    return JSONResponse(request.session.get("user"))


async def sign_in(request: Request) -> Response:
    response: Response = await oauth.provider.authorize_redirect(request, request.url_for("signed_in"))
    return response


async def signed_in(request: Request) -> Response:
    try:
        token = await oauth.provider.authorize_access_token(request)
    except OAuthError as error:
        return JSONResponse({"error": error.error}, 400)
    told = await oauth.provider.userinfo(token=token)
    request.session["user"] = {"id": token["userinfo"]["sub"], "name": told["name"], "from": told["from"]}
    return RedirectResponse("/")


app = Starlette(
    routes=[
        Route("/", home),
        Route("/sign-in", sign_in),
        Route("/signed-in", signed_in),
        Route("/loaded", loaded_files),
    ],
    middleware=[Middleware(SessionMiddleware, secret_key="not a secret")],
)
