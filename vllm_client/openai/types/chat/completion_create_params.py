"""Keywords of `chat.completions.create` and similar methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from .... import ChatOptions
from ..._models import BaseModel
from ..._types import CallOptions, Maybe
from ..shared_params import (
    Metadata,
    ReasoningEffort,
    ResponseFormatJSONObject,
    ResponseFormatJSONSchema,
    ResponseFormatText,
)
from .chat_completion_message_param import ChatCompletionMessageParam
from .chat_completion_tool_param import (
    ChatCompletionStreamOptionsParam,
    ChatCompletionToolChoiceOptionParam,
    ChatCompletionToolUnionParam,
)

ResponseFormat: TypeAlias = ResponseFormatText | ResponseFormatJSONSchema | ResponseFormatJSONObject
# May contain the message objects of earlier answers.
Messages: TypeAlias = Iterable[ChatCompletionMessageParam | BaseModel | Mapping[str, Any]]


class ParseKeywords(CallOptions, total=False):
    """The keywords that `parse` and `stream` share with `create`."""

    audio: Maybe[Mapping[str, Any]]
    frequency_penalty: Maybe[float]
    function_call: Maybe[str | Mapping[str, Any]]
    functions: Maybe[Iterable[Mapping[str, Any]]]
    logit_bias: Maybe[Mapping[str, int]]
    logprobs: Maybe[bool]
    max_completion_tokens: Maybe[int]
    max_tokens: Maybe[int]
    metadata: Maybe[Metadata]
    modalities: Maybe[Sequence[Literal["text", "audio"]]]
    moderation: Maybe[Mapping[str, Any]]
    n: Maybe[int]
    parallel_tool_calls: Maybe[bool]
    prediction: Maybe[Mapping[str, Any]]
    presence_penalty: Maybe[float]
    prompt_cache_key: Maybe[str]
    prompt_cache_options: Maybe[Mapping[str, Any]]
    prompt_cache_retention: Maybe[Literal["in_memory", "24h"]]
    reasoning_effort: Maybe[ReasoningEffort]
    safety_identifier: Maybe[str]
    seed: Maybe[int]
    service_tier: Maybe[Literal["auto", "default", "flex", "scale", "priority", "fast"]]
    stop: Maybe[str | Sequence[str]]
    store: Maybe[bool]
    stream_options: Maybe[ChatCompletionStreamOptionsParam]
    temperature: Maybe[float]
    tool_choice: Maybe[ChatCompletionToolChoiceOptionParam | Mapping[str, Any]]
    tools: Maybe[Iterable[ChatCompletionToolUnionParam | Mapping[str, Any]]]
    top_logprobs: Maybe[int]
    top_p: Maybe[float]
    user: Maybe[str]
    verbosity: Maybe[Literal["low", "medium", "high"]]
    web_search_options: Maybe[Mapping[str, Any]]


class ChatKeywords(ParseKeywords, total=False):
    """The keywords of `create`, without `messages`, `model` and `stream`."""

    response_format: Maybe[ResponseFormat | Mapping[str, Any]]


class CompletionCreateParamsNonStreaming(ChatKeywords, total=False):
    """All keywords of a call without a stream."""

    messages: Messages
    model: str
    stream: Literal[False] | None


class CompletionCreateParamsStreaming(ChatKeywords, total=False):
    """All keywords of a streamed call."""

    messages: Messages
    model: str
    stream: Literal[True]


CompletionCreateParams: TypeAlias = (
    CompletionCreateParamsNonStreaming | CompletionCreateParamsStreaming
)

IGNORED = (
    frozenset(ChatKeywords.__annotations__)
    - frozenset(ChatOptions.__annotations__)
    - frozenset(CallOptions.__annotations__)
)
"""The keywords that vLLM ignores."""
