"""A piece of a chat answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..._models import BaseModel
from ..completion_usage import CompletionUsage
from .chat_completion import FinishReason
from .chat_completion_token_logprob import ChatCompletionTokenLogprob
from .with_reasoning import WithReasoning


class ChoiceDeltaFunctionCall(BaseModel):
    """A piece of a call, as it was before there were tools."""

    arguments: str | None = None
    name: str | None = None


class ChoiceDeltaToolCallFunction(BaseModel):
    """A piece of a call: the name comes once, the arguments in parts."""

    arguments: str | None = None
    name: str | None = None


class ChoiceDeltaToolCall(BaseModel):
    """A piece of the call with this index."""

    index: int
    id: str | None = None
    function: ChoiceDeltaToolCallFunction | None = None
    type: Literal["function"] | None = None


class ChoiceDelta(WithReasoning):
    """What a chunk adds to a message. `reasoning` is there where the server sent it."""

    audio: Any = None
    content: str | None = None
    function_call: ChoiceDeltaFunctionCall | None = None
    refusal: str | None = None
    role: Literal["developer", "system", "user", "assistant", "tool"] | None = None
    tool_calls: list[ChoiceDeltaToolCall] | None = None


class ChoiceLogprobs(BaseModel):
    """Log probabilities of the chunk's tokens."""

    content: list[ChatCompletionTokenLogprob] | None = None
    refusal: list[ChatCompletionTokenLogprob] | None = None


class Choice(BaseModel):
    """A chunk's part for one choice."""

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
