"""Routes that say what they were given, in all the ways that FastAPI has to ask for it."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Cookie, Depends, Header, HTTPException, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from pydantic import BaseModel, Field, model_validator

router = APIRouter()


class Color(StrEnum):
    """The colors there are."""

    RED = "red"
    BLUE = "blue"


async def count(response: Response) -> None:
    response.headers["x-counted"] = "yes"


Counted = Depends(count)


class Filter(BaseModel):
    """What is looked for."""

    model_config = {"extra": "forbid"}

    text: str = ""
    limit: int = Field(10, gt=0, le=100)


class Span(BaseModel):
    """From one number to another."""

    first: int
    last: int

    @model_validator(mode="after")
    def in_order(self) -> "Span":
        if self.first > self.last:
            raise ValueError("first is behind last")
        return self


@router.get("/query")
async def query(
    word: str, numbers: Annotated[list[int] | None, Query()] = None, flag: bool = False, color: Color | None = None
) -> dict[str, Any]:
    return {"word": word, "numbers": numbers, "flag": flag, "color": color}


@router.get("/query-model")
async def query_model(chosen: Annotated[Filter, Query()]) -> Filter:
    return chosen


@router.get("/headers")
async def headers(
    x_name: Annotated[str, Header()],
    x_many: Annotated[list[str] | None, Header()] = None,
    color: Annotated[str | None, Cookie()] = None,
) -> dict[str, Any]:
    return {"name": x_name, "many": x_many, "color": color}


@router.get("/paths/{rest:path}")
async def rest(rest: str) -> str:
    return rest


@router.get("/numbers/{number}")
async def number(number: Annotated[int, Path(ge=0, lt=1000)]) -> int:
    return number


@router.get("/days/{day}")
async def day(day: date) -> date:
    return day


@router.get("/colors/{color}")
async def color(color: Color) -> Color:
    return color


@router.get("/ids/{identity}")
async def identity(identity: UUID) -> UUID:
    return identity


@router.post("/body")
async def body(value: Annotated[Any, Body()] = None) -> Any:
    return {"value": value}


@router.post("/spans")
async def spans(spans: list[Span], factor: Annotated[Decimal, Query()] = Decimal(1)) -> dict[str, Any]:
    return {"lengths": [(span.last - span.first) * factor for span in spans]}


@router.post("/two-bodies")
async def two_bodies(span: Span, chosen: Filter, importance: Annotated[int, Body()]) -> dict[str, Any]:
    return {"span": span, "chosen": chosen, "importance": importance}


@router.post("/raw")
async def raw(request: Request) -> dict[str, Any]:
    return {"bytes": len(await request.body()), "type": request.headers.get("content-type")}


@router.post("/chunks")
async def chunks(request: Request) -> dict[str, Any]:
    return {"bytes": sum([len(chunk) async for chunk in request.stream()])}


@router.post("/json")
async def plain_json(request: Request) -> Any:
    return await request.json()


@router.api_route("/methods", methods=["GET", "HEAD", "OPTIONS", "DELETE"], include_in_schema=False)
async def methods(request: Request) -> dict[str, str]:
    return {"method": request.method}


@router.get("/slash/")
async def slash() -> str:
    return "with a slash"


@router.get("/text", response_class=PlainTextResponse)
def text() -> str:
    return "Grüße"


@router.get("/html", response_class=HTMLResponse)
async def html() -> str:
    return "<h1>Grüße</h1>"


@router.get("/away")
async def away() -> RedirectResponse:
    return RedirectResponse("/text?a=b c")


@router.get("/see-other", response_class=RedirectResponse, status_code=303)
async def see_other() -> str:
    return "https://shop.example/ä"


@router.get("/status/{code}")
async def status_of(code: int) -> None:
    raise HTTPException(code, {"code": code}, {"x-code": str(code)})


@router.get("/own-response", status_code=202)
async def own_response(response: Response) -> dict[str, int]:
    response.status_code = 203
    response.headers["x-own"] = "1"
    return {"own": 1}


@router.get("/no-content", status_code=204)
async def no_content() -> None: ...


@router.get("/where")
async def where(request: Request) -> dict[str, Any]:
    return {
        "path": request.url.path,
        "query": request.url.query,
        "host": request.url.hostname,
        "for": request.url_for("number", number=7).path,
        "static": request.url_for("static", path="/a.txt").path,
        "route": request.scope["route"].path,
        "client": request.client is not None and request.client.host,
    }


def opened(request: Request) -> Iterator[str]:
    request.state.order = ["opened"]
    try:
        yield "resource"
    except ValueError:
        raise HTTPException(418, "turned by the dependency") from None
    finally:
        request.state.order.append("closed")


async def within(resource: Annotated[str, Depends(opened)], request: Request) -> AsyncIterator[str]:
    request.state.order.append("within")
    yield f"inner {resource}"
    request.state.order.append("left")


@router.get("/dependencies")
async def dependencies(
    inner: Annotated[str, Depends(within)], outer: Annotated[str, Depends(opened)], request: Request
) -> dict[str, Any]:
    return {"inner": inner, "outer": outer, "order": request.state.order}


@router.get("/dependencies/fail")
async def failing(inner: Annotated[str, Depends(within)]) -> None:
    raise ValueError(inner)


@router.get("/big")
async def big() -> JSONResponse:
    return JSONResponse({"numbers": list(range(2000))})


@router.get("/wrong-response")
async def wrong_response() -> Filter:
    return {"limit": "none"}  # type: ignore[return-value]
