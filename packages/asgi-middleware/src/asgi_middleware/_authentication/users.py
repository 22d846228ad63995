"""Who a connection comes from."""

from __future__ import annotations


class BaseUser:
    """A user, to be subclassed: `HTTPConnection.user` is one.

    >>> class Member(BaseUser):
    ...     @property
    ...     def display_name(self):
    ...         return "Ann"
    >>> Member().display_name
    'Ann'
    """

    @property
    def is_authenticated(self) -> bool:
        """Whether it is known who this is."""
        raise NotImplementedError(f"Define the property is_authenticated of {type(self).__name__}.")

    @property
    def display_name(self) -> str:
        """The name to greet this user with."""
        raise NotImplementedError(f"Define the property display_name of {type(self).__name__}.")

    @property
    def identity(self) -> str:
        """What tells this user from all others, such as the key in a database."""
        raise NotImplementedError(f"Define the property identity of {type(self).__name__}.")


class SimpleUser(BaseUser):
    """A user of whom no more is known than a name.

    >>> user = SimpleUser("ann")
    >>> user.is_authenticated, user.display_name, user.identity
    (True, 'ann', 'ann')
    """

    def __init__(self, username: str) -> None:
        self.username = username

    @property
    def is_authenticated(self) -> bool:
        """True."""
        return True

    @property
    def display_name(self) -> str:
        """The name."""
        return self.username

    @property
    def identity(self) -> str:
        """The name."""
        return self.username


class UnauthenticatedUser(BaseUser):
    """Whoever did not say who they are.

    >>> UnauthenticatedUser().is_authenticated, UnauthenticatedUser().display_name
    (False, '')
    """

    @property
    def is_authenticated(self) -> bool:
        """False."""
        return False

    @property
    def display_name(self) -> str:
        """Empty."""
        return ""

    @property
    def identity(self) -> str:
        """Empty."""
        return ""
