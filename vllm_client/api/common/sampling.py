"""How tokens are chosen and when an answer ends, as options.

"The model's" default is in the model's generation_config.json, which vLLM uses unless it was
started with `--generation-config vllm`.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from .options import Strings


class Temperature(TypedDict, total=False):
    """The randomness of generated text."""

    temperature: float | None
    """Randomness; 0 picks the likeliest token. Range: 0 to 2. Default: the model's, else 1."""


class TopTokens(TypedDict, total=False):
    """Sampling from the likeliest tokens only."""

    top_p: float | None
    """Sample from the likeliest tokens up to this total probability. Range: above 0, up to 1.
    Default: the model's, else 1."""
    top_k: int | None
    """Sample from this many likeliest tokens; 0 or -1 means all. Range: -1 or more.
    Default: the model's, else 0."""


class UnlikelyTokens(TypedDict, total=False):
    """Tokens to drop or to discourage."""

    min_p: float | None
    """Drop tokens below this share of the top token's probability. Range: 0 to 1.
    Default: the model's, else 0."""
    repetition_penalty: float | None
    """Above 1 discourages tokens of prompt and answer, below 1 encourages them. Range: above 0.
    Default: the model's, else 1."""


class Seed(TypedDict, total=False):
    """Repeatable sampling."""

    seed: int | None
    """Seed of the random generator, to make sampling repeatable. Default: none."""


class Watermarking(TypedDict, total=False):
    """The server's watermark."""

    watermarking: bool | None
    """Whether to apply the server's watermark, if it has one, to the answer. Default: True."""


class Sampling(Temperature, TopTokens, UnlikelyTokens, Seed, Watermarking, total=False):
    """How the next token is chosen."""


class Penalties(TypedDict, total=False):
    """Changes to the likelihood of certain tokens."""

    frequency_penalty: float | None
    """Penalize tokens by how often they occur in the answer. Range: -2 to 2.
    Default: the model's, else 0."""
    presence_penalty: float | None
    """Penalize tokens that occur in the answer at all. Range: -2 to 2.
    Default: the model's, else 0."""
    logit_bias: Mapping[str, float] | None
    """Token id, as a string -> bias added to its logit; the server clamps it. Range: -100 to 100.
    Default: none."""


class BeamSearch(TypedDict, total=False):
    """Beam search instead of sampling."""

    use_beam_search: bool
    """Whether to search with `n` beams instead of sampling. Default: False."""


class LengthPenalty(TypedDict, total=False):
    """The preferred length of beams."""

    length_penalty: float
    """In beam search, above 1 favors longer texts and below 1 shorter ones. Default: 1."""


class StopStrings(TypedDict, total=False):
    """Texts that end an answer."""

    stop: str | Strings | None
    """Stop strings; the answer ends before them. Range: up to 4 items. Default: none."""


class EndOfText(TypedDict, total=False):
    """Tokens that end an answer, and special tokens in its text."""

    stop_token_ids: Sequence[int] | None
    """Token ids that end the answer, beside the model's own. Default: none."""
    ignore_eos: bool
    """Whether to go on after the end-of-text token, up to the length limit. Default: False."""
    skip_special_tokens: bool | None
    """Whether to leave special tokens out of the text. Default: True, unless the model's
    generation config says otherwise."""


class StopInOutput(TypedDict, total=False):
    """Whether stop strings are shown."""

    include_stop_str_in_output: bool
    """Whether the stop string that ended the answer stays in it. Default: False."""


class RepetitionDetection(TypedDict, total=False):
    """When to end a text that repeats itself endlessly: finish_reason "repetition"."""

    max_pattern_size: int
    """Length of the longest pattern to look for, in tokens. Default: 0, no detection."""
    min_pattern_size: int
    """Length of the shortest pattern to look for, in tokens. Default: 0, which means 1."""
    min_count: int
    """Repetitions in a row that end the text. Range: 2 or more. Default: 0, no detection."""


class SpecialTokenSpaces(TypedDict, total=False):
    """How special tokens are shown."""

    spaces_between_special_tokens: bool
    """Whether to put spaces between special tokens that are shown. Default: True."""


class WeightVersions(TypedDict, total=False):
    """The versions of the weights that generated the answer."""

    return_weight_versions: bool
    """Whether each choice has the versions of the weights that chose its tokens; not with beam
    search. Default: False."""


class GenerationLimits(SpecialTokenSpaces, total=False):
    """Which tokens may be generated, how many, and how they are delivered."""

    min_tokens: int
    """Tokens to generate before the answer may end. Range: 0 or more. Default: 0."""
    allowed_token_ids: Sequence[int] | None
    """The only token ids that may be generated. Default: all."""
    bad_words: Strings
    """Words that must not be generated. Default: none."""
    repetition_detection: RepetitionDetection | None
    """When to end a text that repeats itself endlessly. Default: never."""
    thinking_token_budget: int | None
    """Max tokens of reasoning, -1 for no limit; for reasoning models. Default: no limit."""
    routed_experts_prompt_start: int
    """Number of prompt tokens to leave out of `routed_experts`. Range: 0 or more. Default: 0."""
    stream_interval: int | None
    """Tokens per chunk of a stream; the server's own setting is a lower bound. Range: 1 or more.
    Default: the server's setting."""


class LogprobTokens(TypedDict, total=False):
    """Which log probabilities come, and under which names."""

    logprob_token_ids: Sequence[int] | None
    """Exact token ids to report log probabilities of; needs `logprobs`. Default: the likeliest."""
    return_tokens_as_token_ids: bool | None
    """Whether `logprobs` names tokens as "token_id:123". Default: the server's setting."""
    return_token_ids: bool | None
    """Whether the answer also holds the token ids of prompt and text. Default: False."""


class ChatLogprobs(LogprobTokens, total=False):
    """Log probabilities of a chat's answer."""

    logprobs: bool | None
    """Whether to report the log probability of each generated token. Default: False."""
    top_logprobs: int | None
    """Number of alternatives to report per token, -1 for all; needs `logprobs`. Default: 0."""


class PromptLogprobs(TypedDict, total=False):
    """Log probabilities of the prompt."""

    prompt_logprobs: int | None
    """Number of alternatives to report per prompt token, -1 for all; not in streams.
    Default: none."""
