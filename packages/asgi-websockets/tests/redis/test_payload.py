"""Messages as bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_websockets._redis.payload import Payload

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(st.binary(min_size=8, max_size=8), st.integers(0, 2**64 - 1), ANY_TEXT, ANY_TEXT | st.binary())
def test_what_is_encoded_is_decoded(process, number, exclude, data):
    payload = Payload(process, number, exclude, data)
    decoded = Payload.decode(payload.encode())
    assert decoded == payload
    assert type(decoded.data) is type(data)


@given(
    st.binary()
    | st.binary(max_size=30).map(lambda rest: b"t" + rest)
    | st.binary(max_size=30).map(lambda rest: b"b" + rest)
)
def test_anything_else_is_refused(content):
    try:
        payload = Payload.decode(content)
    except ValueError:
        return
    assert payload.encode() == content


def test_an_id_that_is_too_long_is_the_publishers_fault():
    assert Payload(b"12345678", 1, "x" * 65535, "").encode()
    with pytest.raises(ValueError, match="65535 bytes, not 65536"):
        Payload(b"12345678", 1, "x" * 65536, "").encode()
