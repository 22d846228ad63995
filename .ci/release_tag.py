"""Checks that a tag such as asgi-http-v1.2.0 names a package, its version and a heading of its changelog.

    python .ci/release_tag.py asgi-http-v1.2.0

Prints ``package=asgi-http``, the form that a workflow's outputs have.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

PACKAGES = Path(__file__).parent.parent / "packages"

# Every package depends on the first. Empty this once the names are handed over; see RELEASING.md.
HELD_BY_OTHERS = ("asgi-types", "asgi-sessions", "shine")


def main(tag: str) -> None:
    if HELD_BY_OTHERS:
        sys.exit(f"Nothing can be released while these names belong to others: {', '.join(HELD_BY_OTHERS)}")
    package, _, version = tag.rpartition("-v")
    folder = PACKAGES / package
    if not package or not (folder / "pyproject.toml").is_file():
        sys.exit(f"{tag} names no package of this tree")
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    if project["version"] != version:
        sys.exit(f"{tag} is not the tree's version, which is {project['version']}")
    if f"\n## {version} (2" not in (folder / "CHANGELOG.md").read_text("utf-8"):
        sys.exit(f"packages/{package}/CHANGELOG.md has no dated heading for {version}")
    print(f"package={package}")


if __name__ == "__main__":
    main(*sys.argv[1:])
