"""What the tests of the drop-in share: a process in which nothing was imported yet, and this one, left as it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module

import pytest

from shine._drop_in.starlette_mode import LATER, SWITCHES

MISSING = object()


@pytest.fixture
def run() -> Callable[..., str]:
    """``run(code, *arguments)`` gives what a new interpreter prints."""

    def run(code: str, *arguments: str) -> str:
        command = [sys.executable, "-W", "error", "-c", code, *arguments]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


@pytest.fixture
def clean() -> Iterator[None]:
    """Leave this process without Starlette, for what is installed in it; afterwards all is as it was."""
    for name in LATER:
        import_module(name)  # so that what is switched is known now
    finders = list(sys.meta_path)
    modules = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "starlette"}
    switches = [*SWITCHES, *(switch for later in LATER.values() for switch in later())]
    values = [(switch, vars(switch.owner).get(switch.attribute, MISSING)) for switch in switches]
    for name in modules:
        del sys.modules[name]
    try:
        yield
    finally:
        sys.meta_path[:] = finders
        for name in [name for name in sys.modules if name.partition(".")[0] == "starlette"]:
            del sys.modules[name]
        sys.modules.update(modules)
        for switch, value in values:
            if value is not MISSING:
                setattr(switch.owner, switch.attribute, value)
            elif switch.attribute in vars(switch.owner):
                delattr(switch.owner, switch.attribute)
