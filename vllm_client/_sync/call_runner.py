# Generated from vllm_client/_async/call_runner.py by `python tests/tools/generate_sync.py`.
"""Run a call, as decided by `call/attempts`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from .._io.threads.http1_transport import SyncTransport, whole_response
from .._io.threads.mix_ups import pending
from .._io.threads.waiting import CLOCK, now, opening
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
from .shared_transport import SyncSharedTransport
from .stream import SyncBaseStream, SyncStream, open_stream

T = TypeVar("T")
StreamT = TypeVar("StreamT", bound=SyncBaseStream[Any])


class SyncCallRunner:
    """Run the calls of a client, with its settings, over a transport that clients share."""

    def __init__(
        self,
        settings: ClientSettings,
        family: SyncSharedTransport,
        observers: Observers | None,
    ) -> None:
        self.settings = settings
        self.family = family
        self.observers = observers
        self.closed = False
        if observers is not None:
            end_calls_at_exit()
        family.join(self)

    def call(self, spec: RequestSpec[T]) -> T:
        """Send a request and return its parsed response. Raises VllmError."""
        transport, deadlines, call = self._begin(spec)
        try:
            self._observe(call)
            if spec.dependent is not None:
                spec = self._adapted(spec, deadlines)
            attempts = self._attempts(spec, call, transport)
            if spec.key_function is not None:
                with_key(attempts, spec.key_function, deadlines)
            first = announced(attempts, attempts.first())
            try:  # most calls need a single attempt, without the cost of a loop
                return _complete(call, _read_answer(transport, deadlines, first))
            except VllmError as error:
                second = after_failure(attempts, error)
            once: Callable[[Attempt[T]], T] = partial(
                _read_answer, transport, deadlines
            )
            return _complete(call, until_done(attempts, second, deadlines, once))
        except BaseException as error:
            _end(call, error)
            raise

    def open(self, plan: StreamPlan[Any, Any], stream_class: type[StreamT]) -> StreamT:
        """Send a request and return its stream after the first delta. Raises VllmError.

        With `wait=False` the stream is returned after the request is sent.
        """
        transport, deadlines, call = self._begin(plan.spec)
        call.streamed = True

        def once(attempt: Attempt[Any]) -> StreamT:
            return open_stream(transport, attempt, deadlines, plan, stream_class)

        try:
            self._observe(call)
            spec = self._adapted(plan.spec, deadlines)
            attempts = self._attempts(spec, call, transport)
            if not plan.spec.wait:
                return send_stream(transport, attempts, deadlines, plan, stream_class)
            stream = until_done(attempts, attempts.first(), deadlines, once)
            stream.opened()
        except BaseException as error:
            _end(call, error)
            raise
        return stream

    def stream(
        self, plan: StreamPlan[Any, Any], stream_class: type[StreamT]
    ) -> StreamT:
        """Return the stream, to be opened by `await` or `async with`."""
        return opening(lambda: self.open(plan, stream_class))

    def ask(
        self,
        build: Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[T]],
        options: Mapping[str, Any],
    ) -> T:
        """Build a request from the options, and return its response. Raises VllmError."""
        return pending(self.call(build(self.settings, options)))

    def ask_any(
        self,
        build: Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[bool]],
        options: Mapping[str, Any],
    ) -> bool:
        """Return a boolean response; with several servers, whether any responds True."""
        return self.ask(build, options)

    def each(self) -> Iterator[SyncCallRunner]:
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
            return self.stream(plan(self.settings, options), SyncStream)
        return self.ask(build, options)

    def _begin(self, spec: RequestSpec[Any]) -> tuple[SyncTransport, CallDeadlines, Call]:
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

    def _attempts(self, spec: RequestSpec[T], call: Call, transport: SyncTransport) -> Attempts[T]:
        """Return the attempts of a call over a transport."""
        return Attempts(spec, CLOCK, call)

    def _adapted(self, spec: RequestSpec[T], deadlines: CallDeadlines) -> RequestSpec[T]:
        """Adapt the request to the version of the server, if its route needs it.

        It is unchanged if the server reports no version, or not in time. Raises RequestError.
        """
        if spec.dependent is None:
            return spec
        from ..api.server.status import build_version_for
        from ..call.version_adapter import adapted

        wait = deadlines.whole_call

        def ask() -> str:
            question = build_version_for(self.settings, spec, wait.until - now())
            return self.call(question)

        version = self.family.version.get(ask, wait)
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


def _read_answer(
    transport: SyncTransport, deadlines: CallDeadlines, attempt: Attempt[T]
) -> T:
    opened = transport.send(attempt, deadlines)
    opened.receive_head(deadlines)
    call = attempt.call
    call._status, call._headers, call._first_byte = opened.status, opened.headers, now()
    response = whole_response(opened, deadlines)
    if call._watch is not None:
        call._watch.log_answer(attempt.spec, response.body)
    if response.status >= 300 and response.status not in attempt.spec.expected:
        raise error_of_response(response, attempt.spec, CLOCK.date())
    return attempt.spec.read(response)
