"""Every task of the project by name.

    python3 noxfile.py            every gate, as CI runs them
    python3 noxfile.py demo       the demo, served on loopback
    python3 noxfile.py tests      one gate; `python3 noxfile.py --list` names the others

Python 3.11 or newer is all that must be there: where nox is missing, it is installed into .venv first. nox makes an
environment for each task, with uv where that is there and pip where it is not.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent

try:
    import nox
except ModuleNotFoundError:
    if __name__ != "__main__":
        raise
    venv = ROOT / ".venv"
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if Path(sys.prefix) == venv.resolve():
        sys.exit("nox could not be installed into .venv: remove that folder and try again.")
    if not python.exists():
        print("Setting up .venv with nox ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "nox>=2025.2"], check=True)
    sys.exit(subprocess.run([str(python), __file__, *sys.argv[1:]], cwd=ROOT, check=False).returncode)

CORE = "asgi-types"
PIECES = (
    "asgi-http",
    "asgi-routing",
    "asgi-websockets",
    "asgi-middleware",
    "asgi-forms",
    "asgi-templates",
    "asgi-sessions",
)
PACKAGES = (CORE, *PIECES, "shine")
SOURCES = [f"packages/{name}/src" for name in PACKAGES]
TYPING_TESTS = [f"packages/{name}/tests/typing" for name in ("asgi-types", "asgi-sessions", "shine")]
EXAMPLES = [
    f"docs/examples/{name}/{name}.py"
    for name in (
        *("chat", "compressed", "demo", "errors", "events", "fastapi_on_shine", "files", "leaving", "lifespans"),
        *("metrics", "origins", "pieces", "rate_limits", "routing", "security", "seeing", "server_sessions"),
        *("sessions_everywhere", "templates_everywhere", "tokens", "uploads", "wrapped"),
    )
]

nox.needs_version = ">=2025.2"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_external_run = True
nox.options.sessions = [
    *("lint", "imports", "types", "surface", "tests", "mirror", "starlette_suite", "starlette_docs", "drop_in"),
    *("examples", "new_project", "wheels"),
]

# Servers that tests start, and each worker of pytest, compile modules only where that was not done before.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
EVERY_CORE = "--numprocesses=auto"

GROUPS = nox.project.load_toml(ROOT / "pyproject.toml")


def install_group(session: nox.Session, *groups: str) -> None:
    session.install(*nox.project.dependency_groups(GROUPS, *groups))


def install_packages(session: nox.Session) -> None:
    """All packages from this tree, in one call: their names belong to others on the public index."""
    install_group(session, "build")
    session.install("--no-build-isolation", *(f"--editable=packages/{name}" for name in PACKAGES))


def built_wheels(session: nox.Session, packages: tuple[str, ...]) -> list[Path]:
    """The wheels of these packages, built anew."""
    install_group(session, "build")
    dist = Path(session.create_tmp()).resolve() / "dist"
    for wheel in dist.glob("*.whl"):
        wheel.unlink()
    for package in packages:
        with session.chdir(ROOT / "packages" / package):
            session.run("hatchling", "build", "-t", "wheel", "-d", str(dist), silent=True)
    return sorted(dist.glob("*.whl"))


@nox.session
def demo(session: nox.Session) -> None:
    """Serve the demo on 127.0.0.1; arguments after -- go to uvicorn."""
    install_packages(session)
    install_group(session, "serve", "redis")
    session.chdir("docs/examples/demo")
    session.run("uvicorn", "demo:app", "--host", "127.0.0.1", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """All tests, on asyncio and trio, on real servers and in a real browser, with full branch coverage."""
    install_packages(session)
    install_group(session, "test", "coverage", "servers", "foreign", "browser")
    if session.posargs:
        session.run("pytest", *session.posargs)
        return
    session.run("pytest", "packages", EVERY_CORE, "--cov")
    # These wait for servers most of the time. Those of a file share servers, so they stay together.
    session.run("pytest", "docs/examples", "--numprocesses=2", "--dist=loadfile")


@nox.session
def types(session: nox.Session) -> None:
    """Mypy and pyright, both strict, the typing tests, and complete types on every public name."""
    install_packages(session)
    install_group(session, "types", "foreign")
    session.run("mypy", *SOURCES, *TYPING_TESTS, *EXAMPLES, "noxfile.py")
    session.run("pyright", *SOURCES, *TYPING_TESTS)
    for name in PACKAGES:
        session.run("pyright", "--verifytypes", name.replace("-", "_"), "--ignoreexternal")


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff, its formatter, and the house rules on sizes and names."""
    install_group(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("python", ".ci/house_rules.py")


@nox.session
def imports(session: nox.Session) -> None:
    """The one-way rule: who may import whom, each contract named by a sentence."""
    install_packages(session)
    install_group(session, "imports")
    session.run("lint-imports")


@nox.session
def surface(session: nox.Session) -> None:
    """__all__ equals reality and the committed api.txt of each package; -- --write renews api.txt."""
    install_packages(session)
    install_group(session, "middleware", "sessions", "serve", "test")  # what is imported by the modules of extras
    session.run("python", ".ci/surface.py", *session.posargs)


@nox.session
def examples(session: nox.Session) -> None:
    """Every Python example in a README, in the docs and in a docstring runs, and every link leads somewhere."""
    install_packages(session)
    install_group(session, "test", "servers", "foreign")
    session.run("pytest", "docs/test_examples.py", "docs/test_links.py", *session.posargs)


@nox.session
def drop_in(session: nox.Session) -> None:
    """Libraries that are built on Starlette or look into it, on shine."""
    install_packages(session)
    install_group(session, "drop_in")
    session.run("pytest", "docs/examples/libraries_on_shine", *session.posargs, env={"SHINE_LIBRARIES": "1"})


@nox.session
def mirror(session: nox.Session) -> None:
    """Shine's modules beside those of Starlette 1.10: names, signatures, attributes; and the test clients on httpx2."""
    install_packages(session)
    install_group(session, "test", "mirror")
    beside = {"SHINE_MIRROR": "1"}
    session.run("pytest", "packages/shine/tests/test_mirror_of_starlette.py", *session.posargs, env=beside)
    session.run("pytest", "packages/shine/tests/testing", EVERY_CORE)


@nox.session
def starlette_suite(session: nox.Session) -> None:
    """Starlette's own tests on shine: at least 99 % pass, and each of the others has its reason."""
    install_packages(session)
    install_group(session, "test", "starlette_suite")
    session.run("python", ".ci/starlette_suite.py", *session.posargs)


@nox.session
def starlette_docs(session: nox.Session) -> None:
    """What each Python block of Starlette's documentation does, it does after `shine migrate`; needs the network."""
    install_packages(session)
    install_group(session, "starlette_docs")
    reference = Path(session.create_tmp()).resolve() / "reference"
    python = str(reference / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    session.run("python", "-m", "venv", "--clear", str(reference))
    group = nox.project.dependency_groups(GROUPS, "starlette_docs")
    session.run(python, "-m", "pip", "install", "--quiet", "starlette[full]==1.10.0", *group, external=True)
    session.run("python", ".ci/starlette_docs.py", python)


@nox.session
def new_project(session: nox.Session) -> None:
    """`shine new` from built wheels in an empty folder: its tests pass, mypy is content, a server serves it."""
    wheels = built_wheels(session, PACKAGES)
    [shine] = (wheel for wheel in wheels if wheel.name.startswith("shine-"))
    others = [str(wheel) for wheel in wheels if wheel != shine]
    session.install(*others, f"shine[cli,testclient] @ {shine.as_uri()}")
    session.run("python", ".ci/installed_is_ours.py", *PACKAGES)
    install_group(session, "new_project")
    session.run("python", ".ci/new_project.py")


@nox.session
@nox.parametrize("name", PACKAGES)
def wheels(session: nox.Session, name: str) -> None:
    """The built wheel of a package, alone with the core's, is ours and passes its tests and examples."""
    needed = PACKAGES if name == "shine" else tuple(dict.fromkeys((CORE, name)))
    session.install(*map(str, built_wheels(session, needed)))
    session.run("python", ".ci/installed_is_ours.py", *needed)
    session.run("python", "-c", f"import {name.replace('-', '_')}")  # with nothing but what it declares
    install_group(session, "test")
    # On one event loop, with few examples and no times: `tests` has all of them, and here it is the wheel that counts.
    brief = {"SHINE_PROFILE": "brief", "SHINE_EXAMPLES": "20"}
    session.run("pytest", f"packages/{name}/tests", "-k", "not trio", EVERY_CORE, env=brief)
    session.run("pytest", "docs/test_examples.py", "-k", f"packages/{name}/")


@nox.session
def fuzz(session: nox.Session) -> None:
    """The property tests of the route index with ten times the cases, which takes minutes; not one of the checks."""
    install_packages(session)
    install_group(session, "test")
    session.run("pytest", "packages/asgi-routing/tests/index", env={"SHINE_EXAMPLES": "10000"})


@nox.session
def fuzz_forms(session: nox.Session) -> None:
    """Forms from bytes to fields, with requests made up and mutated, for ten minutes; not one of the checks."""
    install_packages(session)
    session.run("python", "packages/asgi-forms/fuzz/fuzz_forms.py", *(session.posargs or ["--minutes", "10"]))


@nox.session
def load_sessions(session: nox.Session) -> None:
    """64 clients at four processes for a minute, with SQLite and with a Redis that is killed; not one of the checks."""
    install_packages(session)
    install_group(session, "test", "servers")
    load = {"SHINE_LOAD_SECONDS": "60", "SHINE_LOAD_CLIENTS": "64"}
    session.run("pytest", "docs/examples/server_sessions", "-k", "load", "-s", *session.posargs, env=load)


@nox.session
def bench(session: nox.Session) -> None:
    """Shine and its peers side by side, interleaved in one run; never a gate."""
    install_packages(session)
    install_group(session, "peers", "serve", "middleware", "sessions")
    session.run("python", "benchmarks/main_path.py", *session.posargs)
    session.run("python", "benchmarks/fastapi_on_shine.py")
    session.run("python", "benchmarks/route_match.py")
    session.run("python", "benchmarks/http_pieces.py")
    session.run("python", "benchmarks/forms.py")
    session.run("python", "benchmarks/form_memory.py")
    session.run("python", "benchmarks/form_latency.py")
    session.run("python", "benchmarks/websocket_echo.py")
    session.run("python", "benchmarks/middleware.py")
    session.run("python", "benchmarks/sessions_and_templates.py")
    session.run("python", "benchmarks/content_codings.py")
    session.run("python", "benchmarks/rooms_load.py")
    session.run("python", "benchmarks/import_time.py")
    session.run("python", "benchmarks/memory.py")


def as_nox_arguments(arguments: list[str]) -> list[str]:
    """A first argument without a dash is the name of a session."""
    return ["-s", *arguments] if arguments and not arguments[0].startswith("-") else arguments


if __name__ == "__main__":
    command = [sys.executable, "-m", "nox", "-f", __file__, *as_nox_arguments(sys.argv[1:])]
    sys.exit(subprocess.run(command, check=False).returncode)
