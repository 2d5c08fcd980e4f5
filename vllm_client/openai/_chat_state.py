"""A chat stream as openai's events, and the answer that they add up to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._parsing import arguments_of, instance_of, parsed_chat, tools_by_name
from .lib.streaming.chat import (
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
from .types.chat import ChatCompletion, ChatCompletionChunk, ParsedChatCompletion


class ChatState:
    """The part of a chat stream that has arrived."""

    def __init__(self, kind: Any, tools: Any) -> None:
        self._kind = kind
        self._input_tools = tools
        self._tools = tools_by_name(tools)
        self._choices: dict[int, _ChoiceState] = {}
        self._top: dict[str, Any] = {}

    def receive(self, chunk: ChatCompletionChunk) -> list[Any]:
        """The events that a chunk makes."""
        self._add_top(chunk)
        for part in chunk.choices:
            self._choice(part.index).add(part)
        events: list[Any] = [
            ChunkEvent._of({"type": "chunk", "chunk": chunk, "snapshot": self.snapshot()})
        ]
        for part in chunk.choices:
            events += self._choice(part.index).events(part, self._kind, self._tools)
        return events

    def snapshot(self) -> ParsedChatCompletion[Any]:
        """The answer as far as it has arrived."""
        choices = [choice.as_json() for _, choice in sorted(self._choices.items())]
        return ParsedChatCompletion._of({**self._top, "choices": choices})

    def final(self) -> ParsedChatCompletion[Any]:
        """The whole answer. Raises the errors of `parse`."""
        whole = self.snapshot()
        return parsed_chat(self._kind, self._input_tools, ChatCompletion._of(whole.to_dict()))

    def _choice(self, index: int) -> _ChoiceState:
        return self._choices.setdefault(index, _ChoiceState(index))

    def _add_top(self, chunk: ChatCompletionChunk) -> None:
        for name, value in chunk.__dict__.items():
            if name not in ("choices", "object") and (value is not None or name not in self._top):
                self._top[name] = value
        self._top["object"] = "chat.completion"


class _ChoiceState:
    """The part of one choice that has arrived."""

    def __init__(self, index: int) -> None:
        self._index = index
        self._message: dict[str, Any] = {"role": "assistant", "content": None}
        self._fields: dict[str, Any] = {"finish_reason": None}
        self._calls: dict[int, dict[str, Any]] = {}
        self._logprobs: list[Any] = []
        self._open_call: int | None = None
        self._is_done = False

    def add(self, part: Any) -> None:
        """Add the part of a chunk."""
        for name, value in part.__dict__.items():
            if name not in ("delta", "logprobs", "index") and value is not None:
                self._fields[name] = value
        if part.logprobs and part.logprobs.content:
            self._logprobs += part.logprobs.content
        for name, value in part.delta.__dict__.items():
            if name == "tool_calls":
                for call in value or ():
                    self._add_call(call)
            elif isinstance(value, str) and name != "role":
                self._message[name] = (self._message.get(name) or "") + value
            elif value is not None:
                self._message[name] = value

    def _add_call(self, piece: Any) -> None:
        call = self._calls.setdefault(
            piece.index, {"id": None, "type": "function", "function": {"name": "", "arguments": ""}}
        )
        call["id"] = call["id"] or piece.id
        if piece.function:
            call["function"]["name"] = call["function"]["name"] or piece.function.name or ""
            call["function"]["arguments"] += piece.function.arguments or ""

    def as_json(self) -> dict[str, Any]:
        """The choice as far as it has arrived."""
        message = dict(self._message)
        if self._calls:
            calls = [call for _, call in sorted(self._calls.items())]
            message["tool_calls"] = [{**c, "function": dict(c["function"])} for c in calls]
        logprobs = {"content": list(self._logprobs), "refusal": None} if self._logprobs else None
        return {**self._fields, "index": self._index, "message": message, "logprobs": logprobs}

    def events(self, part: Any, kind: Any, tools: dict[str, Any]) -> Iterator[Any]:
        """The events of a part that was added."""
        delta, message = part.delta, self._message
        if delta.content is not None:
            yield ContentDeltaEvent._of(
                {"type": "content.delta", "delta": delta.content, "snapshot": message["content"]}
            )
        if delta.refusal:
            yield RefusalDeltaEvent._of(
                {"type": "refusal.delta", "delta": delta.refusal, "snapshot": message["refusal"]}
            )
        for piece in delta.tool_calls or ():
            yield from self._call_events(piece, tools)
        if part.logprobs and part.logprobs.content:
            yield LogprobsContentDeltaEvent._of(
                {
                    "type": "logprobs.content.delta",
                    "content": part.logprobs.content,
                    "snapshot": list(self._logprobs),
                }
            )
        if part.finish_reason and not self._is_done:
            self._is_done = True
            yield from self._done_events(kind, tools, part.finish_reason)

    def _call_events(self, piece: Any, tools: dict[str, Any]) -> Iterator[Any]:
        if self._open_call is not None and self._open_call != piece.index:
            yield self._call_done(self._open_call, tools)
        self._open_call = piece.index
        if piece.function and piece.function.arguments:
            function = self._calls[piece.index]["function"]
            yield FunctionToolCallArgumentsDeltaEvent._of(
                {
                    "type": "tool_calls.function.arguments.delta",
                    "name": function["name"],
                    "index": piece.index,
                    "arguments": function["arguments"],
                    "parsed_arguments": None,
                    "arguments_delta": piece.function.arguments,
                }
            )

    def _call_done(self, index: int, tools: dict[str, Any]) -> Any:
        function = self._calls[index]["function"]
        done = FunctionToolCallArgumentsDoneEvent._of(
            {"type": "tool_calls.function.arguments.done", "index": index, **function}
        )
        done.parsed_arguments = arguments_of(tools.get(done.name), done)
        return done

    def _done_events(self, kind: Any, tools: dict[str, Any], reason: str) -> Iterator[Any]:
        message = self._message
        if message["content"]:
            parsed = None if reason == "length" else instance_of(kind, message["content"])
            yield ContentDoneEvent._of(
                {"type": "content.done", "content": message["content"], "parsed": parsed}
            )
        if message.get("refusal"):
            yield RefusalDoneEvent._of({"type": "refusal.done", "refusal": message["refusal"]})
        if self._open_call is not None:
            yield self._call_done(self._open_call, tools)
        if self._logprobs:
            yield LogprobsContentDoneEvent._of(
                {"type": "logprobs.content.done", "content": list(self._logprobs)}
            )
