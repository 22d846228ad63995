"""The demo's templates, and what every one of them sees."""

import os
from pathlib import Path
from typing import Any

from shine import Request
from shine.templating import Jinja2Templates


def visitor(request: Request) -> dict[str, Any]:
    """Who is signed in, and the messages that wait for them, which are taken by the page that shows them."""
    if "session" not in request:  # refused on the way to it
        return {"user": None, "take_flashes": list}
    return {"user": request.session.get("user"), "take_flashes": request.session.flashes}


DEBUG = os.environ.get("DEMO_DEBUG") == "1"

# Files that nobody changes are not looked at, and what is short is rendered without a thread.
pages = Jinja2Templates(Path(__file__).with_name("templates"), context_processors=[visitor], auto_reload=DEBUG)
