from __future__ import annotations

from collections.abc import Iterator

import pytest

from asgi_routing import CONVERTOR_TYPES


@pytest.fixture(scope="module")
def own_convertors() -> Iterator[None]:
    """A module that registers convertors leaves none behind."""
    known = dict(CONVERTOR_TYPES)
    yield
    CONVERTOR_TYPES.clear()
    CONVERTOR_TYPES.update(known)
