"""A page whose rows take their time: it is sent while it is rendered."""

import time
from collections.abc import Iterator

from pages import pages

from shine import Request, Response, Route

ROWS = 5
SECONDS_A_ROW = 0.2


def slow_rows() -> Iterator[str]:
    for number in range(1, ROWS + 1):
        time.sleep(SECONDS_A_ROW)  # as a query takes; the template is rendered in a thread
        yield f"Row {number} of {ROWS}"


async def report(request: Request) -> Response:
    return await pages.stream(request, "report.html", {"rows": slow_rows()})


routes = [Route("/report", report)]
