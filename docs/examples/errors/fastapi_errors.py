"""Problem details in a FastAPI application, for its own exceptions and for ours.

uvicorn fastapi_errors:app

GET /orders/{id}  validated by FastAPI; 7 is not there, 8 is a problem of ours, and 9 fails
"""

from fastapi import FastAPI, HTTPException
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException

import asgi_types
from asgi_middleware import Problem, ProblemDetails

app = FastAPI()

problems = ProblemDetails(type_base="https://example.org/problems/")

# Starlette's exception is that of a missing route and, as its base, FastAPI's own; the core's is that of our pieces.
app.add_exception_handler(StarletteHTTPException, problems)  # type: ignore[arg-type]  # any ASGI app is a response
app.add_exception_handler(RequestValidationError, problems)  # type: ignore[arg-type]
app.add_exception_handler(asgi_types.HTTPException, problems)  # type: ignore[arg-type]
app.add_exception_handler(Exception, problems)  # type: ignore[arg-type]


@app.get("/orders/{order_id}")
async def order(order_id: int) -> dict[str, int]:
    if order_id == 7:
        raise HTTPException(404, {"detail": "There is no order 7.", "order": 7}, {"x-shop": "open"})
    if order_id == 8:
        raise Problem(403, "Order 8 is another customer's.", type="not-yours", order=8)
    return {"total": {1: 50}[order_id]}
