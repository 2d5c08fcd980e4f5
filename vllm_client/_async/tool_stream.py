"""Stream a conversation that includes tool calls."""

from __future__ import annotations

from collections import deque
from typing import Any, Self

from .._io.asyncio_.mix_ups import RefusesFor, RefusesWith, explains_missing_await
from .._io.asyncio_.tool_calls import check_tools, run_calls
from ..api.chat.answers import ChatCompletionResponse
from ..api.chat.request import build_chat, plan_chat_events
from ..api.chat.tool_conversation import ToolConversation, ToolRunResponse
from ..api.chat.tools import PendingToolCall
from ..call.request import RequestSpec
from ..codec.usage import Usage
from ..errors import StreamError, ToolRoundsError, VllmError
from ..record import Call
from ..streams.endings import closed_by_reader
from ..streams.events import AnyStreamEvent, AnyToolEvent, DoneEvent
from .call_runner import AsyncCallRunner
from .stream import AsyncEventStream


@explains_missing_await
class AsyncToolStream(RefusesFor, RefusesWith):
    """A stream of the events of all answers, with the results of tool calls between them.

    Use it in a `with` block: it owns a connection while an answer arrives. `Done` arrives once, at
    the end of the last answer.

    Raises:
        ToolRoundsError: The model still calls tools after `max_rounds` answers.
        VllmError: A request or a stream failed.
    """

    def __init__(self, caller: AsyncCallRunner, run: ToolConversation) -> None:
        self._caller = caller
        self._run = run
        self._answer: AsyncEventStream[AnyStreamEvent, ChatCompletionResponse] | None = None
        self._latest: AsyncEventStream[AnyStreamEvent, ChatCompletionResponse]
        self._spec: RequestSpec[Any]
        self._ready: deque[AnyToolEvent] = deque()
        self._done = DoneEvent()
        self._over = False
        self._error: VllmError | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AnyToolEvent:
        while not self._ready:
            if self._error is not None:
                raise self._error
            if self._over:
                raise StopAsyncIteration
            await self._advance()
        return self._ready.popleft()

    async def aclose(self) -> None:
        """Close the stream: nothing more is read, and no further function is called."""
        if not self._over or self._ready:
            self._error = self._error or self._left()
        self._ready.clear()
        if self._answer is not None:
            await self._answer.aclose()

    @property
    def call(self) -> Call:
        """The record of the current or last call."""
        return self._latest.call

    @property
    def partial(self) -> ChatCompletionResponse:
        """The part of the current or last answer that has arrived; reads nothing."""
        return self._latest.partial

    @property
    def usage(self) -> Usage | None:
        """The token counts of the current or last answer; None before they arrive."""
        return self._latest.usage

    async def response(self) -> ToolRunResponse:
        """Read the rest of the stream; return the last answer, with the whole conversation.

        Raises:
            VllmError: The stream failed.
        """
        async for _ in self:
            pass
        return self._run.response()

    async def text(self) -> str:
        """Read the rest of the stream; return the text of the last answer."""
        response = await self.response()
        return response.content or ""

    async def begin(self) -> None:
        """Request the next answer, and wait for its first delta.

        With `wait=False` it returns after the request is sent.
        """
        plan = plan_chat_events(self._caller.settings, self._run.options)
        self._spec = plan.spec
        self._answer = self._latest = await self._caller.open(plan, AsyncEventStream)

    def _left(self) -> StreamError:
        error = closed_by_reader(begun=True, partial=self.partial)
        error.call = self.call
        return self._spec.error_context.named(error, self._latest.request_ids)

    async def _advance(self) -> None:
        try:
            if self._answer is None:
                await self.begin()
            else:
                await self._read(self._answer)
        except VllmError as error:
            self._error = error
            raise
        except BaseException:
            await self.aclose()  # cancelled, so the stream will not be read further
            raise

    async def _read(self, answer: AsyncEventStream[AnyStreamEvent, ChatCompletionResponse]) -> None:
        async for event in answer:
            if not isinstance(event, DoneEvent):
                self._ready.append(event)
                return
            self._done = event
        calls = _planned(self._run, self._spec, await answer.response())
        self._answer = None
        results = await run_calls(calls)
        self._run.answer(results)
        self._ready.extend(results)
        if not calls:
            self._over = True
            self._ready.append(self._done)


async def open_tool_stream(caller: AsyncCallRunner, run: ToolConversation) -> AsyncToolStream:
    """Open the stream and wait for its first delta. Raises VllmError."""
    check_tools(run.tools.values())
    stream = AsyncToolStream(caller, run)
    await stream.begin()
    return stream


async def run_tools(caller: AsyncCallRunner, run: ToolConversation) -> ToolRunResponse:
    """Call tools until the model answers without calls; return that answer. Raises VllmError."""
    check_tools(run.tools.values())
    while True:
        spec = build_chat(caller.settings, run.options)
        calls = _planned(run, spec, await caller.call(spec))
        if not calls:
            return run.response()
        run.answer(await run_calls(calls))


def _planned(
    run: ToolConversation, spec: RequestSpec[Any], response: ChatCompletionResponse
) -> list[PendingToolCall]:
    try:
        return run.receive(response)
    except (
        ToolRoundsError
    ) as error:  # the name of a tool, which the model has chosen, may contain a secret
        error.call = response.call
        raise spec.error_context.named(error) from None
