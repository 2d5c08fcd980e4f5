"""Events of the items of a response and their parts."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from .response_event import ResponseEvent
from .response_items import (
    ResponseOutputItem,
    ResponseOutputRefusal,
    ResponseOutputText,
    ResponseReasoningSummary,
    ResponseReasoningText,
)

ContentPart: TypeAlias = ResponseOutputText | ResponseOutputRefusal | ResponseReasoningText


class ResponseOutputItemAddedEvent(ResponseEvent):
    """An item has begun."""

    item: ResponseOutputItem
    output_index: int
    type: Literal["response.output_item.added"]


class ResponseOutputItemDoneEvent(ResponseEvent):
    """An item is complete."""

    item: ResponseOutputItem
    output_index: int
    type: Literal["response.output_item.done"]


class ResponseContentPartAddedEvent(ResponseEvent):
    """A part of an item has begun."""

    content_index: int
    item_id: str
    output_index: int
    part: ContentPart
    type: Literal["response.content_part.added"]


class ResponseContentPartDoneEvent(ResponseEvent):
    """A part of an item is complete."""

    content_index: int
    item_id: str
    output_index: int
    part: ContentPart
    type: Literal["response.content_part.done"]


class ResponseTextDeltaEvent(ResponseEvent):
    """A part of the text."""

    content_index: int
    delta: str
    item_id: str
    logprobs: list[Any]
    output_index: int
    type: Literal["response.output_text.delta"]


class ResponseTextDoneEvent(ResponseEvent):
    """The whole text of a part."""

    content_index: int
    item_id: str
    logprobs: list[Any]
    output_index: int
    text: str
    type: Literal["response.output_text.done"]


class ResponseOutputTextAnnotationAddedEvent(ResponseEvent):
    """An annotation of the text."""

    annotation: object
    annotation_index: int
    content_index: int
    item_id: str
    output_index: int
    type: Literal["response.output_text.annotation.added"]


class ResponseRefusalDeltaEvent(ResponseEvent):
    """A part of a refusal."""

    content_index: int
    delta: str
    item_id: str
    output_index: int
    type: Literal["response.refusal.delta"]


class ResponseRefusalDoneEvent(ResponseEvent):
    """A whole refusal."""

    content_index: int
    item_id: str
    output_index: int
    refusal: str
    type: Literal["response.refusal.done"]


class ResponseReasoningTextDeltaEvent(ResponseEvent):
    """A part of the reasoning text."""

    content_index: int
    delta: str
    item_id: str
    output_index: int
    type: Literal["response.reasoning_text.delta"]


class ResponseReasoningTextDoneEvent(ResponseEvent):
    """The whole reasoning text of a part."""

    content_index: int
    item_id: str
    output_index: int
    text: str
    type: Literal["response.reasoning_text.done"]


class ResponseReasoningPartAddedEvent(ResponseEvent):
    """A part of the reasoning has begun; only vLLM sends this event."""

    content_index: int
    item_id: str
    output_index: int
    part: ResponseReasoningText
    type: Literal["response.reasoning_part.added"]


class ResponseReasoningPartDoneEvent(ResponseEvent):
    """A part of the reasoning is complete; only vLLM sends this event."""

    content_index: int
    item_id: str
    output_index: int
    part: ResponseReasoningText
    type: Literal["response.reasoning_part.done"]


class ResponseReasoningSummaryTextDeltaEvent(ResponseEvent):
    """A part of the text of a summary of the reasoning."""

    delta: str
    item_id: str
    output_index: int
    summary_index: int
    type: Literal["response.reasoning_summary_text.delta"]


class ResponseReasoningSummaryTextDoneEvent(ResponseEvent):
    """A whole summary of the reasoning."""

    item_id: str
    output_index: int
    summary_index: int
    text: str
    type: Literal["response.reasoning_summary_text.done"]


class ResponseReasoningSummaryPartAddedEvent(ResponseEvent):
    """A part of a summary of the reasoning has begun."""

    item_id: str
    output_index: int
    part: ResponseReasoningSummary
    summary_index: int
    type: Literal["response.reasoning_summary_part.added"]


class ResponseReasoningSummaryPartDoneEvent(ResponseEvent):
    """A part of a summary of the reasoning is complete."""

    item_id: str
    output_index: int
    part: ResponseReasoningSummary
    summary_index: int
    type: Literal["response.reasoning_summary_part.done"]


class ResponseFunctionCallArgumentsDeltaEvent(ResponseEvent):
    """A part of the arguments of a function call."""

    delta: str
    item_id: str
    output_index: int
    type: Literal["response.function_call_arguments.delta"]


class ResponseFunctionCallArgumentsDoneEvent(ResponseEvent):
    """The whole arguments of a function call."""

    arguments: str
    item_id: str
    name: str
    output_index: int
    type: Literal["response.function_call_arguments.done"]


class ResponseCustomToolCallInputDeltaEvent(ResponseEvent):
    """A part of the input of a custom tool call."""

    delta: str
    item_id: str
    output_index: int
    type: Literal["response.custom_tool_call_input.delta"]


class ResponseCustomToolCallInputDoneEvent(ResponseEvent):
    """The whole input of a custom tool call."""

    input: str
    item_id: str
    output_index: int
    type: Literal["response.custom_tool_call_input.done"]
