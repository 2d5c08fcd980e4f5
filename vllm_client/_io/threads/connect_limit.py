# Generated from vllm_client/_io/asyncio_/connect_limit.py by `python tests/tools/generate_sync.py`.
"""How many connects may be in flight to a server that refuses them."""

from __future__ import annotations

from collections import deque

from .waiting import Line

# A server that restarts is asked by so many at once, however many requests wait for it.
MAX_CONNECTS_WHILE_REFUSING = 16


class ConnectLimit:
    """Limits connects in flight once the server has refused one, until it accepts one."""

    def __init__(self) -> None:
        self._refusing = False
        self._free = deque([None] * MAX_CONNECTS_WHILE_REFUSING)
        self._line = Line()

    def enter(self, until: float) -> bool:
        """Wait until a connect may begin; whether it holds a place, to be given to `leave`.

        Raises TimeoutError at that moment of the clock.
        """
        while self._refusing:
            try:
                self._free.pop()
            except IndexError:
                if not self._line.wait(until, self._is_full):
                    raise TimeoutError from None
            else:
                return True
        return False

    def refused(self) -> None:
        """The server refused a connect."""
        self._refusing = True

    def accepted(self) -> None:
        """The server accepted a connect: all that wait may begin."""
        if self._refusing:
            self._refusing = False
            self._line.wake_all()

    def leave(self, holds_place: bool) -> None:
        """A connect has ended."""
        if holds_place:
            self._free.append(None)
            self._line.wake()

    def _is_full(self) -> bool:
        return self._refusing and not self._free
