"""The options of generation from token ids to token ids, as typed keywords.

They are the body fields of vLLM 0.33's /inference/v1/generate. An option that is not given is not
sent; "Default" says what vLLM does then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict

from ..common.options import (
    CacheSalt,
    ModelOption,
    Priority,
    StreamCallOptions,
    Streaming,
    Strings,
    Transfer,
)
from ..common.sampling import EndOfText, GenerationLimits, Seed, StopInOutput, Watermarking
from ..common.shown_keywords import shows_keys
from ..common.structured_outputs import StructuredOutputsOption
from ..common.tools import ToolChoice, ToolParam


@shows_keys
class SamplingParams(
    Seed,
    Watermarking,
    EndOfText,
    StopInOutput,
    GenerationLimits,
    StructuredOutputsOption,
    total=False,
):
    """How tokens are sampled: vLLM's SamplingParams. The model's own defaults have no effect."""

    n: int
    """Number of answers. Default: 1."""
    presence_penalty: float
    """Penalty for tokens that appear in the answer. Range: -2 to 2. Default: 0."""
    frequency_penalty: float
    """Penalty for tokens by how often they appear in the answer. Range: -2 to 2. Default: 0."""
    repetition_penalty: float
    """Above 1 discourages tokens of prompt and answer, below 1 encourages them. Range: above 0.
    Default: 1."""
    temperature: float
    """Randomness of the sampling; 0 always picks the most probable token. Range: 0 to 2. Default:
    1."""
    top_p: float
    """Sample from the most probable tokens up to this total probability. Range: above 0, up to 1.
    Default: 1."""
    top_k: int
    """Sample from this many of the most probable tokens; 0 or -1 means all. Range: -1 or more.
    Default: 0."""
    min_p: float
    """Drop tokens below this share of the top token's probability. Range: 0 to 1. Default: 0."""
    stop: str | Strings | None
    """Strings that end the answer, in any number; they are not part of it. Default: none."""
    max_tokens: int | None
    """Max tokens to generate. Default: the rest of the context length."""
    logprobs: int | None
    """Number of alternatives to report per token, -1 for all. Default: no log probabilities."""
    prompt_logprobs: int | None
    """Number of alternatives to report per prompt token, -1 for all. Default: none."""
    prompt_logprob_token_ids: Sequence[Sequence[int]] | None
    """Token ids whose log probabilities are reported for the prompt: a list of ids for each prompt
    token after the first. Not for streams. Default: none."""
    prompt_logprob_start: int | None
    """Number of prompt tokens that `prompt_logprob_token_ids` skips. Its first list is for the
    prompt token at index `prompt_logprob_start` + 1. Default: none are skipped."""
    logprob_token_ids: Sequence[int] | None
    """Token ids to report log probabilities of. Default: the most probable tokens."""
    detokenize: bool
    """Whether the engine converts token ids to text. Stop strings and output_mode="text" need it.
    Default: True."""
    logit_bias: Mapping[str, float] | None
    """Numbers of any size to add to logits, by token id as a string. Default: none."""
    extra_args: Mapping[str, Any] | None
    """Arguments for extensions of the server. Default: none."""
    skip_reading_prefix_cache: bool | None
    """Whether the prompt is computed without the prefix cache. Default: only with
    `prompt_logprobs` or `prompt_logprob_token_ids`."""
    trace_decode_token_ids: Sequence[int] | None
    """Token ids to generate instead of sampling; for debugging. Default: none."""


WITHDRAWN_SAMPLING_PARAMS = {
    "flat_logprobs": "it only changes how the engine stores log probabilities",
}
"""Fields of SamplingParams that are not accepted, with the reason."""

# The engine overwrites or ignores these fields, so they are not offered as options. They are
# accepted because `sampling_params` of a response of /render, which is sent on unchanged, contains
# them (vLLM 0.32: output_kind and skip_clone always, output_text_buffer_length with stop strings).
SET_BY_ENGINE = frozenset({"output_kind", "skip_clone", "output_text_buffer_length"})


class PlaceholderParam(TypedDict):
    """The position in `token_ids` of an image or other media item."""

    offset: int
    """The position of its first token, from 0. Range: 0 or more."""
    length: int
    """Number of its tokens. Range: above 0."""


@shows_keys
class FeaturesParam(TypedDict, total=False):
    """Images and other media items, as /render returns them.

    Each key has a dict from the modality, such as "image", to a list with a value for each item.
    """

    mm_hashes: Required[Mapping[str, Sequence[str]]]
    """A hash of each item, which is its key in the server's cache."""
    mm_placeholders: Required[Mapping[str, Sequence[PlaceholderParam]]]
    """The position of each item in `token_ids`."""
    kwargs_data: Mapping[str, Sequence[str | None]] | None
    """The tensors of each item in base64; None for an item in the server's cache."""
    mm_metadata: Mapping[str, Sequence[str | None]] | None
    """Metadata of each item in base64, which replaces the tensors; needs `ec_transfer_params`."""


class ReasoningParserKwargs(TypedDict, total=False):
    """Arguments of the engine's reasoning parser."""

    chat_template_kwargs: Mapping[str, Any]
    """The variables of the chat template that the prompt was rendered with."""


class ParseContext(TypedDict, total=False):
    """How to parse the text of an answer into a message with reasoning and tool calls."""

    tools: Sequence[ToolParam] | None
    """The functions that the model may call. Default: none."""
    tool_choice: ToolChoice | None
    """Whether the model may ("auto"), must ("required") or must not ("none") call functions, or the
    function that it must call. Default: "none"."""
    parallel_tool_calls: bool | None
    """Whether an answer may contain several calls. Default: True."""
    include_reasoning: bool
    """Whether the message contains the reasoning. Default: True."""
    chat_template_kwargs: Mapping[str, Any]
    """The variables of the chat template that the prompt was rendered with."""
    history_tool_call_cnt: int
    """Number of tool calls in the conversation so far, for servers that give calls consecutive ids.
    Range: 0 or more. Default: 0."""


class GenerateOptions(ModelOption, Streaming, CacheSalt, Priority, Transfer, total=False):
    """The options of `client.inference.generate`, except token_ids, sampling_params and stream."""

    request_id: str
    """The suffix of the response's `request_id`. Default: the X-Request-Id header, else a random
    one."""
    token_offsets: Sequence[tuple[int, int]] | None
    """The position of each token in the text, as returned by /render; the engine ignores it."""
    features: FeaturesParam | None
    """Images and other media items, as returned by /render. Default: none."""
    content_parts: Sequence[Mapping[str, Any]] | None
    """Images and other media items by URL, instead of `features`: {"type": "image_url", "url": …}.
    """
    reasoning_ended: bool | None
    """Whether the reasoning has ended within the prompt, as returned by /render. Default: the
    engine parses the prompt to find out."""
    reasoning_parser_kwargs: ReasoningParserKwargs | None
    """Arguments of the reasoning parser, as returned by /render. Default: none."""
    return_token_ids: bool | None
    """Whether the response contains the prompt's token ids and placeholders. Default: False."""
    output_mode: Literal["tokens", "text", "derender"]
    """The content of the answer. "tokens": only token ids. "text": also the text of the answer
    and of the tokens in log probabilities. "derender": a message as in a chat, instead of token ids
    (vLLM 0.33 and later, not in streams). Default: "tokens"."""
    parse_context: ParseContext | None
    """How to parse the answer into a message, as returned by /render. Only for
    output_mode="derender"."""


class GenerateKeywords(GenerateOptions, StreamCallOptions, total=False):
    """Every keyword of `inference.generate`, except token_ids, sampling_params and stream."""
