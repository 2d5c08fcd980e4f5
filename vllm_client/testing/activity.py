"""What happens on the server, as the test's thread sees it, and a way to wait for it."""

from collections.abc import Callable, Sequence
from threading import Condition

from .replies import ReceivedRequest
from .request_log import answered

Log = Callable[[str], None]
"""Takes one line for each answered request."""


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
        """Counts a connection; its number."""
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
        """Takes note of a request whose answer is now in the making."""
        with self._changed:
            self.requests.append(request)
            self.running += generates
            self._changed.notify_all()

    def ended(self, *, generates: bool, left: bool) -> None:
        """Takes note of an answer's end. `left`: the client did not wait for it."""
        with self._changed:
            self.running -= generates
            self.disconnects += left
            self.finished += generates and not left
            self._changed.notify_all()

    def answered(
        self, request: ReceivedRequest, sent: Sequence[bytes], seconds: float, *, left: bool
    ) -> None:
        """Writes the line of an answered request, of whose answer these bytes were sent."""
        if self.log is not None:
            self.log(str(answered(request, b"".join(sent), seconds, left=left)))

    def wait_until(self, condition: Callable[[], bool], timeout: float) -> None:
        """Returns as soon as `condition` holds. Raises TimeoutError after `timeout` seconds."""
        with self._changed:
            if self._changed.wait_for(condition, timeout):
                return
        raise TimeoutError(
            f"the server did not get there in {timeout} s: {self.running} running,"
            f" {self.disconnects} given up by clients, {self.connections} connections,"
            f" {len(self.requests)} requests"
        )
