"""A form with a CSRF token, and a policy whose nonce its template has.

CSRF_SECRET=... uvicorn tokens:app

GET  /    the form, with a token in a hidden field, and a script that sends one as a header
POST /    what was ordered so far
"""

import os
import secrets

from jinja2 import DictLoader, Environment

from shine import Request, Response, Route, Shine
from shine.middleware import Middleware
from shine.middleware.csrf import CSRFMiddleware
from shine.middleware.security import ContentSecurityPolicy, SecurityHeadersMiddleware
from shine.templating import Jinja2Templates

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Orders</title></head>
<body>
<p id="orders">{{ orders|join(", ") }}</p>
<form method="post">
{{ csrf_input() }}
<label>Order <input name="order"></label> <button>Send</button>
</form>
<button id="tea">Tea</button>
<script nonce="{{ csp_nonce() }}">
document.getElementById("tea").addEventListener("click", async () => {
  const body = new URLSearchParams({order: "tea"})
  const answer = await fetch("", {method: "POST", body, headers: {"X-CSRF-Token": "{{ csrf_token() }}"}})
  document.getElementById("orders").textContent = `${answer.status}`
})
</script>
</body>
</html>
"""

templates = Jinja2Templates(env=Environment(loader=DictLoader({"orders.html": PAGE}), autoescape=True))

orders: list[str] = []


def page(request: Request) -> Response:
    return templates.TemplateResponse(request, "orders.html", {"orders": orders})


async def order(request: Request) -> Response:
    async with request.form() as form:
        orders.append(str(form["order"]))
    return page(request)


app = Shine(
    routes=[Route("/", page, methods=["GET"]), Route("/", order, methods=["POST"])],
    middleware=[
        Middleware(
            SecurityHeadersMiddleware,
            content_security_policy=ContentSecurityPolicy(
                default_src="'self'", script_src=ContentSecurityPolicy.NONCE, base_uri="'none'", object_src="'none'"
            ),
        ),
        Middleware(CSRFMiddleware, secret=os.environ.get("CSRF_SECRET") or secrets.token_hex()),
    ],
)
