"""What the tests of streamed parts share."""

import pytest


@pytest.fixture
def two_files(multipart):
    """A body with a small file, a field and another file."""
    return multipart.body(
        multipart.part("a", b"first", "1.txt", "Content-Type: text/plain"),
        multipart.part("note", b"text"),
        multipart.part("b", b"second", "2.txt"),
    )
