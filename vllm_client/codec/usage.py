"""Token counts and timing that the server reports for a request."""

from __future__ import annotations

import attrs

from .answer import Answer


@attrs.frozen(repr=False)
class PromptTokensDetails(Answer):
    """Of the prompt's tokens: how many the prefix cache held, and how many each modality took."""

    cached_tokens: int | None = None
    created_cache_tokens: int | None = None
    multimodal_tokens: dict[str, int] | None = None


@attrs.frozen(repr=False)
class CompletionTokensDetails(Answer):
    """Of the generated tokens: how many were reasoning."""

    reasoning_tokens: int | None = None


@attrs.frozen(repr=False)
class Usage(Answer):
    """Token counts of a request. `prompt_tokens_details` needs `--enable-prompt-tokens-details`."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: PromptTokensDetails | None = None
    completion_tokens_details: CompletionTokensDetails | None = None


@attrs.frozen(repr=False)
class SpeculativeDecodingMetrics(Answer):
    """How well the draft model guessed."""

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
    """The server's own timing of the request, in milliseconds."""

    time_to_first_token_ms: float | None = None
    generation_time_ms: float | None = None
    queue_time_ms: float | None = None
    mean_itl_ms: float | None = None
    tokens_per_second: float | None = None
    speculative_decoding: SpeculativeDecodingMetrics | None = None
