"""prometheus-fastapi-instrumentator: the requests of a FastAPI application, counted by route."""

# ruff: noqa: E402 - shine is put in the place of Starlette before anything imports it
import shine

shine.install_as_starlette()

from fastapi import APIRouter, FastAPI, HTTPException
from loaded_files import loaded_files
from prometheus_fastapi_instrumentator import Instrumentator

app = FastAPI()
router = APIRouter(prefix="/shelves/{shelf}")


@router.get("/books/{book}")
async def book(shelf: int, book: int) -> dict[str, int]:
    if book > 9:
        raise HTTPException(404)
    return {"shelf": shelf, "book": book}


@app.get("/bug")
async def bug() -> None:
    raise LookupError("a bug")


app.include_router(router)
app.add_route("/loaded", loaded_files)
Instrumentator().instrument(app).expose(app)
