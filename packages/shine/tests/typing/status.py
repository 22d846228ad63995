"""Names of status codes, older ones among them; another name is an error.

Nothing here runs. mypy and pyright read it.
"""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from shine import status

numbers: list[int] = [
    status.HTTP_404_NOT_FOUND,
    status.HTTP_422_UNPROCESSABLE_ENTITY,
    status.WS_1008_POLICY_VIOLATION,
    status.HTTP_999_UNKNOWN,  # type: ignore[attr-defined]
]
