"""Keywords of `responses.create` and similar methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

from .... import ResponsesOptions
from ..._models import BaseModel
from ..._types import CallOptions, Maybe
from ..shared_params import Metadata, Reasoning

ResponseInputItemParam: TypeAlias = Mapping[str, Any]
# May contain the item objects of earlier responses.
ResponseInputParam: TypeAlias = Sequence[Mapping[str, Any] | BaseModel]


class FunctionToolParam(TypedDict):
    """A function that the model may call."""

    name: str
    parameters: dict[str, object] | None
    type: Literal["function"]
    description: NotRequired[str | None]
    strict: NotRequired[bool | None]


ToolParam: TypeAlias = FunctionToolParam | Mapping[str, Any]


class ResponseTextConfigParam(TypedDict, total=False):
    """The format of the text."""

    format: Mapping[str, Any]
    verbosity: Literal["low", "medium", "high"] | None


class ResponseKeywords(CallOptions, total=False):
    """The keywords of `create`, without `stream`."""

    background: Maybe[bool]
    context_management: Maybe[Iterable[Mapping[str, Any]]]
    conversation: Maybe[str | Mapping[str, Any]]
    include: Maybe[Sequence[str]]
    input: Maybe[str | ResponseInputParam]
    instructions: Maybe[str]
    max_output_tokens: Maybe[int]
    max_tool_calls: Maybe[int]
    metadata: Maybe[Metadata]
    model: Maybe[str]
    moderation: Maybe[Mapping[str, Any]]
    parallel_tool_calls: Maybe[bool]
    previous_response_id: Maybe[str]
    prompt: Maybe[Mapping[str, Any]]
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


IGNORED = (
    frozenset(ResponseKeywords.__annotations__)
    - frozenset(ResponsesOptions.__annotations__)
    - frozenset(CallOptions.__annotations__)
    - {"input"}
)
"""The keywords that vLLM ignores."""
