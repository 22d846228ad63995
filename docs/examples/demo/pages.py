"""The demo's templates, and what every one of them sees."""

from pathlib import Path
from typing import Any

from shine import Request
from shine.templating import Jinja2Templates


def visitor(request: Request) -> dict[str, Any]:
    """Who is signed in, and the messages that wait for them, which are taken by the page that shows them."""
    if "session" not in request:  # refused on the way to it
        return {"user": None, "take_flashes": list}
    return {"user": request.session.get("user"), "take_flashes": request.session.flashes}


pages = Jinja2Templates(Path(__file__).with_name("templates"), context_processors=[visitor])
