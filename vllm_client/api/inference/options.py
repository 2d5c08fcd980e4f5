"""The options of token-in, token-out generation.

They are the body fields of vLLM 0.32's /inference/v1/generate. An option that is not given is not
sent; "Default" says what vLLM does then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict

from ..common.options import (
    GenerationCallOptions,
    RepetitionDetection,
    StreamOptions,
    Strings,
    StructuredOutputs,
)


class SamplingParams(TypedDict, total=False):
    """How tokens are chosen: vLLM's own SamplingParams. The model's defaults do not apply here."""

    n: int
    """How many answers. Default: 1."""
    presence_penalty: float
    """Makes tokens less likely once they were written, -2 to 2. Default: 0."""
    frequency_penalty: float
    """Makes a token less likely each time it was written, -2 to 2. Default: 0."""
    repetition_penalty: float
    """Above 1: less of what prompt and answer hold; below 1: more. Default: 1."""
    temperature: float
    """Randomness from 0 (always the likeliest token). Default: 1."""
    watermarking: bool | None
    """Whether the server's watermark, if it has one, marks this answer. Default: True."""
    top_p: float
    """Sample from the likeliest tokens that make up this share. Default: 1."""
    top_k: int
    """Sample from this many likeliest tokens; 0 or -1 is all. Default: 0."""
    min_p: float
    """Drop tokens below this share of the top probability. Default: 0."""
    seed: int | None
    """Makes sampling repeatable. Default: none."""
    stop: str | Strings | None
    """Texts at which the answer ends. Default: none."""
    stop_token_ids: Sequence[int] | None
    """Token ids at which the answer ends. Default: none but the model's own."""
    ignore_eos: bool
    """Whether to go on after the end-of-text token. Default: False."""
    max_tokens: int | None
    """The most tokens to write. Default: what the context still holds."""
    min_tokens: int
    """Tokens to write before the end or a stop token may come. Default: 0."""
    logprobs: int | None
    """Alternatives to tell for each token, -1 for all. Default: no log probabilities."""
    prompt_logprobs: int | None
    """Alternatives to tell for each prompt token, -1 for all. Default: none."""
    prompt_logprob_token_ids: Sequence[Sequence[int]] | None
    """For each prompt token, the ids to score in its place; not in streams. Default: none."""
    prompt_logprob_start: int | None
    """The first prompt token to score so. Default: the first."""
    logprob_token_ids: Sequence[int] | None
    """Exact token ids to tell log probabilities of. Default: the likeliest."""
    flat_logprobs: bool
    """How the engine keeps log probabilities inside; no matter to a client. Default: False."""
    detokenize: bool
    """Whether the engine makes text, which stop strings and output_mode="text" need.
    Default: True."""
    skip_special_tokens: bool
    """Whether special tokens are left out of the text. Default: True."""
    spaces_between_special_tokens: bool
    """Whether special tokens that are shown have spaces between them. Default: True."""
    include_stop_str_in_output: bool
    """Whether the text that ended the answer stays in it. Default: False."""
    output_kind: Literal[0, 1, 2]
    """Set by the server itself: whatever is sent has no effect."""
    stream_interval: int | None
    """Tokens per chunk of a stream, at least the server's own setting. Default: that setting."""
    skip_clone: bool
    """How the engine handles these values inside; no matter to a client. Default: False."""
    output_text_buffer_length: int
    """Set by the engine itself, from `stop`."""
    structured_outputs: StructuredOutputs | None
    """What form the text has. Default: free text."""
    logit_bias: Mapping[str, float] | None
    """Token id, as a string -> what to add to its logit. Default: nothing."""
    allowed_token_ids: Sequence[int] | None
    """The only token ids that may be written. Default: all."""
    extra_args: Mapping[str, Any] | None
    """Arguments for the server's own extensions. Default: none."""
    bad_words: Strings | None
    """Words that are not written. Default: none."""
    skip_reading_prefix_cache: bool | None
    """Whether the prompt is computed anew. Default: only where `prompt_logprobs` needs it."""
    thinking_token_budget: int | None
    """The most tokens for thinking, -1 for no limit; for reasoning models. Default: no limit."""
    repetition_detection: RepetitionDetection | None
    """When to end a text that goes round in circles. Default: never."""
    routed_experts_prompt_start: int
    """How many prompt tokens to leave out of `routed_experts`. Default: 0."""
    trace_decode_token_ids: Sequence[int] | None
    """The tokens to write, instead of choosing any; for debugging. Default: none."""


class PlaceholderParam(TypedDict):
    """Where in `token_ids` an image or the like stands."""

    offset: int
    """The place of its first token."""
    length: int
    """How many tokens it takes."""


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


class GenerateOptions(TypedDict, total=False):
    """The options of `client.inference.generate`, beside token_ids, sampling_params and stream."""

    model: str | None
    """The model or LoRA adapter. Default: the server's model."""
    request_id: str
    """The end of the answer's `request_id`. Default: the X-Request-Id header, else a random one."""
    token_offsets: Sequence[tuple[int, int]] | None
    """Where each token stands in the text, as /render tells it; no matter to the engine."""
    features: FeaturesParam | None
    """Images and the like that /render has prepared. Default: none."""
    content_parts: Sequence[Mapping[str, Any]] | None
    """Images and the like by URL, in place of `features`: {"type": "image_url", "url": …}."""
    reasoning_ended: bool | None
    """Whether the prompt has ended the thinking, as /render tells it. Default: looked up."""
    reasoning_parser_kwargs: ReasoningParserKwargs | None
    """What the reasoning parser has to know, as /render tells it. Default: nothing."""
    return_token_ids: bool | None
    """Whether the answer tells the prompt's tokens and placeholders as well. Default: False."""
    output_mode: Literal["tokens", "text"]
    """Whether the answer has the text, too, and tokens of log probabilities by their text.
    Default: "tokens"."""
    stream_options: StreamOptions | None
    """What a stream carries beside its tokens. Default: nothing."""
    cache_salt: str | None
    """A secret that keeps others off our prefix cache. Default: none."""
    priority: int
    """Lower goes first; not 0 only on a server with priority scheduling. Default: 0."""
    kv_transfer_params: Mapping[str, Any] | None
    """Where key-value caches go, when prefill and decode run apart. Default: none."""
    ec_transfer_params: Mapping[str, Any] | None
    """Where encoder caches go, when the encoder runs apart. Default: none."""


class GenerateKeywords(GenerateOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.inference.generate`, beside those three."""
