"""The module as a whole."""

import subprocess
import sys

import asgi_websockets.testing


def test_all_is_sorted_and_what_is_there():
    public = [name for name in dir(asgi_websockets.testing) if not name.startswith("_")]
    assert list(asgi_websockets.testing.__all__) == sorted(public)


def test_the_root_does_not_load_it_and_it_does_not_load_anyio():
    program = (
        "import sys, asgi_websockets; print('asgi_websockets.testing' in sys.modules); "
        "import asgi_websockets.testing; print('anyio' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
