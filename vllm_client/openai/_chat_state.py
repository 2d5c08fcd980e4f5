"""Conversion of chat chunks to openai-python's events and to a whole chat completion."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from ._chat_events import (
    ChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
)
from ._choice_state import ChoiceState
from ._parsing import (
    arguments_of,
    instance_of,
    is_parsed,
    parsed_chat,
    refuse_cut,
    tools_by_name,
)
from .types.chat import ChatCompletion, ChatCompletionChunk, ParsedChatCompletion


class ChatState:
    """The part of a chat stream that has been received."""

    def __init__(self, kind: Any, tools: Any) -> None:
        self._kind = kind
        self._input_tools = tools
        self._tools = tools_by_name(tools)
        self._is_parsed = is_parsed(kind, self._tools)
        self._chunks: list[ChatCompletionChunk] = []
        self._sum = _Sum()

    def receive(self, chunk: ChatCompletionChunk) -> list[Any]:
        """Add a chunk and return its events.

        Raises:
            LengthFinishReasonError, ContentFilterFinishReasonError: An answer that is to be
                parsed is incomplete.
        """
        self._chunks.append(chunk)
        self._sum.add(chunk)
        if self._is_parsed and any(part.finish_reason for part in chunk.choices):
            refuse_cut(self.snapshot())
        snapshot = partial(self._snapshot_at, len(self._chunks))
        events: list[Any] = [
            ChunkEvent._growing({"type": "chunk", "chunk": chunk}, "snapshot", snapshot)
        ]
        for part in chunk.choices:
            events += self._events(self._sum.choice(part.index), part)
        return events

    def snapshot(self) -> ParsedChatCompletion[Any]:
        """Return the part of the completion that has been received."""
        return ParsedChatCompletion._of(self._sum.as_json())

    def final(self) -> ParsedChatCompletion[Any]:
        """Return the whole completion with its parsed content; raise the errors of `parse`."""
        whole = self.snapshot()
        return parsed_chat(self._kind, self._input_tools, ChatCompletion._of(whole.to_dict()))

    def _snapshot_at(self, count: int) -> ParsedChatCompletion[Any]:
        """Return the completion as it was after the first `count` chunks."""
        if count == len(self._chunks):
            return self.snapshot()
        earlier = _Sum()
        for chunk in self._chunks[:count]:
            earlier.add(chunk)
        return ParsedChatCompletion._of(earlier.as_json())

    def _events(self, choice: ChoiceState, part: Any) -> Iterator[Any]:
        """Yield the events of one choice in a chunk; `choice` already includes this part."""
        delta = part.delta
        if delta.content is not None:
            yield ContentDeltaEvent._growing(
                {"type": "content.delta", "delta": delta.content},
                "snapshot",
                choice.text_so_far("content"),
            )
        if delta.refusal:
            yield RefusalDeltaEvent._growing(
                {"type": "refusal.delta", "delta": delta.refusal},
                "snapshot",
                choice.text_so_far("refusal"),
            )
        for piece in delta.tool_calls or ():
            yield from self._call_events(choice, piece)
        if part.logprobs and part.logprobs.content:
            yield LogprobsContentDeltaEvent._growing(
                {"type": "logprobs.content.delta", "content": part.logprobs.content},
                "snapshot",
                choice.logprobs_so_far(),
            )
        if part.finish_reason and not choice.is_done:
            choice.is_done = True
            yield from self._done_events(choice, part.finish_reason)

    def _call_events(self, choice: ChoiceState, piece: Any) -> Iterator[Any]:
        if choice.open_call is not None and choice.open_call != piece.index:
            yield self._call_done(choice, choice.open_call)
        choice.open_call = piece.index
        if piece.function and piece.function.arguments:
            call = choice.call(piece.index)
            yield FunctionToolCallArgumentsDeltaEvent._growing(
                {
                    "type": "tool_calls.function.arguments.delta",
                    "name": call.name,
                    "index": piece.index,
                    "parsed_arguments": None,
                    "arguments_delta": piece.function.arguments,
                },
                "arguments",
                call.arguments_so_far(),
            )

    def _call_done(self, choice: ChoiceState, index: int) -> Any:
        call = choice.call(index)
        done = FunctionToolCallArgumentsDoneEvent._of(
            {
                "type": "tool_calls.function.arguments.done",
                "index": index,
                "name": call.name,
                "arguments": call.arguments_so_far()(),
            }
        )
        done.parsed_arguments = arguments_of(self._tools.get(done.name), done)
        return done

    def _done_events(self, choice: ChoiceState, reason: str) -> Iterator[Any]:
        content, refusal = choice.text("content"), choice.text("refusal")
        if content:
            parsed = None if reason == "length" else instance_of(self._kind, content)
            yield ContentDoneEvent._of(
                {"type": "content.done", "content": content, "parsed": parsed}
            )
        if refusal:
            yield RefusalDoneEvent._of({"type": "refusal.done", "refusal": refusal})
        if choice.open_call is not None:
            yield self._call_done(choice, choice.open_call)
        logprobs = choice.logprobs_so_far()()
        if logprobs:
            yield LogprobsContentDoneEvent._of(
                {"type": "logprobs.content.done", "content": logprobs}
            )


class _Sum:
    """The completion that chunks are merged into."""

    def __init__(self) -> None:
        self._choices: dict[int, ChoiceState] = {}
        self._top: dict[str, Any] = {}

    def add(self, chunk: ChatCompletionChunk) -> None:
        """Merge a chunk into the completion."""
        for name, value in chunk.__dict__.items():
            if name not in ("choices", "object") and (value is not None or name not in self._top):
                self._top[name] = value
        for part in chunk.choices:
            self.choice(part.index).add(part)

    def choice(self, index: int) -> ChoiceState:
        """Return the choice with this index."""
        return self._choices.setdefault(index, ChoiceState(index))

    def as_json(self) -> dict[str, Any]:
        """Return the part of the completion that has been received, as JSON."""
        choices = [choice.as_json() for _, choice in sorted(self._choices.items())]
        return {**self._top, "object": "chat.completion", "choices": choices}
