"""Server health: when a server is out of rotation, and when /health is probed.

Only failed connects and a failed /health take a server out. Circuit breakers that also count other
statuses, or resets of reused connections, remove servers that are only busy and so shift their load
to the others.
"""

from __future__ import annotations

from math import inf

# A server is out after this many consecutive failed connects.
MAX_FAILED_CONNECTS = 3
# Seconds between two probes of a server that is out; each wait is twice the one before.
FIRST_WAIT = 1.0
MAX_WAIT = 15.0
# After a server recovers it may use RECOVERY_SHARE of its concurrency for RECOVERY_SECONDS.
RECOVERY_SHARE = 0.5
RECOVERY_SECONDS = 30.0


class ServerHealth:
    """The health of one server.

    The parameter `now` is the time of a monotonic clock, in seconds.

    Attributes:
        cause: Why the server is out, as text; None while it is not excluded.
        next_probe: The time at which to probe /health; infinite for no probe.
        recovered_at: The time from which a server that was out may use its full concurrency again.
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
        """Whether the server gets no requests."""
        return self.cause is not None

    def share(self, now: float) -> float:
        """Return the share of its concurrency that the server may use, above 0 and up to 1."""
        return RECOVERY_SHARE if now < self.recovered_at else 1.0

    def connect_failed(self, now: float, cause: str) -> None:
        """Record a failed connect; the server is out after `MAX_FAILED_CONNECTS` in a row."""
        self._failed_connects += 1
        if self._failed_connects >= MAX_FAILED_CONNECTS:
            self.leave(now, cause)

    def answered(self, now: float) -> None:
        """Record a response head with any status, except the response to a probe."""
        self._failed_connects = 0
        if self.cause is not None and self._answers_health:
            self._come_back(now)

    def doubted(self, now: float) -> None:
        """Schedule a probe of /health, for example after a status of 500 or 503."""
        self.next_probe = min(self.next_probe, max(now, self._probed_at + FIRST_WAIT))

    def probed(self, now: float, failure: str | None, *, connected: bool) -> None:
        """Record the result of a probe.

        Args:
            now: The time.
            failure: The problem, as text; None if /health returned a success status.
            connected: Whether the server sent a response, with any status.
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
        """Take the server out; no effect if it is out already."""
        if self.cause is None:
            self.cause, self._wait = cause, FIRST_WAIT
            self.next_probe = now + FIRST_WAIT

    def _come_back(self, now: float) -> None:
        self.cause, self.next_probe, self.recovered_at = None, inf, now + RECOVERY_SECONDS
        self._failed_connects = 0
