"""Keys as they may be given."""

from functools import partial

import pytest

from asgi_sessions._cookies.secret_keys import secret_keys


class Secret:
    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text


class SecretBytes:
    """As pydantic has it, whose text has more than asterisks."""

    def __init__(self, hidden):
        self.hidden = hidden

    def __str__(self):
        return "b'**********'"


class Shown:
    """It shows what others hide."""

    def __str__(self):
        return "the secret"

    def get_secret_value(self):
        return "the secret"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("one", [b"one"]),
        (memoryview(b"one"), [b"one"]),
        ([memoryview(b"one"), bytearray(b"two")], [b"one", b"two"]),
        ("b'*one*'", [b"b'*one*'"]),
        ("bb", [b"bb"]),
        ("<one>", [b"<one>"]),
        (b"one", [b"one"]),
        ("z\u00fcrich", [b"z\xc3\xbcrich"]),
        (Secret("one"), [b"one"]),
        (["new", b"old", Secret("older")], [b"new", b"old", b"older"]),
        (("new",), [b"new"]),
        (bytearray(b"one"), [b"one"]),
        ("*one*", [b"*one*"]),
    ],
)
def test_keys(given, expected):
    assert secret_keys(given) == expected


@pytest.mark.parametrize("given", ["", b"", None, Secret(""), [], (), ["new", ""], [b"", "old"], ["new", None]])
def test_no_key(given):
    with pytest.raises(ValueError, match=r"^secret_key is empty: give a long random string"):
        secret_keys(given)


@pytest.mark.parametrize(
    "given",
    [
        Secret("**********"),
        "*",
        ["new", Secret("**********")],
        SecretBytes(b"a long random secret"),
        ["new", SecretBytes(b"a long random secret")],
        "b'**********'",
        b'"**********"',
        Shown(),
    ],
)
def test_a_secret_that_hides_itself(given):
    with pytest.raises(ValueError, match=r"^secret_key is a secret that shows asterisks: give what it hides, as get_"):
        secret_keys(given)


@pytest.mark.parametrize(
    ("given", "kind"), [({"new", "old"}, "set"), ({"new": 1}, "dict"), (iter(["new", "old"]), "list_iterator")]
)
def test_keys_in_no_order(given, kind):
    with pytest.raises(ValueError, match=rf"^secret_key is a {kind}: give a list, with the newest key first\.$"):
        secret_keys(given)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (lambda: "the secret", "function"),
        (["new", lambda: "old"], "function"),
        (Secret, "type"),
        (partial(str, "the secret"), "partial"),
        (object(), "object"),
        (pytest, "module"),
        (1, "int"),
        (range(3), "int"),
        ([b"new", 1.5], "float"),
        ([b"new", True], "bool"),
        ([["new", "old"], "older"], "list"),
    ],
)
def test_what_has_no_secret_text(given, kind):
    with pytest.raises(ValueError, match=f"^secret_key is a {kind}, whose text is no secret: give the key as text"):
        secret_keys(given)


@pytest.mark.parametrize("given", ["x" * 15, ["x" * 16, "y" * 15], Secret("short")])
def test_short_keys(given):
    assert secret_keys(given)
    with pytest.raises(ValueError, match=r"^secret_key needs 16 bytes or more, each where there are several: keep one"):
        secret_keys(given, shortest=16)


def test_a_key_just_long_enough():
    assert secret_keys("x" * 16, shortest=16) == [b"x" * 16]
