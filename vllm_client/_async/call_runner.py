"""Run a call, as decided by `call/attempts`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from .._io.asyncio_.http1_transport import AsyncTransport, whole_response
from .._io.asyncio_.mix_ups import pending
from .._io.asyncio_.unopened_stream import UnopenedStream
from .._io.asyncio_.waiting import CLOCK, now, opening
from .._io.program_exit import end_calls_at_exit
from ..call.attempts import Attempts
from ..call.recording import attach, describe_answer, end_call, set_call
from ..call.request import Attempt, RequestSpec
from ..call.server_errors import error_of_response
from ..call.settings import ClientSettings
from ..errors import RequestError, VllmError
from ..http.timeouts import CallDeadlines
from ..record import Call, Recorded
from ..streams.plan import StreamPlan
from ..telemetry.log import LOG
from ..telemetry.observer import Observers
from ..telemetry.watch import watch
from .attempts_loop import after_failure, announced, until_done, with_key
from .sent_call import send_stream
from .shared_transport import AsyncSharedTransport
from .stream import AsyncBaseStream, AsyncStream, open_stream

T = TypeVar("T")
StreamT = TypeVar("StreamT", bound=AsyncBaseStream[Any])


class AsyncCallRunner:
    """Run the calls of a client, with its settings, over a transport that clients share."""

    def __init__(
        self,
        settings: ClientSettings,
        family: AsyncSharedTransport,
        observers: Observers | None,
    ) -> None:
        self.settings = settings
        self.family = family
        self.observers = observers
        self.closed = False
        if observers is not None:
            end_calls_at_exit()
        family.join(self)

    async def call(self, spec: RequestSpec[T]) -> T:
        """Send a request and return its parsed response. Raises VllmError."""
        transport, deadlines, call = self._begin(spec)
        try:
            self._observe(call)
            if spec.dependent is not None:
                spec = await self._adapted(spec, deadlines)
            attempts = self._attempts(spec, call, transport)
            if spec.key_function is not None:
                await with_key(attempts, spec.key_function, deadlines)
            first = announced(attempts, attempts.first())
            try:  # most calls need a single attempt, without the cost of a loop
                return _complete(call, await _read_answer(transport, deadlines, first))
            except VllmError as error:
                second = after_failure(attempts, error)
            once: Callable[[Attempt[T]], Coroutine[Any, Any, T]] = partial(
                _read_answer, transport, deadlines
            )
            return _complete(call, await until_done(attempts, second, deadlines, once))
        except BaseException as error:
            _end(call, error)
            raise

    async def open(self, plan: StreamPlan[Any, Any], stream_class: type[StreamT]) -> StreamT:
        """Send a request and return its stream after the first delta. Raises VllmError.

        With `wait=False` the stream is returned after the request is sent.
        """
        transport, deadlines, call = self._begin(plan.spec)
        call.streamed = True

        async def once(attempt: Attempt[Any]) -> StreamT:
            return await open_stream(transport, attempt, deadlines, plan, stream_class)

        try:
            self._observe(call)
            spec = await self._adapted(plan.spec, deadlines)
            attempts = self._attempts(spec, call, transport)
            if not plan.spec.wait:
                return await send_stream(transport, attempts, deadlines, plan, stream_class)
            stream = await until_done(attempts, attempts.first(), deadlines, once)
            stream.opened()
        except BaseException as error:
            _end(call, error)
            raise
        return stream

    def stream(
        self, plan: StreamPlan[Any, Any], stream_class: type[StreamT]
    ) -> UnopenedStream[StreamT]:
        """Return the stream, to be opened by `await` or `async with`."""
        return opening(lambda: self.open(plan, stream_class))

    def ask(
        self,
        build: Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[T]],
        options: Mapping[str, Any],
    ) -> Coroutine[Any, Any, T]:
        """Build a request from the options, and return its response. Raises VllmError."""
        return pending(self.call(build(self.settings, options)))

    def ask_any(
        self,
        build: Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[bool]],
        options: Mapping[str, Any],
    ) -> Coroutine[Any, Any, bool]:
        """Return a boolean response; with several servers, whether any responds True."""
        return self.ask(build, options)

    def each(self) -> Iterator[AsyncCallRunner]:
        """Return a runner for each server; with one server, this runner."""
        yield self

    def call_or_stream(
        self,
        build: Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[Any]],
        plan: Callable[[ClientSettings, Mapping[str, Any]], StreamPlan[Any, Any]],
        options: Mapping[str, Any],
    ) -> Any:
        """Return the response, or with `stream=True` the stream of chunks."""
        if options.get("stream"):
            return self.stream(plan(self.settings, options), AsyncStream)
        return self.ask(build, options)

    def _begin(self, spec: RequestSpec[Any]) -> tuple[AsyncTransport, CallDeadlines, Call]:
        """Start a call: return its transport, deadlines and record. Raises RequestError."""
        if self.closed:
            raise RequestError("the client is closed")
        moment = now()
        call = Call(spec, moment)
        return self.family.transport, CallDeadlines(spec.timeout, moment, call), call

    def _observe(self, call: Call) -> None:
        """Notify the observers, if any, of the start of the call."""
        if self.observers is not None or LOG.is_on():
            watch(call, self.observers)

    def _attempts(self, spec: RequestSpec[T], call: Call, transport: AsyncTransport) -> Attempts[T]:
        """Return the attempts of a call over a transport."""
        return Attempts(spec, CLOCK, call)

    async def _adapted(self, spec: RequestSpec[T], deadlines: CallDeadlines) -> RequestSpec[T]:
        """Adapt the request to the version of the server, if its route needs it.

        It is unchanged if the server reports no version, or not in time. Raises RequestError.
        """
        if spec.dependent is None:
            return spec
        from ..api.server.status import build_version_for
        from ..call.version_adapter import adapted

        wait = deadlines.whole_call

        def ask() -> Coroutine[Any, Any, str]:
            question = build_version_for(self.settings, spec, wait.until - now())
            return self.call(question)

        version = await self.family.version.get(ask, wait)
        return spec if version is None else adapted(spec, version)


def _complete(call: Call, answer: T) -> T:
    """End the call, and add its record to the response."""
    if call._watch is None and isinstance(answer, Recorded):
        set_call(answer, call)
        call._ended = now()
    else:
        describe_answer(call, attach(call, answer))
        _end(call)
    return answer


def _end(call: Call, error: BaseException | None = None) -> None:
    """End the call, and notify its observers."""
    end_call(call, now(), error)
    if call._watch is not None:
        call._watch.ended()


async def _read_answer(
    transport: AsyncTransport, deadlines: CallDeadlines, attempt: Attempt[T]
) -> T:
    opened = await transport.send(attempt, deadlines)
    await opened.receive_head(deadlines)
    call = attempt.call
    call._status, call._headers, call._first_byte = opened.status, opened.headers, now()
    response = await whole_response(opened, deadlines)
    if call._watch is not None:
        call._watch.log_answer(attempt.spec, response.body)
    if response.status >= 300 and response.status not in attempt.spec.expected:
        raise error_of_response(response, attempt.spec, CLOCK.date())
    return attempt.spec.read(response)
