"""The encrypted form of a session, by hand and altered everywhere."""

from __future__ import annotations

import hashlib
import hmac
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from asgi_sessions._cookies.session_cipher import SessionCipher

SECRET = b"a secret of the test"
PURPOSE = b"asgi_sessions encrypted cookie"
CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

cipher = SessionCipher([SECRET], "session")


def raw_of(value):
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


def value_of(raw):
    return urlsafe_b64encode(raw).decode().rstrip("=")


def by_hand(secret, salt, nonce, data, name=b"session", version=b"\x01", purpose=PURPOSE):
    """A cookie made with nothing of ours."""
    extracted = HKDF(hashes.SHA256(), 32, salt=PURPOSE, info=PURPOSE + salt).derive(secret)
    encrypted = AESGCM(extracted).encrypt(nonce, data, version + b"\0" + purpose + b"\0" + name)
    return value_of(version + salt + nonce + encrypted)


def test_the_form_by_hand():
    data = (1_800_000_000).to_bytes(8, "big") + b'{"user": "ann"}'
    value = by_hand(SECRET, b"s" * 20, b"n" * 12, data)
    assert cipher.decrypt(value, 4096) == (b'{"user": "ann"}', 1_800_000_000)


def test_what_is_written_by_hand(monkeypatch):
    monkeypatch.setattr("asgi_sessions._cookies.session_cipher.time", lambda: 1_800_000_000.9)
    raw = raw_of(cipher.encrypt(b"{}"))
    assert raw[:1] == b"\x01"
    key = hmac.digest(hmac.digest(PURPOSE, SECRET, "sha256"), PURPOSE + raw[1:21] + b"\x01", hashlib.sha256)
    data = AESGCM(key).decrypt(raw[21:33], raw[33:], b"\x01\0" + PURPOSE + b"\0session")
    assert data == (1_800_000_000).to_bytes(8, "big") + b"{}"


@given(st.binary(max_size=100))
def test_it_reads_what_it_wrote(encoded):
    value = cipher.encrypt(encoded)
    assert set(value) <= set(CHARACTERS)
    assert cipher.decrypt(value, 4096).encoded == encoded
    assert encoded[:5] not in raw_of(value) or len(encoded) < 5


def test_no_two_are_alike():
    values = {cipher.encrypt(b"{}") for _ in range(200)}
    assert len({raw_of(value)[1:21] for value in values}) == 200
    assert len({raw_of(value)[21:33] for value in values}) == 200


def test_altered_anywhere():
    value = cipher.encrypt(b'{"user": "ann"}')
    for place, character in enumerate(value):
        for other in CHARACTERS:
            if other != character:
                assert cipher.decrypt(value[:place] + other + value[place + 1 :], 4096) is None
        for other in "=+/ .\n\x00\xe4\u20ac":
            assert cipher.decrypt(value[:place] + other + value[place + 1 :], 4096) is None
            assert cipher.decrypt(value[:place] + other + value[place:], 4096) is None
        assert cipher.decrypt(value[:place], 4096) is None
        assert cipher.decrypt(value[place + 1 :], 4096) is None
    for more in ("A", "AAAA", "=", "==", "\n"):
        assert cipher.decrypt(value + more, 4096) is None
        assert cipher.decrypt(more + value, 4096) is None


@pytest.mark.parametrize("length", range(3))
def test_the_last_character_has_no_bits_to_spare(length):
    value = cipher.encrypt(b"x" * length)
    assert [last for last in CHARACTERS if cipher.decrypt(value[:-1] + last, 4096)] == [value[-1]]


@given(st.text() | st.text(CHARACTERS, min_size=70) | st.binary(min_size=50).map(value_of))
def test_any_text(value):
    assert cipher.decrypt(value, 4096) is None


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(by_hand(b"another secret, long", b"s" * 20, b"n" * 12, b"\0" * 8 + b"{}"), id="another secret"),
        pytest.param(by_hand(SECRET, b"s" * 20, b"n" * 12, b"\0" * 8 + b"{}", name=b"other"), id="another name"),
        pytest.param(by_hand(SECRET, b"s" * 20, b"n" * 12, b"\0" * 8 + b"{}", purpose=b"other"), id="another purpose"),
        pytest.param(by_hand(SECRET, b"s" * 20, b"n" * 12, b"\0" * 8 + b"{}", version=b"\x02"), id="another version"),
        pytest.param(by_hand(SECRET, b"s" * 20, b"n" * 12, b"\0" * 7), id="no time"),
        pytest.param(SessionCipher([SECRET], "other").encrypt(b"{}"), id="moved from another name"),
    ],
)
def test_of_something_else(value):
    assert cipher.decrypt(value, 4096) is None


def test_keys_are_changed():
    new, old = SessionCipher([b"new key, long as it is", SECRET], "session"), SessionCipher([SECRET], "session")
    assert new.decrypt(old.encrypt(b"{}"), 4096).encoded == b"{}"
    assert new.decrypt(new.encrypt(b"{}"), 4096).encoded == b"{}"
    assert old.decrypt(new.encrypt(b"{}"), 4096) is None


def test_what_is_too_long_is_not_decoded(monkeypatch):
    value = cipher.encrypt(b"x" * 1000)
    assert cipher.decrypt(value, len(value)) is not None
    monkeypatch.setattr("asgi_sessions._cookies.session_cipher.urlsafe_b64decode", None)
    assert cipher.decrypt(value, len(value) - 1) is None
    assert cipher.decrypt("A" * 1_000_000, 4096) is None
    assert cipher.decrypt("A" * 60, 4096) is None
    assert cipher.decrypt("\xe4" * 4000, 4096) is None


def test_linear(assert_linear):
    assert_linear(lambda value: cipher.decrypt(value, len(value)), lambda n: "A" * n, 20_000)
    assert_linear(lambda value: cipher.decrypt(value, len(value)), lambda n: "A" * n + "=", 20_000)


def test_without_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    with pytest.raises(ImportError, match=r"^Encrypted sessions need the .*: pip install asgi-sessions\[encrypted\]$"):
        SessionCipher([SECRET], "session")
