"""The gate of a run: closed while the server is away, so that nothing is sent and nothing fails."""

from __future__ import annotations

from math import inf

from ..errors import BulkError, VllmError

# Seconds between two looks at a server that is away: they double.
FIRST_WAIT = 1.0
MAX_WAIT = 15.0
# How long requests that were in flight when the gate closed may still be answered. A server that
# shuts down lets them hang without a byte, and would do so for ever.
GRACE_SECONDS = 10.0


class Gate:
    """Open while the server can be reached.

    `now` is in seconds of any clock that never goes back.

    Args:
        patience: how long the server may be away, in seconds; None is no limit.
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
        """The server is away. A closed gate keeps its first cause."""
        if self.cause is None:
            self.cause, self.closed_at = cause, now
            self._wait, self._connections_dropped = FIRST_WAIT, False
            self.next_look = now + FIRST_WAIT

    def reopen(self) -> None:
        """The server is there again."""
        self.cause, self.closed_at, self.next_look = None, inf, inf

    def look_failed(self, now: float) -> None:
        """A look at the server found it still away."""
        self._wait = min(2 * self._wait, MAX_WAIT)
        self.next_look = now + self._wait

    def wake_at(self, last_success: float) -> float:
        """When something is to be done next: to look, to drop connections, or to give up.

        last_success: when a row of the run was answered last, perhaps by another server.
        """
        dropping = inf if self._connections_dropped else self.closed_at + GRACE_SECONDS
        return min(self.next_look, dropping, self._ends_at(last_success))

    def drops_connections(self, now: float) -> bool:
        """Whether to close the connections that were in flight as it closed; True only once."""
        due = not self._connections_dropped and now >= self.closed_at + GRACE_SECONDS
        self._connections_dropped = self._connections_dropped or due
        return due

    def error_at(self, now: float, last_success: float) -> BulkError | None:
        """The error that ends the run once the patience is over, else None.

        last_success: when a row of the run was answered last, perhaps by another server.
        """
        if self.cause is None or now < self._ends_at(last_success):
            return None
        return out_of_patience(self._patience, self.cause)

    def _ends_at(self, last_success: float) -> float:
        return max(self.closed_at, last_success) + self._patience

    def words(self, now: float) -> str:
        """Why nothing is sent, and when the next look is."""
        seconds = max(0.0, self.next_look - now)
        message = self.cause.message if self.cause is not None else ""
        return f"the server is away ({message}); next look in {seconds:.0f} s"


def out_of_patience(patience: float, cause: VllmError) -> BulkError:
    """The error of a run whose server has been away, or has refused, for too long."""
    problem = f"no answer from the server for {patience:g} s (server_patience): {cause}"
    error = BulkError(problem, "server_patience")
    error.__cause__ = cause
    return error
