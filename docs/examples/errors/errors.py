"""A shop in which things go wrong: what its developers see of that, and what its clients do.

uvicorn errors:app        with the debug page, for developers
uvicorn errors:live       the same shop as clients know it: problem details, and a silent 500

GET /orders/{id}   fails, with a password in variables, headers and the source; the cause is another exception
GET /receipts/{id} fails in a part that its template includes, as there are no guests
GET /stock         fails with a group of exceptions
GET /credit        a problem of a kind of its own
GET /missing       no route: a problem, too
"""

from dataclasses import dataclass
from pathlib import Path

from asgi_middleware import Problem, ProblemDetails
from shine.applications import Shine
from shine.requests import Request
from shine.responses import PlainTextResponse, Response
from shine.routing import Route
from shine.templating import Jinja2Templates

DATABASE_PASSWORD = "correct-horse-battery"


templates = Jinja2Templates(Path(__file__).with_name("templates"))


@dataclass
class Connection:
    host: str
    user: str
    password: str


class OrderError(Exception):
    """An order that cannot be shown."""


class OutOfCredit(Problem):
    """A kind of problem that clients can tell from others by its type."""

    status_code = 403
    type = "https://example.org/problems/out-of-credit"
    title = "You do not have enough credit"


def connect(host: str, password: str) -> Connection:
    return Connection(host, "shop", password)


def load_order(order_id: int, connection: Connection) -> dict[str, int]:
    orders = {1: {"total": 50}, 2: {"total": 20}}
    settings = {"host": connection.host, "password": connection.password, "retries": 3}
    if order_id not in orders:
        raise LookupError(f"{settings['host']} has no order {order_id} (signed in with {connection.password})")
    return orders[order_id]


async def order(request: Request) -> Response:
    order_id = request.path_params["id"]
    connection = connect("db.shop.example", DATABASE_PASSWORD)
    try:
        found = load_order(order_id, connection)
    except LookupError as error:
        error.add_note("Orders are kept for ten years.")
        raise OrderError(f"Order {order_id} cannot be shown") from error
    return PlainTextResponse(f"Total: {found['total']}")


async def receipt(request: Request) -> Response:
    context = {"number": request.path_params["id"], "total": 84, "guests": [], "card_token": DATABASE_PASSWORD}
    return await templates.respond(request, "receipt.html", context)


async def stock(request: Request) -> Response:
    warehouses = request.query_params.getlist("at") or ["north", "south"]
    failures: list[Exception] = []
    for name in warehouses:
        try:
            raise ConnectionError(f"{name} does not answer")
        except ConnectionError as error:
            failures.append(error)
    raise ExceptionGroup("No warehouse answered", failures)


async def credit(request: Request) -> Response:
    raise OutOfCredit(detail="The order costs 50, and you have 30.", balance=30, order="/orders/1")


async def home(request: Request) -> Response:
    return PlainTextResponse("Try /orders/7, /receipts/7, /stock, /credit and /missing.")


routes = [
    Route("/", home),
    Route("/orders/{id:int}", order),
    Route("/receipts/{id:int}", receipt),
    Route("/stock", stock),
    Route("/credit", credit),
]

app = Shine(debug=True, routes=routes, exception_handlers=ProblemDetails().handlers)
live = Shine(routes=routes, exception_handlers=ProblemDetails().handlers)
