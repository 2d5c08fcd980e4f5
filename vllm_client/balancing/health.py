"""The health of a server: when it is out, and when it is probed.

Only failed connects and /health itself take a server out. Circuit breakers that also count other
statuses, or resets of reused connections, take out servers that are merely busy, and move their
load to the rest.
"""

from __future__ import annotations

from math import inf

# Failed connects in a row that take a server out.
MAX_FAILED_CONNECTS = 3
# Seconds between two probes of a server that is out: they double.
FIRST_WAIT = 1.0
MAX_WAIT = 15.0
# A server that comes back gets this share of its concurrency, for so many seconds.
RECOVERY_SHARE = 0.5
RECOVERY_SECONDS = 30.0


class ServerHealth:
    """The health of one server.

    `now` is in seconds of any clock that never goes back.

    Attributes:
        cause: Why it is out, in words; None while it is in.
        next_probe: When /health is to be asked; infinite if there is no need to.
        recovered_at: When it may have its whole concurrency again, after it was out.
    """

    def __init__(self) -> None:
        self.cause: str | None = None
        self.next_probe = inf
        self._failed_connects = 0
        self._wait = FIRST_WAIT
        self.recovered_at = -inf
        self._probed_at = -inf
        self._answers_health = True

    @property
    def is_out(self) -> bool:
        """Whether it gets no requests."""
        return self.cause is not None

    def share(self, now: float) -> float:
        """The share of its concurrency that it may have."""
        return RECOVERY_SHARE if now < self.recovered_at else 1.0

    def connect_failed(self, now: float, cause: str) -> None:
        """A new connection to it failed."""
        self._failed_connects += 1
        if self._failed_connects >= MAX_FAILED_CONNECTS:
            self.leave(now, cause)

    def answered(self, now: float) -> None:
        """It sent the head of an answer, with whatever status, other than to a probe."""
        self._failed_connects = 0
        if self.cause is not None and self._answers_health:
            self._come_back(now)

    def doubted(self, now: float) -> None:
        """An answer gives reason to ask /health, as a status of 500 or 503 does."""
        self.next_probe = min(self.next_probe, max(now, self._probed_at + FIRST_WAIT))

    def probed(self, now: float, failure: str | None, *, connected: bool) -> None:
        """A probe has ended.

        Args:
            now: The time.
            failure: The problem in words; None if /health answered with success.
            connected: Whether the server answered at all.
        """
        self._probed_at = now
        if failure is None:
            self.next_probe, self._failed_connects, self._answers_health = inf, 0, True
            if self.is_out:
                self._come_back(now)
        elif self.is_out:
            self._answers_health = not connected
            self._wait = min(2 * self._wait, MAX_WAIT)
            self.next_probe = now + self._wait
        elif connected:
            self._answers_health = False
            self.leave(now, failure)
        else:
            self.next_probe = now + FIRST_WAIT
            self.connect_failed(now, failure)

    def leave(self, now: float, cause: str) -> None:
        """It is out from now on."""
        if self.cause is None:
            self.cause, self._wait = cause, FIRST_WAIT
            self.next_probe = now + FIRST_WAIT

    def _come_back(self, now: float) -> None:
        self.cause, self.next_probe, self.recovered_at = None, inf, now + RECOVERY_SECONDS
        self._failed_connects = 0
