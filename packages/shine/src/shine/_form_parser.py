"""The parser of urlencoded forms, and what Starlette's tells of its work."""

from __future__ import annotations

import asgi_forms


class FormParser(asgi_forms.FormParser):
    """An `asgi_forms.FormParser`, and two names of the inside of Starlette's, which its tests look at."""

    @property
    def _current_fields(self) -> int:
        """Fields that were looked at so far; the last may be the one beyond a limit."""
        return 0 if self._parser is None else self._parser.fields_seen

    @property
    def _field_value(self) -> bytes:
        """What is kept of a field that is not complete."""
        return b"" if self._parser is None else self._parser.incomplete_field
