# Generated from vllm_client/_async/stream.py by `python tests/tools/generate_sync.py`.
"""A stream of events or chunks that is read from an open response."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar
from weakref import ref

import attrs

from .._io.threads.http1_transport import SyncOpenResponse, SyncTransport, whole_response
from .._io.threads.mix_ups import RefusesFor, RefusesWith, explains_missing_await
from .._io.threads.waiting import CLOCK, Caller, now
from ..call.recording import (
    abandon_call,
    attach,
    describe_stream,
    end_call,
    first_token_came,
    token_came,
)
from ..call.request import Attempt
from ..call.response import unexpected
from ..call.server_errors import error_of_response
from ..codec.usage import Usage
from ..errors import RequestError, VllmError
from ..http.timeouts import CallDeadlines, Deadline
from ..record import Call
from ..streams.plan import StreamPlan
from ..streams.state import StreamMachine

ItemT = TypeVar("ItemT")
ResponseT = TypeVar("ResponseT")
UsageT = TypeVar("UsageT")


class SyncBaseStream(RefusesWith, Generic[ItemT]):
    """An iterator over the items of a stream. Use it in a `with` block: it owns a connection.

    Leaving the block early, by break or by an exception, closes the connection, and the server
    stops generating. A stream that is read to its end returns its connection to the pool.

    Attributes:
        headers: The response headers; empty before the first read of a stream that was opened with
            `wait=False`.
    """

    # Whether this stream must notify the observers of the end of its call: True from the moment it
    # is returned until the call has ended.
    _ends_call = False
    _caller: Caller | None = None  # to find the observers when a stream is garbage-collected

    def __init__(
        self,
        attempt: Attempt[Any],
        answer: SyncOpenResponse,
        machine: StreamMachine[ItemT, Any],
        deadlines: CallDeadlines,
        feed: Callable[[bytes], list[Any]],
    ) -> None:
        self.headers = answer.headers
        self._attempt = attempt
        self._answer = answer
        self._machine = machine
        self._deadlines = deadlines
        self._feed = feed
        self._ready: deque[ItemT] = deque()
        self._closed = False  # closed before its end, or before its last items were taken
        self._open: Callable[[], Any] | None = None  # called at the first read

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ItemT:
        if not self._ready:
            self._deadlines.reader_asks(now())
        while not self._closed:
            if self._ready:
                return self._ready.popleft()
            if self._machine.over:
                if self._machine.error is not None:
                    raise self._machine.error
                raise StopIteration
            self._pull()
        raise self._attempt.named(self._machine.left())

    def __del__(self) -> None:
        # missing if __init__ failed
        answer = getattr(self, "_answer", None)
        if answer is not None:
            answer.abandon()
        if self._ends_call:
            self._ends_call = False
            abandon_call(self.call, now())
            if self._caller is not None:
                self._caller.end_collected(self._attempt.call._watch)

    @property
    def request_ids(self) -> tuple[str, ...]:
        """The X-Request-Id of every attempt."""
        return self._attempt.request_ids

    @property
    def request_id(self) -> str:
        """The X-Request-Id of the attempt that succeeded."""
        return self._attempt.request_id

    @property
    def call(self) -> Call:
        """The record of the call so far: attempts, times, tokens. Reads nothing."""
        return describe_stream(self._attempt.call, self._machine)

    def __repr__(self) -> str:
        over = self._machine.over and not self._ready
        state = "closed" if self._closed else "over" if over else "open"
        return f"<{type(self).__name__} {self._attempt.spec.path} {self.request_id} {state}>"

    def close(self) -> None:
        """Close the stream. Nothing more is read, and the server stops generating."""
        self._closed = self._closed or bool(self._ready) or not self._machine.over
        try:
            self._answer.close()
        finally:
            self._end_call()

    def take(self, n: int) -> SyncTaken[ItemT]:
        """Iterate over at most `n` further items; the last one closes the stream.

        Args:
            n: Max number of items.
        """
        return SyncTaken(self, n)

    def open_at_first_read(self, open_stream: Callable[[], Self]) -> None:
        """Let the first read open the stream with a function."""
        self._open = open_stream

    def begin(self) -> None:
        """Read until the first delta, or until the end of a stream without deltas.

        Raises the error if the request or the stream fails before the first delta.
        """
        while not (self._machine.begun or self._machine.over):
            self._pull()
        error = self._machine.error
        if error is not None and not self._machine.begun:
            self.close()
            raise error

    def _pull(self) -> None:
        """Read once, and decode items from the bytes."""
        if self._open is not None:
            self._begin_late(self._open)
            return
        machine = self._machine
        try:
            self._deadlines.refuse_late(now())
            received = self._answer.read(self._wait())
            texts = self._feed(received)
        except RequestError:
            raise  # raised as another task or thread is reading
        except VllmError as error:
            self._ready.extend(machine.lose_connection(error))
            self._finish()
            return
        except BaseException:
            self.close()  # cancelled, so the stream will not be read further
            raise
        if texts:
            moment = now()
            if not machine.finished:  # items from here on are not tokens
                token_came(self._attempt.call, moment)
            self._ready.extend(machine.receive(texts))
            if machine.begun or machine.finished:  # earlier events are keep-alives
                self._deadlines.token_came(moment)
        if not received:
            self._ready.extend(machine.end())
        if machine.over:
            self._finish()

    def _wait(self) -> Deadline:
        """Return the max seconds to wait for the next bytes."""
        if self._machine.finished:
            return self._deadlines.finishing(now())
        if self._machine.begun:
            return self._deadlines.reading(now())
        return self._deadlines.first_token()

    def _begin_late(self, open_stream: Callable[[], Self]) -> None:
        """Open the stream at its first read, and take over the state of the opened stream."""
        self._open = None
        try:
            begun = open_stream()
        except VllmError as error:
            if self._closed:  # another task or thread closed it, which caused the failure
                return
            self._attempt = attrs.evolve(self._attempt, request_ids=error.request_ids)
            self._machine.fail(error)
            self._end_call()
            raise
        except BaseException:
            self.close()  # cancelled, so the stream will not be read further
            raise
        if self._closed:
            begun.close()
            return
        vars(self).update(vars(begun))
        vars(begun).clear()  # it no longer owns a connection
        self.opened()

    def _finish(self) -> None:
        try:
            if self._machine.error is not None:
                self._attempt.named(self._machine.error)
                self._answer.close()
            else:
                self._answer.drain()
        finally:
            self._end_call()

    def own_call(self) -> None:
        """Make the stream responsible for ending its call."""
        self._ends_call = True
        watch = self._attempt.call._watch
        if watch is not None:
            self._caller = Caller()
            watch.describe = _describer(self)

    def opened(self) -> None:
        """Record that the stream is open: the first delta or the end has arrived."""
        self.own_call()
        call = self._attempt.call
        if self._machine.begun:
            first_token_came(call)
            if call._watch is not None and call._first_token is not None:
                describe_stream(call, self._machine)
                call._watch.first_token()
        if self._machine.over:
            self._end_call()

    def _end_call(self) -> None:
        """End the call once, and notify its observers."""
        if not self._ends_call:
            return
        call, machine = self._attempt.call, self._machine
        if call._watch is not None or machine.error is not None:
            describe_stream(call, machine)
        if machine.over:
            end_call(call, now(), machine.error)
        else:
            abandon_call(call, now())
        if call._watch is not None:
            call._watch.ended()
        self._ends_call = False  # set last, so that __del__ ends the call after an interrupt


def _describer(stream: SyncBaseStream[Any]) -> Callable[[], object]:
    """Return a function that updates the record of a call and does not refer to its stream."""
    found = ref(stream)

    def describe() -> None:
        alive = found()
        if alive is not None:
            describe_stream(alive._attempt.call, alive._machine)

    return describe


@explains_missing_await
class SyncStream(RefusesFor, SyncBaseStream[ItemT], Generic[ItemT, ResponseT, UsageT]):
    """A stream that also assembles the response that a call without a stream returns."""

    _machine: StreamMachine[ItemT, ResponseT]

    @property
    def partial(self) -> ResponseT:
        """The response as far as it has arrived, perhaps without choices. Reads nothing.

        It is available in every state: during and after the stream, also if the stream was closed
        early or failed. It can be ahead of the items, as several can arrive at once.
        """
        return attach(self.call, self._machine.partial())

    @property
    def usage(self) -> UsageT | None:
        """The token counts; None before they have arrived. Reads nothing."""
        usage: UsageT | None = self._machine.usage
        return usage

    def response(self) -> ResponseT:
        """Read the rest of the stream; return the response that a call without a stream returns.

        Raises:
            StreamError: The stream failed, or was closed before its end; `partial` is the part
                that has arrived.
            VllmError: The request of a stream with `wait=False` failed.
        """
        for _ in self:
            pass
        return self.partial


@explains_missing_await
class SyncEventStream(SyncStream[ItemT, ResponseT, Usage]):
    """A stream of StreamEvents."""

    def text(self) -> str:
        """Read the rest of the stream; return the whole text of the first choice."""
        response: Any = self.response()
        return response.content or ""

    collect_content = text


class SyncTaken(Generic[ItemT]):
    """An iterator over the first items of a stream."""

    def __init__(self, stream: SyncBaseStream[ItemT], n: int) -> None:
        self._stream = stream
        self._left = n

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ItemT:
        if self._left <= 0:
            self._stream.close()
            raise StopIteration
        item = self._stream.__next__()
        self._left -= 1
        if not self._left:
            self._stream.close()
        return item


StreamT = TypeVar("StreamT", bound=SyncBaseStream[Any])


def open_stream(
    transport: SyncTransport,
    attempt: Attempt[Any],
    deadlines: CallDeadlines,
    plan: StreamPlan[Any, Any],
    stream_class: type[StreamT],
) -> StreamT:
    """Return a stream after its first delta. Raises VllmError."""
    answer = transport.send(attempt, deadlines)
    answer.receive_head(deadlines)
    call = attempt.call
    call._status, call._headers, call._first_byte = answer.status, answer.headers, now()
    kind = answer.headers.get("content-type", "")
    if not plan.is_stream(answer.status):
        response = whole_response(answer, deadlines)
        if response.status >= 300:
            raise error_of_response(response, attempt.spec, CLOCK.date())
        raise unexpected(response, f"expected a stream of events, got status {response.status}")
    feed = plan.feed(kind)
    if call._watch is not None:
        feed = call._watch.logging_feed(attempt.spec, feed)
    stream = stream_class(attempt, answer, plan.machine(), deadlines, feed)
    try:
        stream.begin()
    except BaseException:
        stream.close()
        raise
    return stream
