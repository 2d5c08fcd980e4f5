# Generated from vllm_client/_async/sent_call.py by `python tests/tools/generate_sync.py`.
"""A streaming call whose request is sent; the first read of its stream waits for the answer."""

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
    """The transport of one call, which knows the connection that the call has at any moment.

    To the stream that the caller has meanwhile, it stands for the answer that is still to come:
    closing it closes that connection, and no further attempt is made.
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
        """Send the request, in as many attempts as it takes to have it sent. Raises VllmError."""

        def once(attempt: Attempt[Any]) -> SyncOpenResponse:
            return self.send(attempt, deadlines)

        until_done(self._attempts, self.attempt, deadlines, once)

    def open(
        self, plan: StreamPlan[Any, Any], stream_class: type[StreamT], deadlines: CallDeadlines
    ) -> StreamT:
        """The stream, open and begun, in further attempts if the first fails. Raises VllmError."""

        def once(attempt: Attempt[Any]) -> StreamT:
            try:
                return open_stream(self, attempt, deadlines, plan, stream_class)
            except VllmError:
                self._refuse_closed()
                raise

        return until_done(self._attempts, self.attempt, deadlines, once)

    def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> SyncOpenResponse:
        """Send the attempt, unless it is the one that was sent. Raises VllmError."""
        self._refuse_closed()
        if self._answer is None or attempt is not self.attempt:
            self.attempt = attempt
            self._answer = self._transport.send(attempt, deadlines)
        if self._closed:  # by another task or thread, while there was no connection to close
            self._answer.close()
            self._refuse_closed()
        return self._answer

    def receive_head(self, deadlines: CallDeadlines) -> None:
        """Refuse: the first read is waiting for it."""
        raise RequestError("another is reading this stream")

    def take_whole_body(self) -> None:
        """None: the first read is still at it."""

    def read(self, wait: Deadline) -> bytes:
        """Refuse: the first read is still at it."""
        raise RequestError("another is reading this stream")

    def drain(self) -> None:
        """Close it: nothing was read."""
        self.close()

    def close(self) -> None:
        """Close the connection; no attempt follows."""
        self._closed = True
        if self._answer is not None:
            self._answer.close()

    def abandon(self) -> None:
        """Close it from whatever thread, when nobody can await any more."""
        self._closed = True
        if self._answer is not None:
            self._answer.abandon()

    def _refuse_closed(self) -> None:
        """Raise what ends the attempts of a closed stream, which has its own error for readers."""
        if self._closed:
            raise RequestError("the stream is closed") from None


def send_stream(
    transport: SyncTransport,
    attempts: Attempts[Any],
    deadlines: CallDeadlines,
    plan: StreamPlan[Any, Any],
    stream_class: type[StreamT],
) -> StreamT:
    """A stream whose request is sent, and which its first read opens. Raises VllmError."""
    call = SyncSentCall(transport, attempts)
    call.send_first(deadlines)
    stream = stream_class(call.attempt, call, plan.machine(), deadlines, plan.feed(""))
    stream.open_at_first_read(lambda: call.open(plan, stream_class, deadlines))
    stream.own_call()
    return stream
