"""Proves that the named distributions were installed from wheels of this tree, not from the public index.

    python .ci/installed_is_ours.py asgi-types asgi-http

Strangers hold some of these names there. An installation from a local file records its address (PEP 610), and its
version and summary must be those of this tree.
"""

from __future__ import annotations

import json
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

PACKAGES = Path(__file__).parent.parent / "packages"


def check(name: str) -> None:
    installed = distribution(name)
    project = tomllib.loads((PACKAGES / name / "pyproject.toml").read_text("utf-8"))["project"]
    origin = installed.read_text("direct_url.json")
    assert origin is not None, f"{name} was installed from an index"
    url = json.loads(origin)["url"]
    assert url.startswith("file:"), f"{name} was installed from another place than this machine: {url}"
    assert url.endswith(".whl"), f"{name} was not installed from a wheel: {url}"
    assert installed.version == project["version"], f"{name} {installed.version} is not this tree's version"
    assert installed.metadata["Summary"] == project["description"], f"{name} is somebody else's package"
    print(f"{name} {installed.version} is ours, from a wheel")


for argument in sys.argv[1:]:
    check(argument)
