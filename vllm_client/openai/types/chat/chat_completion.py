"""Chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..._models import BaseModel
from ..completion_usage import CompletionUsage
from .chat_completion_message import ChatCompletionMessage
from .chat_completion_token_logprob import ChatCompletionTokenLogprob

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "function_call"]


class ChoiceLogprobs(BaseModel):
    """Log probabilities, a row for each generated token."""

    content: list[ChatCompletionTokenLogprob] | None = None
    refusal: list[ChatCompletionTokenLogprob] | None = None


class Choice(BaseModel):
    """One of the `n` answers. `stop_reason` is the stop string or token that ended it."""

    finish_reason: FinishReason
    index: int
    logprobs: ChoiceLogprobs | None = None
    message: ChatCompletionMessage

    if TYPE_CHECKING:
        stop_reason: int | str | None
        token_ids: list[int] | None


class ChatCompletion(BaseModel):
    """The answer of POST /v1/chat/completions, with the additional fields of vLLM."""

    id: str
    choices: list[Choice]
    created: int
    model: str
    object: Literal["chat.completion"]
    metadata: dict[str, str] | None = None
    moderation: Any = None
    service_tier: str | None = None
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None

    if TYPE_CHECKING:
        prompt_logprobs: list[dict[str, Any] | None] | None
        prompt_token_ids: list[int] | None
        kv_transfer_params: dict[str, Any] | None
