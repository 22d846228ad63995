"""What the debug page says, for programs: one JSON object."""

from __future__ import annotations

import json
from dataclasses import asdict

from .debug_report import DebugReport


def debug_json(report: DebugReport) -> str:
    """An object with the keys ``title``, ``errors`` (the one raised first), ``request`` and ``versions``."""
    request = None if report.request is None else asdict(report.request)
    return json.dumps(
        {
            "title": report.title,
            "errors": [asdict(error) for error in report.errors],
            "request": request,
            "versions": report.versions,
        },
        ensure_ascii=False,
    )
