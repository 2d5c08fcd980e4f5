"""The server's version, for the calls that depend on it."""

from __future__ import annotations

from collections.abc import Callable

from .._io.asyncio_.waiting import Pending, Turns
from ..errors import VllmError
from ..http.timeouts import Deadline


class AsyncServerVersion:
    """The version of a family's server: asked for when it is needed, and kept once it is told.

    So is that the server lacks the route. After any other failure the next call asks again. Calls
    that need it at the same time wait for one answer, good or not, unless that refuses one's key.
    """

    def __init__(self) -> None:
        self._turns = Turns()
        self._told: str | None = None
        self._settled = False
        self._times_asked = 0

    async def get(self, ask: Callable[[], Pending[str]], wait: Deadline) -> str | None:
        """The version; None where the server does not tell it, or not within `wait`."""
        before = self._times_asked
        if not self._settled and await self._turns.take(wait.until):
            try:
                if self._times_asked == before:
                    await self._ask(ask)
            finally:
                self._turns.give_back()
        return self._told

    async def _ask(self, ask: Callable[[], Pending[str]]) -> None:
        from ..api.server.status import (
            refuses_key,
            tells_no_version,
        )

        try:
            self._told = await ask()
            self._settled = True
        except VllmError as error:
            self._settled = tells_no_version(error)
            if refuses_key(error):
                return
        self._times_asked += 1
