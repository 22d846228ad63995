"""Users."""

from __future__ import annotations

import pytest

from asgi_middleware import BaseUser, SimpleUser, UnauthenticatedUser


@pytest.mark.parametrize(
    ("user", "expected"),
    [(SimpleUser("ann"), (True, "ann", "ann")), (UnauthenticatedUser(), (False, "", ""))],
)
def test_what_they_say(user, expected):
    assert isinstance(user, BaseUser)
    assert (user.is_authenticated, user.display_name, user.identity) == expected


def test_the_name_is_kept():
    assert SimpleUser("ann").username == "ann"


@pytest.mark.parametrize("name", ["is_authenticated", "display_name", "identity"])
def test_a_user_must_say_it(name):
    class Member(BaseUser):
        pass

    with pytest.raises(NotImplementedError, match=f"Define the property {name} of Member"):
        getattr(Member(), name)
