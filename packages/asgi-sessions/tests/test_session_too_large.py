"""The error of a session that is too large."""

from asgi_sessions import SessionTooLargeError


def test_it_tells_size_limit_and_reason():
    error = SessionTooLargeError(5000, 4096)
    assert isinstance(error, RuntimeError)
    assert (error.size, error.limit) == (5000, 4096)
    assert str(error) == (
        "The session takes 5000 bytes of at most 4096, as browsers refuse a cookie of more than that: keep less in it."
    )
    assert "at most 10, as the store is small: keep" in str(SessionTooLargeError(11, 10, "the store is small"))
