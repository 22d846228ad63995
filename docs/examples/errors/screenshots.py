"""Makes the pictures of the two pages that the documentation shows, in docs/images.

python docs/examples/errors/screenshots.py
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
IMAGES = HERE.parent.parent / "images"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
PAGES = {"debug-page": ("errors:app", "/orders/7?token=in-the-query"), "problem-page": ("errors:live", "/credit")}


def wait_until_up(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("The server did not come up.")


def take(browser: Browser, name: str, url: str) -> None:
    for size, (width, height) in SIZES.items():
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
        page.goto(url)
        page.screenshot(path=IMAGES / f"{name}-{size}.png")
        page.close()


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    folder = Path(tempfile.gettempdir()) / "shop"  # the page shows where the source is
    folder.mkdir(exist_ok=True)
    shutil.copy(HERE / "errors.py", folder)
    shutil.copytree(HERE / "templates", folder / "templates", dirs_exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (app, path) in PAGES.items():
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
            command = [sys.executable, "-m", "uvicorn", app, f"--port={port}", "--log-level=critical"]
            server = subprocess.Popen(command, cwd=folder)
            try:
                wait_until_up(port)
                take(browser, name, f"http://127.0.0.1:{port}{path}")
            finally:
                server.terminate()
                server.wait()


if __name__ == "__main__":
    main()
