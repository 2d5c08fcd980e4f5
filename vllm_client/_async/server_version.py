"""Request and cache the version of a server, for calls that depend on it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from .._io.asyncio_.waiting import Turns
from ..errors import VllmError
from ..http.timeouts import Deadline


class AsyncServerVersion:
    """The version of a server, requested at first use and cached.

    A missing /version route is cached, too. After any other failure the next call requests the
    version again. Concurrent calls share one request and its result, except a rejected API key:
    then the next waiting call sends its own.
    """

    def __init__(self) -> None:
        self._turns = Turns()
        self._told: str | None = None
        self._settled = False
        self._times_asked = 0

    async def get(self, ask: Callable[[], Coroutine[Any, Any, str]], wait: Deadline) -> str | None:
        """Return the version; None if the server does not report it within `wait` seconds."""
        before = self._times_asked
        if not self._settled and await self._turns.take(wait.until):
            try:
                if self._times_asked == before:
                    await self._ask(ask)
            finally:
                self._turns.give_back()
        return self._told

    async def _ask(self, ask: Callable[[], Coroutine[Any, Any, str]]) -> None:
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
