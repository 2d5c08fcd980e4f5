"""The options of token-in, token-out generation.

They are the body fields of vLLM 0.33's /inference/v1/generate. An option that is not given is not
sent; "Default" says what vLLM does then."""

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
    """How tokens are chosen: vLLM's own SamplingParams. The model's defaults do not apply here."""

    n: int
    """Number of answers. Default: 1."""
    presence_penalty: float
    """Penalize tokens that occur in the answer at all. Range: -2 to 2. Default: 0."""
    frequency_penalty: float
    """Penalize tokens by how often they occur in the answer. Range: -2 to 2. Default: 0."""
    repetition_penalty: float
    """Above 1 discourages tokens of prompt and answer, below 1 encourages them. Range: above 0.
    Default: 1."""
    temperature: float
    """Randomness; 0 picks the likeliest token. Range: 0 to 2. Default: 1."""
    top_p: float
    """Sample from the likeliest tokens up to this total probability. Range: above 0, up to 1.
    Default: 1."""
    top_k: int
    """Sample from this many likeliest tokens; 0 or -1 means all. Range: -1 or more. Default: 0."""
    min_p: float
    """Drop tokens below this share of the top token's probability. Range: 0 to 1. Default: 0."""
    stop: str | Strings | None
    """Stop strings, any number of them; the answer ends before them. Default: none."""
    max_tokens: int | None
    """Max tokens to generate. Default: what the context still holds."""
    logprobs: int | None
    """Number of alternatives to report per token, -1 for all. Default: no log probabilities."""
    prompt_logprobs: int | None
    """Number of alternatives to report per prompt token, -1 for all. Default: none."""
    prompt_logprob_token_ids: Sequence[Sequence[int]] | None
    """For each prompt token, the ids to score in its place; not in streams. Default: none."""
    prompt_logprob_start: int | None
    """The first prompt token to score so. Default: the first."""
    logprob_token_ids: Sequence[int] | None
    """Exact token ids to report log probabilities of. Default: the likeliest."""
    detokenize: bool
    """Whether the engine makes text, which stop strings and output_mode="text" need.
    Default: True."""
    logit_bias: Mapping[str, float] | None
    """Token id, as a string -> bias added to its logit, of any size. Default: none."""
    extra_args: Mapping[str, Any] | None
    """Arguments for the server's own extensions. Default: none."""
    skip_reading_prefix_cache: bool | None
    """Whether the prompt is computed anew. Default: only where `prompt_logprobs` needs it."""
    trace_decode_token_ids: Sequence[int] | None
    """The tokens to generate, instead of sampling; for debugging. Default: none."""


WITHDRAWN_SAMPLING_PARAMS = {
    "flat_logprobs": "it says how the engine keeps log probabilities, and changes no answer",
}
"""Fields of SamplingParams that are refused -> the reason."""

# Nobody needs to set these: the engine overwrites or ignores them. The answer of /render holds them
# (vLLM 0.32: output_kind and skip_clone always, the third with stop strings), and its
# sampling_params are sent as they are, so they pass without being offered.
SET_BY_ENGINE = frozenset({"output_kind", "skip_clone", "output_text_buffer_length"})


class PlaceholderParam(TypedDict):
    """Where in `token_ids` an image or the like stands."""

    offset: int
    """The place of its first token. Range: 0 or more."""
    length: int
    """Number of its tokens. Range: above 0."""


@shows_keys
class FeaturesParam(TypedDict, total=False):
    """Images and the like, as /render gives them. All by modality, in lists of the same length."""

    mm_hashes: Required[Mapping[str, Sequence[str]]]
    """Modality, such as "image" -> a hash of each item, by which the server's cache knows it."""
    mm_placeholders: Required[Mapping[str, Sequence[PlaceholderParam]]]
    """Modality -> where each item stands in `token_ids`."""
    kwargs_data: Mapping[str, Sequence[str | None]] | None
    """Modality -> each item's tensors in base64; None for what the server's cache holds."""
    mm_metadata: Mapping[str, Sequence[str | None]] | None
    """Modality -> what is known of each item without its tensors; needs `ec_transfer_params`."""


class ReasoningParserKwargs(TypedDict, total=False):
    """What the engine's reasoning parser has to know of the prompt."""

    chat_template_kwargs: Mapping[str, Any]
    """The variables that the prompt's template was given."""


class ParseContext(TypedDict, total=False):
    """How to read the text of an answer as a message, with reasoning and calls of tools."""

    tools: Sequence[ToolParam] | None
    """The functions that the model may call. Default: none."""
    tool_choice: ToolChoice | None
    """Whether the model may, must or must not call functions, or which. Default: "none"."""
    parallel_tool_calls: bool | None
    """Whether an answer may hold several calls. Default: True."""
    include_reasoning: bool
    """Whether the message holds the reasoning. Default: True."""
    chat_template_kwargs: Mapping[str, Any]
    """The variables that the prompt's template was given."""
    history_tool_call_cnt: int
    """Number of calls in the conversation so far, for servers that number ids. Range: 0 or more.
    Default: 0."""


class GenerateOptions(ModelOption, Streaming, CacheSalt, Priority, Transfer, total=False):
    """The options of `client.inference.generate`, beside token_ids, sampling_params and stream."""

    request_id: str
    """The end of the answer's `request_id`. Default: the X-Request-Id header, else a random one."""
    token_offsets: Sequence[tuple[int, int]] | None
    """Where each token stands in the text, as /render reports it; the engine ignores it."""
    features: FeaturesParam | None
    """Images and the like that /render has prepared. Default: none."""
    content_parts: Sequence[Mapping[str, Any]] | None
    """Images and the like by URL, in place of `features`: {"type": "image_url", "url": …}."""
    reasoning_ended: bool | None
    """Whether the prompt has ended the reasoning, as /render reports it. Default: looked up."""
    reasoning_parser_kwargs: ReasoningParserKwargs | None
    """What the reasoning parser has to know, as /render reports it. Default: nothing."""
    return_token_ids: bool | None
    """Whether the answer holds the prompt's tokens and placeholders as well. Default: False."""
    output_mode: Literal["tokens", "text", "derender"]
    """The content of the answer: "tokens" has token ids alone; "text" adds their text, also for log
    probabilities; "derender" has the assistant's message instead, as in a chat (vLLM 0.33 and
    later, not in streams). Default: "tokens"."""
    parse_context: ParseContext | None
    """The chat that was rendered, as /render reports it; for output_mode="derender"."""


class GenerateKeywords(GenerateOptions, StreamCallOptions, total=False):
    """Every keyword of `client.inference.generate`, beside those three."""
