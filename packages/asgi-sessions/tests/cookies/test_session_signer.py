"""The signer, beside the library's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import BadSignature, TimestampSigner

from asgi_sessions._session_signer import SessionSigner

secrets = st.binary(min_size=1, max_size=80)


@given(secrets, st.binary(max_size=50))
def test_both_read_what_the_other_signed(secret, value):
    ours, theirs = SessionSigner([secret]), TimestampSigner(secret)
    assert theirs.unsign(ours.sign(value), max_age=60) == value
    assert ours.unsign(theirs.sign(value), max_age=60) == value


@given(st.lists(secrets, min_size=1, max_size=4, unique=True), st.binary(max_size=50))
def test_the_first_signs_and_all_are_known(keys, value):
    signer = SessionSigner(keys)
    assert TimestampSigner(keys[0]).unsign(signer.sign(value)) == value
    for key in keys:
        assert signer.unsign(TimestampSigner(key).sign(value)) == value
        assert signer.unsign(SessionSigner([key]).sign(b"text").decode()) == b"text"


@given(st.binary(max_size=50), st.data())
def test_another_signature_of_the_same_bytes_is_none(value, data):
    signed = SessionSigner([b"secret"]).sign(value)
    place = data.draw(st.integers(len(signed) - 27, len(signed)))
    with pytest.raises(BadSignature):
        SessionSigner([b"secret"]).unsign(
            signed[:place] + data.draw(st.sampled_from([b"=", b" ", b"\xff"])) + signed[place:]
        )
    with pytest.raises(BadSignature):
        SessionSigner([b"secret"]).unsign(signed[:-1] + bytes([signed[-1] ^ 1]))


def test_keys_are_derived_once(monkeypatch):
    derived = []
    derive = TimestampSigner.derive_key

    def noted(signer, key=None):
        derived.append(key)
        return derive(signer, key)

    monkeypatch.setattr(TimestampSigner, "derive_key", noted)
    signer = SessionSigner([b"new", b"old"])
    for _ in range(3):
        signer.unsign(signer.sign(b"value"))
        signer.unsign(SessionSigner([b"old"]).sign(b"value"))
    assert derived.count(b"new") == 1
