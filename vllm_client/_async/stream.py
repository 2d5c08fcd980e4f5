"""A stream of events or chunks over an open answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Generic, Self, TypeVar
from weakref import ref

import attrs

from .._io.asyncio_.http1_transport import AsyncOpenResponse, AsyncTransport, whole_response
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


class AsyncBaseStream(Generic[ItemT]):
    """The items of a stream, as they come. Enter it with a `with` block: it owns a connection.

    Leaving the block early, by break or by an exception, closes the connection, upon which the
    server ends the generation. A stream that is read to its end gives the connection back.

    Of a stream that was opened with `wait=False`, `headers` are empty before the first read.
    """

    # The stream ends its call: from the moment on that its reader has it, until that is done.
    _ends_call = False
    _caller: Caller | None = None  # to find the observers again from a collected stream

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
        self._closed = False  # before its end, or before its last items were taken
        self._open: Callable[[], Any] | None = None  # due at the first read

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
        # of a stream whose opening failed half-way there may be no answer
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
        """The record of the call so far: attempts, times, tokens. Asking for it reads nothing."""
        return describe_stream(self._attempt.call, self._machine)

    def __repr__(self) -> str:
        over = self._machine.over and not self._ready
        state = "closed" if self._closed else "over" if over else "open"
        return f"<{type(self).__name__} {self._attempt.spec.path} {self.request_id} {state}>"

    async def aclose(self) -> None:
        """Close the stream; nothing more is read. The server ends what it still generates."""
        self._closed = self._closed or bool(self._ready) or not self._machine.over
        try:
            await self._answer.close()
        finally:
            self._end_call()

    def take(self, n: int) -> AsyncTaken[ItemT]:
        """At most `n` further items; with the last of them the stream is closed."""
        return AsyncTaken(self, n)

    def open_at_first_read(self, open_stream: Callable[[], Coroutine[Any, Any, Self]]) -> None:
        """Have the first read open the stream, by this function."""
        self._open = open_stream

    async def begin(self) -> None:
        """Read until the first delta, or until it is clear that none will come.

        Raises what failed before it, as the plain call would have.
        """
        while not (self._machine.begun or self._machine.over):
            await self._pull()
        error = self._machine.error
        if error is not None and not self._machine.begun:
            await self.aclose()
            raise error

    async def _pull(self) -> None:
        """Read once, and make items of what came."""
        if self._open is not None:
            await self._begin_late(self._open)
            return
        machine = self._machine
        try:
            self._deadlines.refuse_late(now())
            received = await self._answer.read(self._wait())
            texts = self._feed(received)
        except RequestError:
            raise  # another is reading; this one has no say
        except VllmError as error:
            self._ready.extend(machine.lose_connection(error))
            await self._finish()
            return
        except BaseException:
            await self.aclose()  # cancelled: nobody will read on
            raise
        if texts:
            moment = now()
            if not machine.finished:  # what follows is no token
                token_came(self._attempt.call, moment)
            self._ready.extend(machine.receive(texts))
            if machine.begun or machine.finished:  # events before that keep the connection alive
                self._deadlines.token_came(moment)
        if not received:
            self._ready.extend(machine.end())
        if machine.over:
            await self._finish()

    def _wait(self) -> Deadline:
        """How long the next bytes may take."""
        if self._machine.finished:
            return self._deadlines.finishing(now())
        if self._machine.begun:
            return self._deadlines.reading(now())
        return self._deadlines.first_token()

    async def _begin_late(self, open_stream: Callable[[], Coroutine[Any, Any, Self]]) -> None:
        """Open the stream at its first read, and become the one that was opened."""
        self._open = None
        try:
            begun = await open_stream()
        except VllmError as error:
            if self._closed:  # by another task or thread, which is why it failed
                return
            self._attempt = attrs.evolve(self._attempt, request_ids=error.request_ids)
            self._machine.fail(error)
            self._end_call()
            raise
        except BaseException:
            await self.aclose()  # cancelled: nobody will read on
            raise
        if self._closed:
            await begun.aclose()
            return
        vars(self).update(vars(begun))
        vars(begun).clear()  # it owns no connection any more
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
        """From now on the stream ends its call."""
        self._ends_call = True
        watch = self._attempt.call._watch
        if watch is not None:
            self._caller = Caller()
            watch.describe = _describer(self)

    def opened(self) -> None:
        """The first delta is there, or the end; the attempts are over."""
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
        """End the call, once, and tell its observers."""
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
        self._ends_call = False  # only now: an interrupt before this leaves it to __del__


def _describer(stream: AsyncBaseStream[Any]) -> Callable[[], object]:
    """A function that brings the call of a stream up to date, and does not keep the stream."""
    found = ref(stream)

    def describe() -> None:
        alive = found()
        if alive is not None:
            describe_stream(alive._attempt.call, alive._machine)

    return describe


class AsyncStream(AsyncBaseStream[ItemT], Generic[ItemT, ResponseT, UsageT]):
    """A stream whose items add up to the response of the plain call."""

    _machine: StreamMachine[ItemT, ResponseT]

    @property
    def partial(self) -> ResponseT:
        """What has arrived so far, as the response of the plain call, perhaps without choices.

        It reads nothing, and is there in every state: during and after the stream, closed early or
        broken. It may be ahead of the items, as several can arrive at once.
        """
        return attach(self.call, self._machine.partial())

    @property
    def usage(self) -> UsageT | None:
        """The token counts, once they have arrived; it reads nothing."""
        usage: UsageT | None = self._machine.usage
        return usage

    async def response(self) -> ResponseT:
        """Read the rest of the stream; the answer that the plain call would have given.

        Raises:
            StreamError: The stream broke, or was closed before its end; `partial` has what had
                arrived.
            VllmError: Of a stream that was opened with `wait=False`: the request failed.
        """
        async for _ in self:
            pass
        return self.partial


class AsyncEventStream(AsyncStream[ItemT, ResponseT, Usage]):
    """A stream of StreamEvents."""

    async def text(self) -> str:
        """Read the rest of the stream; the whole answer's text, of the first choice."""
        response: Any = await self.response()
        return response.content or ""

    collect_content = text


class AsyncTaken(Generic[ItemT]):
    """The first items of a stream."""

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
    """A stream that has begun. Raises VllmError."""
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
