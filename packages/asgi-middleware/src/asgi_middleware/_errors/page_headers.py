"""Headers for a page that holds all it needs: its one style sheet is all that may have an effect."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256


def page_headers(style: str = "") -> dict[str, str]:
    """The headers of a page with this one ``style`` element, or of what is no page and has none.

    >>> page_headers()["content-security-policy"]
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    """
    digest = b64encode(sha256(style.encode()).digest()).decode()
    styles = f"style-src 'sha256-{digest}'; " if style else ""
    policy = f"default-src 'none'; {styles}base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return {
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
