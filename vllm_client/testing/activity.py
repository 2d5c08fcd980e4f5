"""Counters of the server's activity for the test's thread, and a way to wait for a change."""

from collections.abc import Callable, Sequence
from threading import Condition

from .replies import ReceivedRequest
from .request_log import answered

Log = Callable[[str], None]
"""Function that gets one line for each answered request."""


class Activity:
    """Counters that the server's thread changes and the test's thread reads.

    `log` is called in the server's thread.
    """

    def __init__(self, log: Log | None = None) -> None:
        self.log = log
        self._changed = Condition()
        self.requests: list[ReceivedRequest] = []
        self.running = 0
        self.disconnects = 0
        self.connections = 0
        self.accepted = 0
        self.finished = 0

    def connected(self) -> int:
        """Count a new connection and return its number."""
        with self._changed:
            self.connections += 1
            self.accepted += 1
            self._changed.notify_all()
            return self.accepted

    def disconnected(self) -> None:
        with self._changed:
            self.connections -= 1
            self._changed.notify_all()

    def began(self, request: ReceivedRequest, *, generates: bool) -> None:
        """Record a request whose answer has begun."""
        with self._changed:
            self.requests.append(request)
            self.running += generates
            self._changed.notify_all()

    def ended(self, *, generates: bool, left: bool) -> None:
        """Record the end of an answer. `left` is True if the client disconnected early."""
        with self._changed:
            self.running -= generates
            self.disconnects += left
            self.finished += generates and not left
            self._changed.notify_all()

    def answered(
        self, request: ReceivedRequest, sent: Sequence[bytes], seconds: float, *, left: bool
    ) -> None:
        """Log an answered request. `sent` are the bytes of its answer."""
        if self.log is not None:
            self.log(str(answered(request, b"".join(sent), seconds, left=left)))

    def wait_until(self, condition: Callable[[], bool], timeout: float) -> None:
        """Return as soon as `condition` holds; raise TimeoutError after `timeout` seconds."""
        with self._changed:
            if self._changed.wait_for(condition, timeout):
                return
        raise TimeoutError(
            f"the condition did not hold within {timeout} s: {self.running} running,"
            f" {self.disconnects} disconnects, {self.connections} connections,"
            f" {len(self.requests)} requests"
        )
