"""The events of `client.chat.completions.stream`."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeAlias, TypeVar

from ._growing_event import GrowingEvent
from ._models import BaseModel
from .types.chat import (
    ChatCompletionChunk,
    ChatCompletionTokenLogprob,
    ParsedChatCompletion,
)

T = TypeVar("T")


class ChunkEvent(GrowingEvent):
    """A chunk, as the server sent it. `snapshot` is the completion received so far."""

    type: Literal["chunk"]
    chunk: ChatCompletionChunk
    snapshot: ParsedChatCompletion[Any]


class ContentDeltaEvent(GrowingEvent):
    """A part of the text of a choice. `snapshot` is the text received so far."""

    type: Literal["content.delta"]
    delta: str
    snapshot: str
    parsed: object | None = None


class ContentDoneEvent(BaseModel, Generic[T]):
    """The whole text of a choice. `parsed` is its instance of the response class, if any."""

    type: Literal["content.done"]
    content: str
    parsed: T | None = None


class RefusalDeltaEvent(GrowingEvent):
    """A part of a refusal. `snapshot` is the refusal received so far."""

    type: Literal["refusal.delta"]
    delta: str
    snapshot: str


class RefusalDoneEvent(BaseModel):
    """A whole refusal."""

    type: Literal["refusal.done"]
    refusal: str


class FunctionToolCallArgumentsDeltaEvent(GrowingEvent):
    """A part of the arguments of a tool call. `arguments` is the JSON text received so far."""

    type: Literal["tool_calls.function.arguments.delta"]
    name: str
    index: int
    arguments: str
    parsed_arguments: object
    arguments_delta: str


class FunctionToolCallArgumentsDoneEvent(BaseModel):
    """The whole arguments of a tool call."""

    type: Literal["tool_calls.function.arguments.done"]
    name: str
    index: int
    arguments: str
    parsed_arguments: object


class LogprobsContentDeltaEvent(GrowingEvent):
    """Log probabilities of new tokens. `snapshot` has those of all tokens so far."""

    type: Literal["logprobs.content.delta"]
    content: list[ChatCompletionTokenLogprob]
    snapshot: list[ChatCompletionTokenLogprob]


class LogprobsContentDoneEvent(BaseModel):
    """The log probabilities of all tokens of a choice."""

    type: Literal["logprobs.content.done"]
    content: list[ChatCompletionTokenLogprob]


class LogprobsRefusalDeltaEvent(BaseModel):
    """Log probabilities of the tokens of a refusal, which vLLM does not send."""

    type: Literal["logprobs.refusal.delta"]
    refusal: list[ChatCompletionTokenLogprob]
    snapshot: list[ChatCompletionTokenLogprob]


class LogprobsRefusalDoneEvent(BaseModel):
    """The log probabilities of all tokens of a refusal, which vLLM does not send."""

    type: Literal["logprobs.refusal.done"]
    refusal: list[ChatCompletionTokenLogprob]


ChatCompletionStreamEvent: TypeAlias = (
    ChunkEvent
    | ContentDeltaEvent
    | ContentDoneEvent[T]
    | RefusalDeltaEvent
    | RefusalDoneEvent
    | FunctionToolCallArgumentsDeltaEvent
    | FunctionToolCallArgumentsDoneEvent
    | LogprobsContentDeltaEvent
    | LogprobsContentDoneEvent
    | LogprobsRefusalDeltaEvent
    | LogprobsRefusalDoneEvent
)
