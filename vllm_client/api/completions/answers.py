"""Text completions: what they answer."""

from __future__ import annotations

from typing import Any

import attrs

from ...codec.answer import CONTENT, EMPTY_IS_NULL, Answer
from ...codec.logprobs import Logprob
from ...codec.usage import RequestMetrics, Usage
from ...codec.weight_version import WeightVersion


@attrs.frozen(repr=False)
class CompletionLogprobs(Answer):
    """Log probabilities: in each list, a row for each token."""

    text_offset: list[int] = attrs.field(factory=list)
    token_logprobs: list[float | None] = attrs.field(factory=list)
    tokens: list[str] = attrs.field(factory=list)
    top_logprobs: list[dict[str, float] | None] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class CompletionChoice(Answer):
    """One text. With several prompts the index counts through: prompt number * n + choice.

    weight_versions: by which weights its tokens were chosen; with return_weight_versions=True.
    """

    text: str = attrs.field(default="", metadata=CONTENT)
    index: int = 0
    finish_reason: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    logprobs: CompletionLogprobs | None = None
    stop_reason: int | str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    token_ids: list[int] | None = None
    prompt_logprobs: list[dict[str, Logprob] | None] | None = None
    prompt_token_ids: list[int] | None = None
    routed_experts: str | None = None
    weight_versions: list[WeightVersion] | None = None


@attrs.frozen(repr=False)
class CompletionResponse(Answer):
    """The answer of POST /v1/completions. `text` and `finish_reason` are of the first choice."""

    choices: list[CompletionChoice] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    object: str = "text_completion"
    created: int | None = None
    model: str | None = None
    usage: Usage | None = None
    system_fingerprint: str | None = None
    service_tier: str | None = None
    kv_transfer_params: dict[str, Any] | None = None
    ec_transfer_params: dict[str, Any] | None = None
    metrics: RequestMetrics | None = None

    @property
    def text(self) -> str:
        """The first choice's text; "" when there is no choice."""
        return self.choices[0].text if self.choices else ""

    @property
    def content(self) -> str:
        """The same as `text`, by the name that a chat's answer has."""
        return self.text

    @property
    def finish_reason(self) -> str | None:
        """Why the first choice ended."""
        return self.choices[0].finish_reason if self.choices else None


@attrs.frozen(repr=False)
class CompletionChunk(Answer):
    """One event of a completion stream, as the server sent it. The last one has
    `kv_transfer_params`.
    """

    choices: list[CompletionChoice] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    object: str = "text_completion"
    created: int | None = None
    model: str | None = None
    usage: Usage | None = None
    system_fingerprint: str | None = None
    metrics: RequestMetrics | None = None
    kv_transfer_params: dict[str, Any] | None = None
