"""Ten lists of things, each with the six routes that such a list has."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Path, Query, Response
from pydantic import BaseModel, Field

NAMES = ("apples", "bikes", "chairs", "desks", "envelopes", "flutes", "gloves", "hats", "inks", "jars")


class Thing(BaseModel):
    """What is sold."""

    title: str = Field(min_length=2, max_length=40)
    price: float = Field(gt=0)
    tags: set[str] = set()


class StoredThing(Thing):
    """What is sold, with its number and what only the shop knows."""

    number: int
    bought_for: float = 0.5


class ShownThing(Thing):
    """What is sold, as customers see it."""

    number: int


class Change(BaseModel):
    """What may be changed of a thing."""

    title: str | None = None
    price: float | None = None


async def page_size(size: Annotated[int, Query(ge=1, le=50)] = 10) -> int:
    return size


async def page(number: Annotated[int, Query(alias="page", ge=1)] = 1, size: int = Depends(page_size)) -> slice:
    return slice((number - 1) * size, number * size)


def router_of(name: str) -> APIRouter:
    """The router of one list, which it keeps in memory."""
    router = APIRouter(prefix=f"/{name}", tags=[name])
    stored: dict[int, StoredThing] = {}

    def found(number: Annotated[int, Path(ge=1)]) -> StoredThing:
        if number not in stored:
            raise HTTPException(404, f"No such thing among {name}", headers={"x-list": name})
        return stored[number]

    Found = Annotated[StoredThing, Depends(found)]  # noqa: N806 - it is a type

    @router.get("", name=f"list_{name}", response_model=list[ShownThing])
    async def all_things(response: Response, part: Annotated[slice, Depends(page)], tag: str | None = None) -> Any:
        things = [thing for thing in stored.values() if tag is None or tag in thing.tags]
        response.headers["x-total"] = str(len(things))
        return things[part]

    @router.post("", name=f"create_{name}", status_code=201, response_model=ShownThing)
    async def create(thing: Thing, response: Response) -> Any:
        number = len(stored) + 1
        stored[number] = StoredThing(**thing.model_dump(), number=number)
        response.headers["location"] = f"/{name}/{number}"
        return stored[number]

    @router.get("/{number}", name=f"read_{name}", response_model=ShownThing, response_model_exclude_defaults=True)
    async def read(thing: Found) -> Any:
        return thing

    @router.put("/{number}", name=f"replace_{name}", response_model=ShownThing)
    def replace(thing: Found, new: Thing) -> Any:
        stored[thing.number] = StoredThing(**new.model_dump(), number=thing.number)
        return stored[thing.number]

    @router.patch("/{number}", name=f"change_{name}", response_model=ShownThing)
    async def change(thing: Found, change: Annotated[Change, Body(embed=True)]) -> Any:
        stored[thing.number] = thing.model_copy(update=change.model_dump(exclude_unset=True))
        return stored[thing.number]

    @router.delete("/{number}", name=f"delete_{name}", status_code=204)
    async def delete(thing: Found) -> None:
        del stored[thing.number]

    return router
