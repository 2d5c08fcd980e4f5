"""Driving a call: what `exchange` decides is done here, and nothing is decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .._io.asyncio_.http1_transport import AsyncTransport, whole_body
from .._io.asyncio_.waiting import CLOCK, Opening, Pending, now, opening, sleep
from ..call.attempts import exchange
from ..call.request import Attempt, RequestSpec
from ..call.response import HttpResponse
from ..call.settings import ClientSettings
from ..errors import RequestError, VllmError
from ..http.timeouts import CallDeadlines
from ..streams.plan import StreamPlan
from .shared_transport import AsyncSharedTransport
from .stream import AsyncStream, open_stream

T = TypeVar("T")
S = TypeVar("S")
StreamT = TypeVar("StreamT", bound=AsyncStream[Any, Any])


class AsyncCallRunner:
    """One client's way to the server: its settings, and the transport it shares with its family."""

    def __init__(self, settings: ClientSettings, family: AsyncSharedTransport) -> None:
        self.settings = settings
        self.family = family
        self.closed = False
        family.join(self)

    async def call(self, spec: RequestSpec[T]) -> T:
        """The answer, read. Raises VllmError."""
        reply, request_ids = await self._attempt(spec, _fetch)
        try:
            return spec.read(reply)
        except VllmError as error:
            error.request_ids = request_ids
            raise spec.scrubbed(error) from error.__cause__

    async def open(self, plan: StreamPlan[Any, Any], stream_class: type[StreamT]) -> StreamT:
        """The stream, open and begun: its first delta, or its end, has come. Raises VllmError."""

        async def once(
            transport: AsyncTransport, attempt: Attempt[Any], deadlines: CallDeadlines
        ) -> AsyncStream[Any, Any] | HttpResponse:
            return await open_stream(transport, attempt, deadlines, plan, stream_class)

        stream: StreamT
        stream, request_ids = await self._attempt(plan.spec, once)
        stream.request_ids = request_ids
        return stream

    def stream(self, plan: StreamPlan[Any, Any], stream_class: type[StreamT]) -> Opening[StreamT]:
        """The same, about to be opened."""
        return opening(lambda: self.open(plan, stream_class))

    def ask(
        self,
        build: Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[T]],
        options: Mapping[str, Any],
    ) -> Pending[T]:
        """The answer to the request that `build` makes of the options. Raises VllmError."""
        return self.call(build(self.settings, options))

    def call_or_stream(
        self,
        build: Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[Any]],
        plan: Callable[[ClientSettings, Mapping[str, Any]], StreamPlan[Any, Any]],
        options: Mapping[str, Any],
    ) -> Any:
        """The answer; with `stream=True` the stream of what the server sends."""
        if options.get("stream"):
            return self.stream(plan(self.settings, options), AsyncStream)
        return self.call(build(self.settings, options))

    async def _attempt(
        self,
        spec: RequestSpec[Any],
        once: Callable[[AsyncTransport, Attempt[Any], CallDeadlines], Pending[S | HttpResponse]],
    ) -> tuple[Any, tuple[str, ...]]:
        """The outcome that is good, and the request ids of all attempts. Raises VllmError."""
        if self.closed:
            raise RequestError("the client is closed")
        transport = self.family.transport
        deadlines = CallDeadlines(spec.timeout, now())
        spec = await self._adapted(spec, deadlines)
        flow = exchange(spec, CLOCK)
        attempt = next(flow)
        request_ids: tuple[str, ...] = ()
        while True:
            request_ids += (attempt.request_id,)
            if attempt.wait:
                await sleep(attempt.wait)
            outcome: object
            try:
                outcome = await once(transport, attempt, deadlines)
            except VllmError as error:
                outcome = error
            try:
                attempt = flow.send(outcome)
            except StopIteration as end:
                return end.value, request_ids

    async def _adapted(self, spec: RequestSpec[T], deadlines: CallDeadlines) -> RequestSpec[T]:
        """The request for the server's version, if it depends on it. Raises RequestError.

        It stays as it is where the server does not tell its version, or not in time.
        """
        if spec.dependent is None:
            return spec
        from ..api.server.status import build_version_for
        from ..call.version_adapter import adapted

        wait = deadlines.queueing()

        def ask() -> Pending[str]:
            question = build_version_for(self.settings, spec, wait.until - now())
            return self.call(question)

        version = await self.family.version.get(ask, wait)
        return spec if version is None else adapted(spec, version)


async def _fetch(
    transport: AsyncTransport, attempt: Attempt[Any], deadlines: CallDeadlines
) -> HttpResponse:
    answer = await transport.send(attempt, deadlines)
    try:
        body = await whole_body(answer, deadlines)
    finally:
        await answer.close()
    return HttpResponse(answer.status, answer.headers, body)
