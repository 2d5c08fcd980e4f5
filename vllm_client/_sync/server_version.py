# Generated from vllm_client/_async/server_version.py by `python tests/tools/generate_sync.py`.
"""The server's version, for the calls that depend on it."""

from __future__ import annotations

from collections.abc import Callable

from .._io.threads.waiting import Pending, Turns
from ..errors import VllmError
from ..http.timeouts import Deadline


class SyncServerVersion:
    """The version of a family's server: asked for when it is needed, and kept once it is told.

    So is that the server lacks the route. After any other failure the next call asks again. Calls
    that need it at the same time wait for one answer, good or not, unless that refuses one's key.
    """

    def __init__(self) -> None:
        self._turns = Turns()
        self._told: str | None = None
        self._settled = False
        self._times_asked = 0

    def get(self, ask: Callable[[], Pending[str]], wait: Deadline) -> str | None:
        """The version; None where the server does not tell it, or not within `wait`."""
        before = self._times_asked
        if not self._settled and self._turns.take(wait.until):
            try:
                if self._times_asked == before:
                    self._ask(ask)
            finally:
                self._turns.give_back()
        return self._told

    def _ask(self, ask: Callable[[], Pending[str]]) -> None:
        from ..api.server.status import (
            refuses_key,
            tells_no_version,
        )

        try:
            self._told = ask()
            self._settled = True
        except VllmError as error:
            self._settled = tells_no_version(error)
            if refuses_key(error):
                return
        self._times_asked += 1
