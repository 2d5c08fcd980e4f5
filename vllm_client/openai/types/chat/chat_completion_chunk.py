"""A chunk of a streamed chat completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..._models import BaseModel
from ..completion_usage import CompletionUsage
from .chat_completion import FinishReason
from .chat_completion_token_logprob import ChatCompletionTokenLogprob
from .with_reasoning import WithReasoning


class ChoiceDeltaFunctionCall(BaseModel):
    """A part of a function call in the format that preceded tool calls."""

    arguments: str | None = None
    name: str | None = None


class ChoiceDeltaToolCallFunction(BaseModel):
    """A part of a tool call: the name is sent once, the arguments in parts."""

    arguments: str | None = None
    name: str | None = None


class ChoiceDeltaToolCall(BaseModel):
    """A part of the tool call with this index."""

    index: int
    id: str | None = None
    function: ChoiceDeltaToolCallFunction | None = None
    type: Literal["function"] | None = None


class ChoiceDelta(WithReasoning):
    """The part of a message in a chunk. `reasoning` exists only if the server sent it."""

    audio: Any = None
    content: str | None = None
    function_call: ChoiceDeltaFunctionCall | None = None
    refusal: str | None = None
    role: Literal["developer", "system", "user", "assistant", "tool"] | None = None
    tool_calls: list[ChoiceDeltaToolCall] | None = None


class ChoiceLogprobs(BaseModel):
    """Log probabilities of the tokens in a chunk."""

    content: list[ChatCompletionTokenLogprob] | None = None
    refusal: list[ChatCompletionTokenLogprob] | None = None


class Choice(BaseModel):
    """The part of a chunk for one choice."""

    delta: ChoiceDelta
    index: int
    finish_reason: FinishReason | None = None
    logprobs: ChoiceLogprobs | None = None

    if TYPE_CHECKING:
        stop_reason: int | str | None
        token_ids: list[int] | None


class ChatCompletionChunk(BaseModel):
    """One event of a chat stream, as the server sent it."""

    id: str
    choices: list[Choice]
    created: int
    model: str
    object: Literal["chat.completion.chunk"]
    moderation: Any = None
    obfuscation: str | None = None
    service_tier: str | None = None
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None
