"""Limit the connects in flight to a server that refuses connections."""

from __future__ import annotations

from collections import deque

from .waiting import Line

# Max connects in flight to a server that refuses them, however many requests wait for it.
MAX_CONNECTS_WHILE_REFUSING = 16


class ConnectLimit:
    """Limit concurrent connects to a server that refuses connections, until it accepts one."""

    def __init__(self) -> None:
        self._refusing = False
        self._free = deque([None] * MAX_CONNECTS_WHILE_REFUSING)
        self._line = Line()

    async def enter(self, until: float) -> bool:
        """Wait until a connect may begin. Pass the result to `leave` when the connect has ended.

        Args:
            until: The monotonic time at which to give up.

        Returns:
            Whether the connect counts towards the limit.

        Raises:
            TimeoutError: No connect could begin in time.
        """
        while self._refusing:
            try:
                self._free.pop()
            except IndexError:
                if not await self._line.wait(until, self._is_full):
                    raise TimeoutError from None
            else:
                return True
        return False

    def refused(self) -> None:
        """Record that the server refused a connect."""
        self._refusing = True

    def accepted(self) -> None:
        """Record that the server accepted a connect, and let all waiting connects begin."""
        if self._refusing:
            self._refusing = False
            self._line.wake_all()

    def leave(self, holds_place: bool) -> None:
        """Record that a connect has ended."""
        if holds_place:
            self._free.append(None)
            self._line.wake()

    def _is_full(self) -> bool:
        return self._refusing and not self._free
