"""Backends."""

from __future__ import annotations

import pytest

from asgi_middleware import AuthenticationBackend, AuthenticationError
from asgi_types import HTTPConnection


async def test_a_backend_must_authenticate():
    class Empty(AuthenticationBackend):
        pass

    with pytest.raises(NotImplementedError, match="Define the method authenticate of Empty"):
        await Empty().authenticate(HTTPConnection({"type": "http"}))


def test_the_error_is_an_exception_with_a_text():
    assert str(AuthenticationError("No.")) == "No."
    assert AuthenticationError.__bases__ == (Exception,)
