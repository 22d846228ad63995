"""Forms and the files in them."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, HTTPException, Request, UploadFile
from pydantic import BaseModel, Field

router = APIRouter(tags=["forms"])


class Contact(BaseModel):
    """How somebody can be reached."""

    name: str = Field(min_length=1)
    ages: list[int] = []


@router.post("/plain")
async def plain(name: Annotated[str, Form()], remember: Annotated[bool, Form()] = False) -> dict[str, Any]:
    return {"name": name, "remember": remember}


@router.post("/model")
async def model(contact: Annotated[Contact, Form()]) -> Contact:
    return contact


@router.post("/bytes")
async def content(file: Annotated[bytes, File()]) -> dict[str, int]:
    return {"size": len(file)}


@router.post("/file")
async def upload(file: UploadFile) -> dict[str, Any]:
    content = await file.read()
    await file.seek(0)
    again = await file.read(3)
    return {
        "name": file.filename,
        "type": file.content_type,
        "size": file.size,
        "content": content[:20].decode("latin-1"),
        "again": again.decode("latin-1"),
        "headers": dict(file.headers),
    }


@router.post("/files")
async def uploads(
    files: list[UploadFile], note: Annotated[str, Form()], extra: Annotated[UploadFile | None, File()] = None
) -> dict[str, Any]:
    return {"names": [file.filename for file in files], "note": note, "extra": extra and extra.filename}


@router.post("/sync")
def in_a_thread(file: UploadFile) -> dict[str, Any]:
    return {"size": len(file.file.read())}


@router.post("/by-hand")
async def by_hand(request: Request) -> list[Any]:
    async with request.form(max_files=2, max_fields=3) as form:
        return [[key, value if isinstance(value, str) else value.filename] for key, value in form.multi_items()]


@router.post("/limited")
async def limited(request: Request, file: UploadFile) -> int:
    if file.size is None or file.size > 1000:
        raise HTTPException(413, "Too large for this shop")
    return file.size
