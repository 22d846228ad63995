"""The signer, beside the library's own."""

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import BadData, BadSignature, Signer, TimestampSigner

from asgi_sessions._cookies.session_signer import SessionSigner, sign_session, unsign_session

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


@pytest.mark.parametrize("piece", [b".", b"a", b"a.", b"-_", b"=", b"\xff", b" "])
def test_it_takes_linear_time(assert_linear, piece):
    signer = SessionSigner([b"new", b"old"])
    assert_linear(lambda value: unsign_session(value, signer, 60), lambda n: (piece * n).decode("latin-1"), 20_000)
    stamped = signer.sign(b"e30=")
    assert_linear(
        lambda value: unsign_session(value, signer, 60),
        lambda n: (piece * n + stamped + piece * n).decode("latin-1"),
        20_000,
    )


@pytest.mark.parametrize("stamp", [b"", b"A", b"AA", b"AAA", b"AAAA", b"AAAAA", b"-_-_-_", b"A" * 100, b"!", b"A=A"])
def test_a_time_of_any_length(stamp):
    signer = SessionSigner([b"key"])
    value = Signer(b"key", salt=b"itsdangerous.Signer").sign(b"e30=." + stamp)
    theirs = TimestampSigner(b"key")
    try:
        _, moment = theirs.unsign(value, return_timestamp=True)
        expected = (b"e30=", int(moment.timestamp()))
    except BadData:
        assert unsign_session(value.decode(), signer, 60) is None
    else:
        assert signer.unsign_with_time(value) == expected


@pytest.mark.parametrize("seconds", [0, -59])
def test_a_signer_of_the_library(seconds):
    signer = TimestampSigner(b"key", salt=b"mine", digest_method=hashlib.sha256)
    signer.get_timestamp = lambda: int(time.time()) + seconds
    value = sign_session(b"{}", signer)
    assert unsign_session(value, signer, 60).encoded == b"{}"
    assert unsign_session(value, signer, None).written_at == pytest.approx(time.time() + seconds, abs=30)
    signer.get_timestamp = lambda: int(time.time()) - 62
    assert unsign_session(sign_session(b"{}", signer), signer, 60) is None
    assert unsign_session(value, SessionSigner([b"key"]), None) is None
    assert unsign_session(value[:-1], signer, None) is None
    for junk in ("", ".", "..", "a.b.c", "\xff", "a" * 1000):
        assert unsign_session(junk, signer, None) is None
