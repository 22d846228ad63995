"""What tasks wait for when something may have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anyio import Event


class Signal:
    """Wakes all that wait now. Nothing is kept for those that come later: who waits looks at the state first.

    It needs no event loop before somebody waits, and none afterwards.
    """

    def __init__(self) -> None:
        self._event: Event | None = None

    async def wait(self) -> None:
        """Until the next `notify`."""
        from anyio import Event

        event = self._event = self._event or Event()
        try:
            await event.wait()
        finally:
            # The last one of a loop that ends must not leave its event to the next loop.
            if self._event is event and event.statistics().tasks_waiting == 0:
                self._event = None

    def notify(self) -> None:
        """Wake all that wait."""
        event, self._event = self._event, None
        if event is not None:
            event.set()
