"""The content of an answer, in any format."""

import json
from collections.abc import Iterable
from typing import Any

import attrs

from vllm_client import AnyStreamEvent, ChatCompletionChunk, ChatCompletionResponse, StreamEvent

Call = tuple[str, Any]


@attrs.frozen
class Answer:
    """The parts of an answer. Texts are stripped, because vLLM's parsers keep newlines there."""

    reasoning: str = attrs.field(converter=str.strip)
    content: str = attrs.field(converter=str.strip)
    calls: tuple[Call, ...] = ()


def said(response: ChatCompletionResponse) -> Answer:
    calls = [
        _call(call.function.name, call.function.arguments) for call in response.tool_calls or ()
    ]
    return Answer(response.reasoning or "", response.content or "", tuple(calls))


def said_by_events(events: Iterable[AnyStreamEvent]) -> Answer:
    reasoning, content, calls = [], [], []
    for event in events:
        match event:
            case StreamEvent.Reasoning(delta):
                reasoning.append(delta)
            case StreamEvent.Content(delta):
                content.append(delta)
            case StreamEvent.ToolCallComplete(call):
                calls.append(_call(call.function.name, call.function.arguments))
    return Answer("".join(reasoning), "".join(content), tuple(calls))


def said_by_chunks(chunks: Iterable[ChatCompletionChunk]) -> Answer:
    """Fold chunks by hand, as users of openai-python do."""
    reasoning, content = "", ""
    calls: dict[int, list[str]] = {}
    for chunk in chunks:
        for choice in chunk.choices:
            reasoning += choice.delta.reasoning or ""
            content += choice.delta.content or ""
            for piece in choice.delta.tool_calls or ():
                call = calls.setdefault(piece.index, ["", ""])
                call[0] = piece.function.name or call[0]
                call[1] += piece.function.arguments or ""
    return Answer(reasoning, content, tuple(_call(*call) for call in calls.values()))


def _call(name: str, arguments: str) -> Call:
    return name, json.loads(arguments or "{}")  # vLLM 0.15 streams none if there are none
