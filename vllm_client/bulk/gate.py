"""The gate of a server in a run, which is closed while the server is unreachable.

While the gate is closed, rows wait: they are not sent to the server, and they do not fail.
"""

from __future__ import annotations

from math import inf

from ..errors import BulkError, VllmError

# Seconds between two health checks of an unreachable server; each wait is twice the one before.
FIRST_WAIT = 1.0
MAX_WAIT = 15.0
# Max seconds to wait for answers to requests in flight after the gate has closed. Without a limit
# they could hang forever, because a server that shuts down may keep connections open and send
# nothing.
GRACE_SECONDS = 10.0


class Gate:
    """A gate that is open while the server is reachable.

    The parameter `now` is the time of a monotonic clock, in seconds.

    Args:
        patience: Max seconds for which the server may be unreachable; None for no limit.
    """

    def __init__(self, patience: float | None) -> None:
        self._patience = inf if patience is None else patience
        self._wait = FIRST_WAIT
        self._connections_dropped = False
        self.cause: VllmError | None = None
        self.closed_at = inf
        self.next_look = inf

    @property
    def is_open(self) -> bool:
        """Whether requests may be sent."""
        return self.cause is None

    def close(self, now: float, cause: VllmError) -> None:
        """Close the gate because the server is unreachable. A closed gate keeps its first cause."""
        if self.cause is None:
            self.cause, self.closed_at = cause, now
            self._wait, self._connections_dropped = FIRST_WAIT, False
            self.next_look = now + FIRST_WAIT

    def reopen(self) -> None:
        """Open the gate because the server is reachable again."""
        self.cause, self.closed_at, self.next_look = None, inf, inf

    def look_failed(self, now: float) -> None:
        """Record a failed health check, and schedule the next one."""
        self._wait = min(2 * self._wait, MAX_WAIT)
        self.next_look = now + self._wait

    def wake_at(self, last_success: float) -> float:
        """Return the time of the next action: a health check, closing connections, or giving up.

        Args:
            last_success: The time of the last successful row of the run, at any server.
        """
        dropping = inf if self._connections_dropped else self.closed_at + GRACE_SECONDS
        return min(self.next_look, dropping, self._ends_at(last_success))

    def drops_connections(self, now: float) -> bool:
        """Return whether to close the connections with requests in flight.

        True once after each closing of the gate, when GRACE_SECONDS have passed.
        """
        due = not self._connections_dropped and now >= self.closed_at + GRACE_SECONDS
        self._connections_dropped = self._connections_dropped or due
        return due

    def error_at(self, now: float, last_success: float) -> BulkError | None:
        """Return the error that ends the run when `patience` is used up; None before that.

        Args:
            now: The time.
            last_success: The time of the last successful row of the run, at any server.
        """
        if self.cause is None or now < self._ends_at(last_success):
            return None
        return out_of_patience(self._patience, self.cause)

    def _ends_at(self, last_success: float) -> float:
        return max(self.closed_at, last_success) + self._patience

    def words(self, now: float) -> str:
        """Return why nothing is sent, and when the next health check is."""
        seconds = max(0.0, self.next_look - now)
        message = self.cause.message if self.cause is not None else ""
        return f"the server is away ({message}); next check in {seconds:.0f} s"


def out_of_patience(patience: float, cause: VllmError) -> BulkError:
    """Build the error of a run whose server was unreachable, or refused requests, for too long."""
    problem = f"no answer from the server for {patience:g} s (server_patience): {cause}"
    error = BulkError(problem, "server_patience")
    error.__cause__ = cause
    return error
