"""Keywords of `responses.create` and similar methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from .... import ResponsesOptions
from ..._types import CallOptions, Maybe
from ..shared_params import Metadata, Reasoning
from .input_params import ResponseInputParam
from .tool_params import ResponsePromptParam, ResponseTextConfigParam, ToolParam

ResponseIncludable: TypeAlias = str


class ResponseKeywords(CallOptions, total=False):
    """The keywords of `create`, without `stream`."""

    background: Maybe[bool]
    context_management: Maybe[Iterable[Mapping[str, Any]]]
    conversation: Maybe[str | Mapping[str, Any]]
    include: Maybe[Sequence[ResponseIncludable]]
    input: Maybe[str | ResponseInputParam]
    instructions: Maybe[str]
    max_output_tokens: Maybe[int]
    max_tool_calls: Maybe[int]
    metadata: Maybe[Metadata]
    model: Maybe[str]
    moderation: Maybe[Mapping[str, Any]]
    parallel_tool_calls: Maybe[bool]
    previous_response_id: Maybe[str]
    prompt: Maybe[ResponsePromptParam]
    prompt_cache_key: Maybe[str]
    prompt_cache_options: Maybe[Mapping[str, Any]]
    prompt_cache_retention: Maybe[Literal["in_memory", "24h"]]
    reasoning: Maybe[Reasoning | Mapping[str, Any]]
    safety_identifier: Maybe[str]
    service_tier: Maybe[str]
    store: Maybe[bool]
    stream_options: Maybe[Mapping[str, Any]]
    temperature: Maybe[float]
    text: Maybe[ResponseTextConfigParam | Mapping[str, Any]]
    tool_choice: Maybe[str | Mapping[str, Any]]
    tools: Maybe[Iterable[ToolParam]]
    top_logprobs: Maybe[int]
    top_p: Maybe[float]
    truncation: Maybe[Literal["auto", "disabled"]]
    user: Maybe[str]
    verbosity: Maybe[Literal["low", "medium", "high"]]


class ResponseCreateParamsNonStreaming(ResponseKeywords, total=False):
    """The keywords of `create` for a response that is not streamed."""

    stream: Literal[False] | None


class ResponseCreateParamsStreaming(ResponseKeywords):
    """The keywords of `create` for a stream."""

    stream: Literal[True]


ResponseCreateParams: TypeAlias = ResponseCreateParamsNonStreaming | ResponseCreateParamsStreaming

IGNORED = (
    frozenset(ResponseKeywords.__annotations__)
    - frozenset(ResponsesOptions.__annotations__)
    - frozenset(CallOptions.__annotations__)
    - {"input"}
)
"""The keywords that vLLM ignores."""
