"""How long a session lasts, and the entry that says when it began."""

from typing import Final

DEFAULT_AGE: Final = 14 * 24 * 60 * 60
"""Seconds that a session lasts after its last change, unless its middleware says otherwise."""

RENEWED_AFTER: Final = 0.1
"""The part of its time after which a session that is used is renewed: not with every response."""

CREATED: Final = "_session_created"
"""The entry in which it is kept when a session began; nobody sees it."""

CREATED_IS_TAKEN: Final = f"{CREATED!r} in a session is where its middleware keeps when it began: use another name."
"""What is said of an application's own entry of that name."""
