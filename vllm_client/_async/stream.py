"""A stream of events or chunks that is read from an open response."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Generic, Self, TypeVar
from weakref import ref

import attrs

from .._io.asyncio_.http1_transport import AsyncOpenResponse, AsyncTransport, whole_response
from .._io.asyncio_.mix_ups import RefusesFor, RefusesWith, explains_missing_await
from .._io.asyncio_.waiting import CLOCK, Caller, now
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


class AsyncBaseStream(RefusesWith, Generic[ItemT]):
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
        answer: AsyncOpenResponse,
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

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ItemT:
        if not self._ready:
            self._deadlines.reader_asks(now())
        while not self._closed:
            if self._ready:
                return self._ready.popleft()
            if self._machine.over:
                if self._machine.error is not None:
                    raise self._machine.error
                raise StopAsyncIteration
            await self._pull()
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

    async def aclose(self) -> None:
        """Close the stream. Nothing more is read, and the server stops generating."""
        self._closed = self._closed or bool(self._ready) or not self._machine.over
        try:
            await self._answer.close()
        finally:
            self._end_call()

    def take(self, n: int) -> AsyncTaken[ItemT]:
        """Iterate over at most `n` further items; the last one closes the stream.

        Args:
            n: Max number of items.
        """
        return AsyncTaken(self, n)

    def open_at_first_read(self, open_stream: Callable[[], Coroutine[Any, Any, Self]]) -> None:
        """Let the first read open the stream with a function."""
        self._open = open_stream

    async def begin(self) -> None:
        """Read until the first delta, or until the end of a stream without deltas.

        Raises the error if the request or the stream fails before the first delta.
        """
        while not (self._machine.begun or self._machine.over):
            await self._pull()
        error = self._machine.error
        if error is not None and not self._machine.begun:
            await self.aclose()
            raise error

    async def _pull(self) -> None:
        """Read once, and decode items from the bytes."""
        if self._open is not None:
            await self._begin_late(self._open)
            return
        machine = self._machine
        try:
            self._deadlines.refuse_late(now())
            received = await self._answer.read(self._wait())
            texts = self._feed(received)
        except RequestError:
            raise  # raised as another task or thread is reading
        except VllmError as error:
            self._ready.extend(machine.lose_connection(error))
            await self._finish()
            return
        except BaseException:
            await self.aclose()  # cancelled, so the stream will not be read further
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
            await self._finish()

    def _wait(self) -> Deadline:
        """Return the max seconds to wait for the next bytes."""
        if self._machine.finished:
            return self._deadlines.finishing(now())
        if self._machine.begun:
            return self._deadlines.reading(now())
        return self._deadlines.first_token()

    async def _begin_late(self, open_stream: Callable[[], Coroutine[Any, Any, Self]]) -> None:
        """Open the stream at its first read, and take over the state of the opened stream."""
        self._open = None
        try:
            begun = await open_stream()
        except VllmError as error:
            if self._closed:  # another task or thread closed it, which caused the failure
                return
            self._attempt = attrs.evolve(self._attempt, request_ids=error.request_ids)
            self._machine.fail(error)
            self._end_call()
            raise
        except BaseException:
            await self.aclose()  # cancelled, so the stream will not be read further
            raise
        if self._closed:
            await begun.aclose()
            return
        vars(self).update(vars(begun))
        vars(begun).clear()  # it no longer owns a connection
        self.opened()

    async def _finish(self) -> None:
        try:
            if self._machine.error is not None:
                self._attempt.named(self._machine.error)
                await self._answer.close()
            else:
                await self._answer.drain()
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


def _describer(stream: AsyncBaseStream[Any]) -> Callable[[], object]:
    """Return a function that updates the record of a call and does not refer to its stream."""
    found = ref(stream)

    def describe() -> None:
        alive = found()
        if alive is not None:
            describe_stream(alive._attempt.call, alive._machine)

    return describe


@explains_missing_await
class AsyncStream(RefusesFor, AsyncBaseStream[ItemT], Generic[ItemT, ResponseT, UsageT]):
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

    async def response(self) -> ResponseT:
        """Read the rest of the stream; return the response that a call without a stream returns.

        Raises:
            StreamError: The stream failed, or was closed before its end; `partial` is the part
                that has arrived.
            VllmError: The request of a stream with `wait=False` failed.
        """
        async for _ in self:
            pass
        return self.partial


@explains_missing_await
class AsyncEventStream(AsyncStream[ItemT, ResponseT, Usage]):
    """A stream of StreamEvents."""

    async def text(self) -> str:
        """Read the rest of the stream; return the whole text of the first choice."""
        response: Any = await self.response()
        return response.content or ""

    collect_content = text


class AsyncTaken(Generic[ItemT]):
    """An iterator over the first items of a stream."""

    def __init__(self, stream: AsyncBaseStream[ItemT], n: int) -> None:
        self._stream = stream
        self._left = n

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ItemT:
        if self._left <= 0:
            await self._stream.aclose()
            raise StopAsyncIteration
        item = await self._stream.__anext__()
        self._left -= 1
        if not self._left:
            await self._stream.aclose()
        return item


StreamT = TypeVar("StreamT", bound=AsyncBaseStream[Any])


async def open_stream(
    transport: AsyncTransport,
    attempt: Attempt[Any],
    deadlines: CallDeadlines,
    plan: StreamPlan[Any, Any],
    stream_class: type[StreamT],
) -> StreamT:
    """Return a stream after its first delta. Raises VllmError."""
    answer = await transport.send(attempt, deadlines)
    await answer.receive_head(deadlines)
    call = attempt.call
    call._status, call._headers, call._first_byte = answer.status, answer.headers, now()
    kind = answer.headers.get("content-type", "")
    if not plan.is_stream(answer.status):
        response = await whole_response(answer, deadlines)
        if response.status >= 300:
            raise error_of_response(response, attempt.spec, CLOCK.date())
        raise unexpected(response, f"expected a stream of events, got status {response.status}")
    feed = plan.feed(kind)
    if call._watch is not None:
        feed = call._watch.logging_feed(attempt.spec, feed)
    stream = stream_class(attempt, answer, plan.machine(), deadlines, feed)
    try:
        await stream.begin()
    except BaseException:
        await stream.aclose()
        raise
    return stream
