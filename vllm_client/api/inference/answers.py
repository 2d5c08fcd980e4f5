"""Tokens in, tokens out: what it answers."""

from __future__ import annotations

from typing import Any

import attrs

from ...codec.answer import CONTENT, EMPTY_IS_NULL, Answer
from ...codec.logprobs import Logprob
from ...codec.usage import RequestMetrics, Usage
from ...codec.weight_version import WeightVersion
from ..chat.answers import Message
from ..render.answers import PlaceholderRange


@attrs.frozen(repr=False)
class CandidateLogprob(Answer):
    """A token that could have been chosen.

    With output_mode="tokens" it is told by `token_id` and `rank` (1 is the likeliest), with "text"
    and "derender" by `token` and its `bytes` in UTF-8. -9999.0 stands for no probability at all.
    """

    logprob: float = -9999.0
    token_id: int | None = None
    rank: int | None = None
    token: str | None = None
    bytes: list[int] | None = None


@attrs.frozen(repr=False)
class ChosenLogprob(CandidateLogprob):
    """A token that was chosen, and what else was likely in its place."""

    top_logprobs: list[CandidateLogprob] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class GenerateLogprobs(Answer):
    """Log probabilities, a row for each generated token."""

    content: list[ChosenLogprob] | None = None


@attrs.frozen(repr=False)
class GenerateChoice(Answer):
    """One of the `n` answers, or in a chunk of a stream what is new of it.

    token_ids: the generated tokens, those of a stop string too.
    text: the same as text, without the stop string; only with output_mode="text".
    message: the same as a chat's message; only with output_mode="derender".
    stop_reason: the stop string or token id that ended it.
    routed_experts: a NumPy array in base64, which experts each token went to.
    sampling_mask: for each token, the ids that it was chosen among.
    weight_versions: by which weights the tokens were chosen, where weights change while serving.
    """

    index: int = 0
    token_ids: list[int] | None = attrs.field(default=None, metadata=CONTENT)
    text: str | None = attrs.field(default=None, metadata=CONTENT)
    finish_reason: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    stop_reason: int | str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    logprobs: GenerateLogprobs | None = None
    routed_experts: str | None = None
    sampling_mask: list[list[int]] | None = None
    weight_versions: list[WeightVersion] | None = None
    message: Message | None = attrs.field(default=None, metadata=CONTENT)


@attrs.frozen(repr=False)
class GenerateResponse(Answer):
    """The answer of POST /inference/v1/generate. `token_ids` and `finish_reason` are of the first
    choice.

    request_id: the engine's own, which `abort_requests` takes.
    prompt_token_ids, mm_placeholders: the prompt as the model got it; with return_token_ids=True.
    prompt_logprobs: for each prompt token, token id -> its log probability; None for the first.
    prompt_token_id_logprobs: a NumPy array in base64, for `prompt_logprob_token_ids`.
    """

    choices: list[GenerateChoice] = attrs.field(factory=list, metadata=CONTENT)
    request_id: str | None = None
    model: str | None = None
    created: int | None = None
    output_mode: str = "tokens"
    usage: Usage | None = None
    prompt_logprobs: list[dict[str, Logprob] | None] | None = None
    prompt_token_id_logprobs: str | None = None
    prompt_token_ids: list[int] | None = None
    mm_placeholders: dict[str, list[PlaceholderRange]] | None = None
    metrics: RequestMetrics | None = None
    kv_transfer_params: dict[str, Any] | None = None
    ec_transfer_params: dict[str, Any] | None = None

    @property
    def token_ids(self) -> list[int]:
        """The first choice's tokens; [] when there is none."""
        return (self.choices[0].token_ids if self.choices else None) or []

    @property
    def finish_reason(self) -> str | None:
        """Why the first choice ended."""
        return self.choices[0].finish_reason if self.choices else None


@attrs.frozen(repr=False)
class GenerateChunk(Answer):
    """One event of a stream of tokens, as the server sent it. For the fields see the response."""

    choices: list[GenerateChoice] = attrs.field(factory=list, metadata=CONTENT)
    request_id: str | None = None
    output_mode: str = "tokens"
    usage: Usage | None = None
    prompt_token_ids: list[int] | None = None
    mm_placeholders: dict[str, list[PlaceholderRange]] | None = None
    metrics: RequestMetrics | None = None
