"""What the debug page says, for terminals: the traceback, the request and the variables where it was raised."""

from __future__ import annotations

from .debug_report import DebugReport


def debug_text(report: DebugReport) -> str:
    """The traceback as the interpreter prints it, and below it what that has no place for."""
    parts = [report.traceback()]
    frame = next((frame for frame in report.errors[0].frames if not frame.is_library and frame.variables), None)
    if frame is not None:
        lines = "".join(f"  {name} = {value}\n" for name, value in frame.variables.items())
        parts.append(f"\nVariables of {frame.function}:\n{lines}")
    if report.request is not None:
        parts.append(f"\nRequest: {report.request.method} {report.request.url}\n")
    return "".join(parts)
