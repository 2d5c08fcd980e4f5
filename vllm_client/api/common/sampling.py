"""Options that control how tokens are sampled and when an answer ends.

The model's default is in the model's generation_config.json, which vLLM uses unless it was started
with `--generation-config vllm`.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from .options import Strings


class Temperature(TypedDict, total=False):
    """The randomness of generated text."""

    temperature: float | None
    """Randomness of the sampling; 0 always picks the most probable token. Range: 0 to 2. Default:
    the model's, else 1."""


class TopTokens(TypedDict, total=False):
    """Sampling from the most probable tokens only."""

    top_p: float | None
    """Sample from the most probable tokens up to this total probability. Range: above 0, up to 1.
    Default: the model's, else 1."""
    top_k: int | None
    """Sample from this many of the most probable tokens; 0 or -1 means all. Range: -1 or more.
    Default: the model's, else 0."""


class UnlikelyTokens(TypedDict, total=False):
    """Tokens to drop or to discourage."""

    min_p: float | None
    """Drop tokens below this share of the top token's probability. Range: 0 to 1. Default: the
    model's, else 0."""
    repetition_penalty: float | None
    """Above 1 discourages tokens of prompt and answer, below 1 encourages them. Range: above 0.
    Default: the model's, else 1."""


class Seed(TypedDict, total=False):
    """Repeatable sampling."""

    seed: int | None
    """Seed of the random generator, which makes sampling repeatable. Default: none."""


class Watermarking(TypedDict, total=False):
    """The server's watermark."""

    watermarking: bool | None
    """Whether to apply the server's watermark, if one is configured. Default: True."""


class Sampling(Temperature, TopTokens, UnlikelyTokens, Seed, Watermarking, total=False):
    """How the next token is sampled."""


class Penalties(TypedDict, total=False):
    """Changes to the probability of certain tokens."""

    frequency_penalty: float | None
    """Penalty for tokens by how often they appear in the answer. Range: -2 to 2. Default: the
    model's, else 0."""
    presence_penalty: float | None
    """Penalty for tokens that appear in the answer. Range: -2 to 2. Default: the model's, else
    0."""
    logit_bias: Mapping[str, float] | None
    """Numbers to add to logits, by token id as a string; the server clamps them. Range: -100 to
    100. Default: none."""


class BeamSearch(TypedDict, total=False):
    """Beam search instead of sampling."""

    use_beam_search: bool
    """Whether to search with `n` beams instead of sampling. Default: False."""


class LengthPenalty(TypedDict, total=False):
    """The preferred length of beams."""

    length_penalty: float
    """For beam search: above 1 favors longer texts, below 1 shorter ones. Default: 1."""


class StopStrings(TypedDict, total=False):
    """Strings that end an answer."""

    stop: str | Strings | None
    """Strings that end the answer; they are not part of it. Range: up to 4 items. Default: none."""


class EndOfText(TypedDict, total=False):
    """Tokens that end an answer, and special tokens in its text."""

    stop_token_ids: Sequence[int] | None
    """Token ids that end the answer, in addition to the model's own. Default: none."""
    ignore_eos: bool
    """Whether to continue after the end-of-text token, up to the length limit. Default: False."""
    skip_special_tokens: bool | None
    """Whether to omit special tokens from the text. Default: True, unless the model's generation
    config says otherwise."""


class StopInOutput(TypedDict, total=False):
    """Whether the text includes stop strings."""

    include_stop_str_in_output: bool
    """Whether the text includes the stop string that ended it. Default: False."""


class RepetitionDetection(TypedDict, total=False):
    """When to end a text that repeats itself; its finish_reason is then "repetition"."""

    max_pattern_size: int
    """Max length of a repeated pattern, in tokens. Default: 0, no detection."""
    min_pattern_size: int
    """Min length of a repeated pattern, in tokens. Default: 0, which means 1."""
    min_count: int
    """Number of consecutive repetitions that ends the text. Range: 2 or more. Default: 0, no
    detection."""


class SpecialTokenSpaces(TypedDict, total=False):
    """How special tokens are shown."""

    spaces_between_special_tokens: bool
    """Whether special tokens in the text are separated by spaces. Default: True."""


class WeightVersions(TypedDict, total=False):
    """The versions of the weights that generated the answer."""

    return_weight_versions: bool
    """Whether each choice reports the versions of the weights that generated its tokens; not with
    beam search. Default: False."""


class GenerationLimits(SpecialTokenSpaces, total=False):
    """Limits on the generated tokens, and how they are returned."""

    min_tokens: int
    """Min tokens to generate. Range: 0 or more. Default: 0."""
    allowed_token_ids: Sequence[int] | None
    """The only token ids that may be generated. Default: all."""
    bad_words: Strings
    """Words that must not be generated. Default: none."""
    repetition_detection: RepetitionDetection | None
    """When to end a text that repeats itself. Default: never."""
    thinking_token_budget: int | None
    """Max tokens of reasoning, -1 for no limit; for reasoning models. Default: no limit."""
    routed_experts_prompt_start: int
    """Number of prompt tokens to omit from `routed_experts`. Range: 0 or more. Default: 0."""
    stream_interval: int | None
    """Tokens per chunk of a stream; values below the server's --stream-interval are raised to it.
    Range: 1 or more. Default: the server's --stream-interval."""


class LogprobTokens(TypedDict, total=False):
    """The tokens whose log probabilities are reported, and how tokens are named."""

    logprob_token_ids: Sequence[int] | None
    """Token ids to report log probabilities of; needs `logprobs`. Default: the most probable."""
    return_tokens_as_token_ids: bool | None
    """Whether `logprobs` names tokens as "token_id:123". Default: the server's setting."""
    return_token_ids: bool | None
    """Whether to return the token ids of the prompt and the text. Default: False."""


class ChatLogprobs(LogprobTokens, total=False):
    """Log probabilities of the answer of a chat."""

    logprobs: bool | None
    """Whether to report the log probability of each generated token. Default: False."""
    top_logprobs: int | None
    """Number of alternatives to report per token, -1 for all; needs `logprobs`. Default: 0."""


class PromptLogprobs(TypedDict, total=False):
    """Log probabilities of the prompt."""

    prompt_logprobs: int | None
    """Number of alternatives to report per prompt token, -1 for all; not in streams. Default:
    none."""
