"""Token counts and timing that the server reports for a request."""

from __future__ import annotations

import attrs

from .answer import Answer
from .answer_fields import COUNT


@attrs.frozen(repr=False)
class PromptTokensDetails(Answer):
    """Details of the prompt tokens.

    Attributes:
        cached_tokens: Tokens that were read from the prefix cache.
        created_cache_tokens: Tokens that were added to the prefix cache.
        multimodal_tokens: Tokens by modality, such as images.
    """

    cached_tokens: int | None = None
    created_cache_tokens: int | None = None
    multimodal_tokens: dict[str, int] | None = None


@attrs.frozen(repr=False)
class CompletionTokensDetails(Answer):
    """Details of the generated tokens.

    Attributes:
        reasoning_tokens: Generated tokens that are reasoning.
    """

    reasoning_tokens: int | None = None


@attrs.frozen(repr=False)
class Usage(Answer):
    """Token counts of a request.

    A count that the server does not send is 0. If a count is not a number, the answer has no usage,
    and what the server sent is in its `unknown_fields`.

    Attributes:
        prompt_tokens: Tokens of the prompt.
        completion_tokens: Generated tokens.
        total_tokens: Tokens of the prompt and generated tokens.
        prompt_tokens_details: Details of the prompt tokens. vLLM sends them if it was started with
            `--enable-prompt-tokens-details`.
        completion_tokens_details: Details of the generated tokens.
    """

    prompt_tokens: int = attrs.field(default=0, metadata=COUNT)
    completion_tokens: int = attrs.field(default=0, metadata=COUNT)
    total_tokens: int = attrs.field(default=0, metadata=COUNT)
    prompt_tokens_details: PromptTokensDetails | None = None
    completion_tokens_details: CompletionTokensDetails | None = None


@attrs.frozen(repr=False)
class SpeculativeDecodingMetrics(Answer):
    """Statistics of speculative decoding for a request.

    Attributes:
        mean_acceptance_length: The mean number of tokens generated in a step: the accepted draft
            tokens plus one.
        draft_acceptance_rate: The share of draft tokens that were accepted, 0 to 1.
        acceptance_histogram: The number of steps with 0, 1, 2, … accepted draft tokens.
        num_spec_steps: The number of steps.
        num_accepted_draft_tokens: The number of draft tokens that were accepted.
        num_draft_tokens: The number of draft tokens.
        num_spec_tokens: The configured max number of draft tokens in a step.
        per_step_accepted: The number of accepted draft tokens in each step. vLLM sends it only with
            `--per-request-spec-decode-metrics detailed`.
        per_step_drafted: The number of draft tokens in each step, sent under the same condition.
    """

    mean_acceptance_length: float | None = None
    draft_acceptance_rate: float | None = None
    acceptance_histogram: list[int] | None = None
    num_spec_steps: int | None = None
    num_accepted_draft_tokens: int | None = None
    num_draft_tokens: int | None = None
    num_spec_tokens: int | None = None
    per_step_accepted: list[int] | None = None
    per_step_drafted: list[int] | None = None


@attrs.frozen(repr=False)
class RequestMetrics(Answer):
    """The server's own timing of the request.

    Attributes:
        time_to_first_token_ms: The time to the first token, in milliseconds.
        generation_time_ms: The time of generation, in milliseconds.
        queue_time_ms: The time in the server's queue, in milliseconds.
        mean_itl_ms: The mean time between two tokens, in milliseconds.
        tokens_per_second: Generated tokens per second.
        speculative_decoding: Statistics of speculative decoding, if it is enabled.
    """

    time_to_first_token_ms: float | None = None
    generation_time_ms: float | None = None
    queue_time_ms: float | None = None
    mean_itl_ms: float | None = None
    tokens_per_second: float | None = None
    speculative_decoding: SpeculativeDecodingMetrics | None = None
