"""Ids of sessions, and what a store knows them by."""

import hashlib

import pytest

from asgi_sessions._session_id import hash_of, is_id, new_id


def test_ids_differ():
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(is_id(id_) for id_ in ids)


@pytest.mark.parametrize(
    "value", ["", "x" * 42, "x" * 44, "x" * 42 + "=", "x" * 42 + "\n", "x" * 43 + "\n", "\xe4" * 43]
)
def test_what_is_no_id(value):
    assert is_id(value) is False


def test_what_a_store_knows():
    assert hash_of("x" * 43) == hashlib.sha256(b"x" * 43).hexdigest()


def test_it_takes_linear_time(assert_linear):
    for piece in ("a", "-", ".", "\n"):
        assert_linear(is_id, lambda n, piece=piece: piece * n, 100_000)
