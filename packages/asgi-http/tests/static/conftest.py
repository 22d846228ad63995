"""What the tests of static files share."""

from functools import partial

import anyio
import pytest


@pytest.fixture
def ask(drive, anyio_backend):
    """One request on its own event loop, so that tests may touch files between requests."""

    def ask(app, *args, **scope):
        return anyio.run(partial(drive.request, app, *args, **scope), backend=anyio_backend)

    return ask
