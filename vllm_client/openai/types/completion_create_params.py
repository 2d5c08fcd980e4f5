"""The keywords of `completions.create`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from ... import CompletionOptions
from .._types import CallOptions, Maybe
from .chat.chat_completion_tool_param import ChatCompletionStreamOptionsParam

Prompt: TypeAlias = str | Sequence[str] | Iterable[int] | Iterable[Iterable[int]]


class CompletionKeywords(CallOptions, total=False):
    """The keywords of `create`, without `model`, `prompt` and `stream`."""

    best_of: Maybe[int]
    echo: Maybe[bool]
    frequency_penalty: Maybe[float]
    logit_bias: Maybe[Mapping[str, int]]
    logprobs: Maybe[int]
    max_tokens: Maybe[int]
    n: Maybe[int]
    presence_penalty: Maybe[float]
    seed: Maybe[int]
    stop: Maybe[str | Sequence[str]]
    stream_options: Maybe[ChatCompletionStreamOptionsParam]
    suffix: Maybe[str]
    temperature: Maybe[float]
    top_p: Maybe[float]
    user: Maybe[str]


class CompletionCreateParamsNonStreaming(CompletionKeywords, total=False):
    """All keywords of a call without a stream."""

    model: str
    prompt: Prompt
    stream: Literal[False] | None


class CompletionCreateParamsStreaming(CompletionKeywords, total=False):
    """All keywords of a streamed call."""

    model: str
    prompt: Prompt
    stream: Literal[True]


CompletionCreateParams: TypeAlias = (
    CompletionCreateParamsNonStreaming | CompletionCreateParamsStreaming
)

IGNORED = (
    frozenset(CompletionKeywords.__annotations__)
    - frozenset(CompletionOptions.__annotations__)
    - frozenset(CallOptions.__annotations__)
)
"""The keywords that vLLM ignores."""
