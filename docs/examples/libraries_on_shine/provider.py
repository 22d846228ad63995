"""A provider of OpenID Connect that trusts everybody, written with shine: the other side of Authlib's client."""

import hashlib
import os
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from shine import HTTPException, JSONResponse, RedirectResponse, Request, Route, Shine

CLIENT = ("the-shop", "the-secret")
USER = {"sub": "7", "name": "Ann", "email": "ann@shop.example"}

key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"}, private=True)
grants: dict[str, dict[str, str]] = {}
tokens: set[str] = set()


def issuer() -> str:
    return os.environ["ISSUER"]


async def metadata(request: Request) -> JSONResponse:
    places = {
        "authorization_endpoint": "/authorize",
        "token_endpoint": "/token",
        "userinfo_endpoint": "/userinfo",
        "jwks_uri": "/jwks",
    }
    about = {"response_types_supported": ["code"], "id_token_signing_alg_values_supported": ["RS256"]}
    return JSONResponse({"issuer": issuer(), **about, **{name: issuer() + path for name, path in places.items()}})


async def authorize(request: Request) -> RedirectResponse:
    code = secrets.token_urlsafe()
    grants[code] = dict(request.query_params)
    answer = {"code": code, "state": request.query_params["state"]}
    return RedirectResponse(f"{request.query_params['redirect_uri']}?{urlencode(answer)}", 302)


async def token(request: Request) -> JSONResponse:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic" or tuple(b64decode(given).decode().split(":")) != CLIENT:
        raise HTTPException(401)
    async with request.form() as form:
        grant = grants.pop(str(form["code"]))
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if grant["code_challenge"] != urlsafe_b64encode(digest).rstrip(b"=").decode():
            raise HTTPException(400)
        if grant["redirect_uri"] != form["redirect_uri"]:
            raise HTTPException(400)
    access_token = secrets.token_urlsafe()
    tokens.add(access_token)
    now = int(time.time())
    claims: dict[str, Any] = {"iss": issuer(), "aud": CLIENT[0], "iat": now, "exp": now + 3600, **USER}
    id_token = jwt.encode({"alg": "RS256", "kid": "1"}, {**claims, "nonce": grant["nonce"]}, key)
    return JSONResponse(
        {"access_token": access_token, "token_type": "Bearer", "expires_in": 3600, "id_token": id_token},
        headers={"cache-control": "no-store"},
    )


async def jwks(request: Request) -> JSONResponse:
    return JSONResponse(KeySet([key]).as_dict(private=False))


async def userinfo(request: Request) -> JSONResponse:
    if request.headers.get("authorization", "").removeprefix("Bearer ") not in tokens:
        raise HTTPException(401)
    return JSONResponse({**USER, "from": "userinfo"})


app = Shine(
    routes=[
        Route("/.well-known/openid-configuration", metadata),
        Route("/authorize", authorize),
        Route("/token", token, methods=["POST"]),
        Route("/jwks", jwks),
        Route("/userinfo", userinfo),
    ]
)
