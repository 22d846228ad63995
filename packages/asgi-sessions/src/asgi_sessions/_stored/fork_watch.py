"""What must not be open while a process forks."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol
from weakref import ref


class ForkShy(Protocol):
    """What has to do something when the process forks."""

    def before_fork(self) -> None:
        """Called in the process that forks."""
        ...

    def after_fork(self, is_child: bool) -> None:
        """Called in the process that has forked, and in its child."""
        ...


def watch_forks(subject: ForkShy) -> None:
    """Tell ``subject`` of each fork of Python's, as long as anybody else has it."""
    if not hasattr(os, "register_at_fork"):  # as on Windows, which knows no fork  # pragma: no cover
        return
    found = ref(subject)

    def telling(tell: Callable[[ForkShy], None]) -> Callable[[], None]:
        def told() -> None:
            there = found()
            if there is not None:
                tell(there)

        return told

    os.register_at_fork(
        before=telling(lambda there: there.before_fork()),
        after_in_parent=telling(lambda there: there.after_fork(is_child=False)),
        after_in_child=telling(lambda there: there.after_fork(is_child=True)),
    )
