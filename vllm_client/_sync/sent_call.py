# Generated from vllm_client/_async/sent_call.py by `python tests/tools/generate_sync.py`.
"""A streaming call that returns after its request is sent, before the response arrives."""

from __future__ import annotations

from typing import Any, TypeVar

from .._io.threads.http1_transport import NO_HEADERS, SyncOpenResponse, SyncTransport
from ..call.attempts import Attempts
from ..call.request import Attempt
from ..errors import RequestError, VllmError
from ..http.timeouts import CallDeadlines, Deadline
from ..streams.plan import StreamPlan
from .attempts_loop import until_done
from .stream import SyncBaseStream, open_stream

StreamT = TypeVar("StreamT", bound=SyncBaseStream[Any])


class SyncSentCall:
    """The transport of one call, and the pending response of its stream.

    It takes the place of the response until the first read of the stream. Closing it closes the
    connection of the current attempt and prevents further attempts.
    """

    status = 0
    headers = NO_HEADERS

    def __init__(self, transport: SyncTransport, attempts: Attempts[Any]) -> None:
        self.attempt = attempts.first()
        self._transport = transport
        self._attempts = attempts
        self._answer: SyncOpenResponse | None = None
        self._closed = False

    def send_first(self, deadlines: CallDeadlines) -> None:
        """Make attempts until one has sent the request. Raises VllmError."""

        def once(attempt: Attempt[Any]) -> SyncOpenResponse:
            return self.send(attempt, deadlines)

        until_done(self._attempts, self.attempt, deadlines, once)

    def open(
        self, plan: StreamPlan[Any, Any], stream_class: type[StreamT], deadlines: CallDeadlines
    ) -> StreamT:
        """Return the stream after its first delta, with further attempts. Raises VllmError."""

        def once(attempt: Attempt[Any]) -> StreamT:
            try:
                return open_stream(self, attempt, deadlines, plan, stream_class)
            except VllmError:
                self._refuse_closed()
                raise

        return until_done(self._attempts, self.attempt, deadlines, once)

    def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> SyncOpenResponse:
        """Send the attempt, unless `send_first` has already sent it. Raises VllmError."""
        self._refuse_closed()
        if self._answer is None or attempt is not self.attempt:
            self.attempt = attempt
            self._answer = self._transport.send(attempt, deadlines)
        if self._closed:  # closed by another task or thread before there was a connection
            self._answer.close()
            self._refuse_closed()
        return self._answer

    def receive_head(self, deadlines: CallDeadlines) -> None:
        """Raise RequestError: the first read is in progress elsewhere."""
        raise RequestError("another task or thread is reading this stream")

    def take_whole_body(self) -> None:
        """Return None: the response has not arrived."""

    def read(self, wait: Deadline) -> bytes:
        """Raise RequestError: the first read is in progress elsewhere."""
        raise RequestError("another task or thread is reading this stream")

    def drain(self) -> None:
        """Close the connection, as nothing was read."""
        self.close()

    def close(self) -> None:
        """Close the connection, and make no further attempts."""
        self._closed = True
        if self._answer is not None:
            self._answer.close()

    def abandon(self) -> None:
        """Close the connection from any thread, when awaiting is no longer possible."""
        self._closed = True
        if self._answer is not None:
            self._answer.abandon()

    def _refuse_closed(self) -> None:
        """Raise RequestError to end the attempts of a stream that was closed."""
        if self._closed:
            raise RequestError("the stream is closed") from None


def send_stream(
    transport: SyncTransport,
    attempts: Attempts[Any],
    deadlines: CallDeadlines,
    plan: StreamPlan[Any, Any],
    stream_class: type[StreamT],
) -> StreamT:
    """Send the request, and return a stream that waits for the response at its first read."""
    call = SyncSentCall(transport, attempts)
    call.send_first(deadlines)
    stream = stream_class(call.attempt, call, plan.machine(), deadlines, plan.feed(""))
    stream.open_at_first_read(lambda: call.open(plan, stream_class, deadlines))
    stream.own_call()
    return stream
