"""Type-checked, never run: a `match` over the events of a stream is proved exhaustive."""

from typing import assert_never, assert_type

from vllm_client import AnyStreamEvent, FunctionCall, StreamError, StreamEvent, ToolCall, Usage
from vllm_client.codec.finish_reason import FinishReason


def every_case(event: AnyStreamEvent) -> str:
    match event:
        case StreamEvent.Reasoning(delta, index):
            assert_type(delta, str)
            assert_type(index, int | None)
            return delta
        case StreamEvent.Content(delta):
            assert_type(delta, str)
            return delta
        case StreamEvent.ToolCallDelta(tool_call_id, delta):
            assert_type(tool_call_id, str)
            return tool_call_id + delta
        case StreamEvent.ToolCallComplete(tool_call):
            assert_type(tool_call, ToolCall)
            assert_type(tool_call.function, FunctionCall)
            return tool_call.function.arguments
        case StreamEvent.Usage(usage):
            assert_type(usage, Usage)
            return str(usage.prompt_tokens)
        case StreamEvent.Done():
            assert_type(event.finish_reason, FinishReason | None)
            assert_type(event.finish_reasons, dict[int, FinishReason])
            return event.finish_reason or ""
        case StreamEvent.Error(error):
            assert_type(error, StreamError)
            return str(error)
        case _:
            assert_never(event)


def by_keyword(event: AnyStreamEvent) -> str | None:
    match event:
        case StreamEvent.Content(delta=delta, index=0):
            return delta
        case StreamEvent.ToolCallDelta(name=str(name), tool_index=1):
            return name
        case _:
            return None


def by_instance(event: AnyStreamEvent) -> str:
    base: StreamEvent = event
    if isinstance(event, StreamEvent.Content | StreamEvent.Reasoning):
        return event.delta
    return repr(base)


def as_annotation(event: StreamEvent.Content) -> str:
    return event.delta


MADE: list[StreamEvent] = [StreamEvent.Content("a"), StreamEvent.Done("stop")]
REASONS: list[FinishReason] = ["stop", "content_filter"]
