"""Who somebody is: tokens with scopes, passwords, keys, and sessions."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response, Security
from fastapi.security import (
    APIKeyCookie,
    APIKeyHeader,
    APIKeyQuery,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    OAuth2PasswordBearer,
    OAuth2PasswordRequestForm,
    SecurityScopes,
)
from pydantic import BaseModel

router = APIRouter()

USERS = {"ann": "secret", "bob": "geheim"}

oauth2 = OAuth2PasswordBearer("accounts/token", scopes={"read": "Read", "write": "Write"})
basic = HTTPBasic(realm="shop")


class User(BaseModel):
    """Somebody with an account."""

    name: str
    scopes: list[str] = []


async def current_user(required: SecurityScopes, token: Annotated[str, Depends(oauth2)]) -> User:
    name, _, scopes = token.partition(":")
    challenge = {"www-authenticate": f'Bearer scope="{required.scope_str}"' if required.scopes else "Bearer"}
    if name not in USERS:
        raise HTTPException(401, "Unknown token", challenge)
    user = User(name=name, scopes=scopes.split())
    if not set(required.scopes) <= set(user.scopes):
        raise HTTPException(403, "Not enough permissions", challenge)
    return user


@router.post("/token")
async def token(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
    if not secrets.compare_digest(USERS.get(form.username, ""), form.password):
        raise HTTPException(400, "Incorrect username or password")
    return {"access_token": f"{form.username}:{' '.join(form.scopes)}", "token_type": "bearer"}


@router.get("/me")
async def me(user: Annotated[User, Depends(current_user)]) -> User:
    return user


@router.get("/orders")
async def orders(user: Annotated[User, Security(current_user, scopes=["read"])]) -> dict[str, Any]:
    return {"orders of": user.name}


@router.post("/orders")
async def order(user: Annotated[User, Security(current_user, scopes=["read", "write"])]) -> dict[str, Any]:
    return {"ordered by": user.name}


@router.get("/basic")
async def with_password(credentials: Annotated[HTTPBasicCredentials, Depends(basic)]) -> str:
    if USERS.get(credentials.username) != credentials.password:
        raise HTTPException(401, "Wrong password", {"www-authenticate": "Basic"})
    return credentials.username


@router.get("/bearer")
async def with_bearer(credentials: Annotated[Any, Depends(HTTPBearer(auto_error=False))]) -> dict[str, Any]:
    return {"scheme": credentials and credentials.scheme}


@router.get("/key")
async def with_key(key: Annotated[str, Security(APIKeyHeader(name="x-key"))]) -> str:
    return key


@router.get("/query-key")
async def with_query_key(key: Annotated[str, Security(APIKeyQuery(name="key"))]) -> str:
    return key


@router.get("/cookie-key")
async def with_cookie_key(key: Annotated[str, Security(APIKeyCookie(name="key"))]) -> str:
    return key


@router.post("/session/{name}")
async def sign_in(request: Request, name: str) -> dict[str, Any]:
    request.session["name"] = name
    request.session.setdefault("visits", []).append(len(name))
    return {"signed in": name}


@router.get("/session")
async def session(request: Request) -> dict[str, Any]:
    return dict(request.session)


@router.delete("/session")
async def sign_out(request: Request) -> dict[str, Any]:
    request.session.clear()
    return {}


@router.get("/cookie")
async def cookie(response: Response) -> str:
    response.set_cookie("color", "blue green", max_age=60, httponly=True, samesite="strict", path="/accounts")
    response.delete_cookie("size")
    return "set"
