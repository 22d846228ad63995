"""Proves that the examples of Starlette's documentation do the same after `shine migrate`.

    python .ci/starlette_docs.py REFERENCE

REFERENCE is a Python that has Starlette and not shine; the one that runs this has shine and not Starlette. The
documentation comes with Starlette's source distribution, and is never copied here. Each Python block becomes a file.
The files of a page run in order in one namespace, as a reader would try them: once as they are by REFERENCE, and once
migrated here. Of each block it counts how it ended, how the tests that it defines ended, and what the application that
it defines answers to `/` and to each of its routes.

A block that fails on Starlette is a fragment; so it must be here.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from starlette_sdist import unpacked

BLOCK = re.compile(r"^( *)```python[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)

# What the examples expect around them.
AROUND = {
    ".env": "DEBUG=true\nDATABASE_URL=sqlite://\nSECRET_KEY=a secret\nALLOWED_HOSTS=127.0.0.1, localhost\n",
    "static/style.css": "p { color: red }\n",
    "statics/favicon.ico": "an icon\n",
    "example.txt": "a text\n",
    "example.png": "an image\n",
    "templates/index.html": "<p>{{ request.url.path }}</p>\n",
    "myproject/__init__.py": "",
    "myproject/settings.py": (
        "from starlette.config import Config\nfrom starlette.datastructures import Secret\n"
        'config = Config(".env")\nDEBUG = config("DEBUG", cast=bool)\nSECRET_KEY = config("SECRET_KEY", cast=Secret)\n'
    ),
    "myproject/users.py": "routes = []\n",
    "myproject/auth.py": "routes = []\n",
}

# What is different on purpose, as docs/migration.md has it: page and number of the block. None may be there in vain.
DELIBERATE = {
    "background_00": "malformed JSON is a 400, and no exception",
    "background_01": "malformed JSON is a 400, and no exception",
    "testclient_09": "the client refuses an HTTP response in the place of a WebSocket's answer",
}


def main() -> int:
    assert find_spec("starlette") is None, "Starlette is installed beside shine, so nothing would be proved"
    documentation, reference = unpacked() / "docs", sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        work = Path(name).resolve()
        count = write_blocks(documentation, work / "starlette")
        write_blocks(documentation, work / "shine")
        migrate = [sys.executable, "-m", "shine", "migrate", "--yes", str(work / "shine")]
        migrated = subprocess.run(migrate, check=False, capture_output=True, text=True)
        print(f"{count} Python blocks; shine migrate: {migrated.stdout.splitlines()[-1]}")
        check_migrated(work)
        before = outcomes(reference, "starlette", work / "starlette")
        after = outcomes(sys.executable, "shine", work / "shine")
    return report(before, after)


def write_blocks(documentation: Path, folder: Path) -> int:
    """A file for each block, ``page_07.py``, and what the examples expect; gives the number of blocks."""
    count = 0
    for path, text in AROUND.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    for page in sorted(documentation.glob("*.md")):
        for number, block in enumerate(BLOCK.finditer(page.read_text("utf-8"))):
            name = f"{page.stem.replace('-', '_')}_{number:02}.py"
            (folder / name).write_text(textwrap.dedent(block[2]), "utf-8")
            count += 1
    return count


def check_migrated(work: Path) -> None:
    """No block that is Python imports Starlette any more."""
    left = [
        path.name
        for path in sorted((work / "shine").glob("*.py"))
        if re.search(r"^\s*(from|import) starlette", path.read_text("utf-8"), re.MULTILINE) and is_python(path)
    ]
    assert not left, f"These still import Starlette: {left}"


def is_python(path: Path) -> bool:
    try:
        compile(path.read_text("utf-8"), path.name, "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def outcomes(python: str, package: str, folder: Path) -> dict[str, Any]:
    """What each block does, by its file's name; a process for each page."""
    pages = sorted({path.stem.rpartition("_")[0] for path in folder.glob("*_[0-9][0-9].py")})
    # No example reaches another machine.
    environment = {**os.environ, "HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    found: dict[str, Any] = {}
    for page in pages:
        command = [python, "-W", "ignore", str(Path(__file__).resolve()), "--run", package, page]
        done = subprocess.run(
            command, check=False, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"{page} on {package}:\n{done.stdout}\n{done.stderr}"
        found.update(json.loads(done.stdout.splitlines()[-1]))
    return found


def report(before: dict[str, Any], after: dict[str, Any]) -> int:
    counts: Counter[str] = Counter()
    failures: list[str] = []
    for name, was in before.items():
        now = after[name]
        runs = was["ended"] == "ok"
        if not runs and now["ended"] == "ok":
            counts["fail on Starlette, and run on shine"] += 1
            print(f"{name}: {was['ended']} on Starlette, and it runs on shine")
        elif (was == now) != (name not in DELIBERATE):
            failures.append(f"{name}:\n    on Starlette {was}\n    on shine     {now}")
        elif was == now:
            counts["run on Starlette, and do the same on shine" if runs else "fragments, which fail on both alike"] += 1
            counts["requests with the same answer"] += len(was["answers"])
        elif name in DELIBERATE:
            counts["different on purpose"] += 1
            print(f"{name}: {DELIBERATE[name]}")
    for what, number in counts.items():
        print(f"{number:4} {what}")
    print(f"{len(failures):4} failures", *failures, sep="\n")
    return 1 if failures else 0


def run_page(package: str, page: str) -> None:
    """Run the blocks of a page in this process, and print what each does as the last line."""
    sys.path.insert(0, "")
    namespace: dict[str, Any] = {"__name__": "example"}
    found = {}
    for path in sorted(Path().glob(f"{page}_[0-9][0-9].py")):
        known = dict(namespace)
        ended = "ok"
        try:
            exec(compile(path.read_text("utf-8"), path.name, "exec", dont_inherit=True), namespace)
        except Exception as error:
            ended = described(error)
        new = {name: value for name, value in namespace.items() if known.get(name) is not value}
        found[path.stem] = {
            "ended": ended,
            "tests": dict(test_results(new)),
            "answers": dict(answers(package, new["app"])) if callable(new.get("app")) else {},
        }
    print(f"\n{json.dumps(found)}")


def test_results(names: dict[str, Any]) -> Iterator[tuple[str, str]]:
    import anyio

    for name, value in names.items():
        if name.startswith("test_") and callable(value):
            try:
                result = value()
                if hasattr(result, "__await__"):
                    anyio.run(awaited, result)
            except BaseException as error:
                yield name, described(error)
            else:
                yield name, "ok"


async def awaited(result: Any) -> Any:
    return await result


def answers(package: str, app: Any) -> Iterator[tuple[str, Any]]:
    """What the application answers to `/` and to the paths of its routes, one by one."""
    test_client = import_module(f"{package}.testclient").TestClient
    asked = {("GET", "/")}
    for route in getattr(app, "routes", ()):
        for method in getattr(route, "methods", None) or ["GET"]:
            asked.add((method, re.sub(r"\{[^}]*\}", "1", getattr(route, "path", "/") or "/")))
    for method, path in sorted(asked):
        try:
            with test_client(app) as client:
                answer = client.request(method, path, follow_redirects=False)
        except BaseException as error:
            yield f"{method} {path}", described(error)
        else:
            yield f"{method} {path}", [answer.status_code, answer.headers.get("content-type"), answer.text]


def described(error: BaseException) -> str:
    """The kind of an exception, and the name that is not known if that is what it is about."""
    more = f" {error.name}" if isinstance(error, NameError) else ""
    return type(error).__name__ + more


if __name__ == "__main__":
    if sys.argv[1] == "--run":
        run_page(*sys.argv[2:])
    else:
        sys.exit(main())
