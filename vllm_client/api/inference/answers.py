"""Answer classes of generation from token ids to token ids."""

from __future__ import annotations

from typing import Any

import attrs

from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT, EMPTY_IS_NULL
from ...codec.finish_reason import FinishReason
from ...codec.logprobs import Logprob
from ...codec.usage import RequestMetrics, Usage
from ...codec.weight_version import WeightVersion
from ..chat.answers import Message
from ..render.answers import PlaceholderRange


@attrs.frozen(repr=False)
class CandidateLogprob(Answer):
    """A token and its log probability.

    With output_mode="tokens" the token is identified by `token_id` and `rank`; with "text" and
    "derender" by `token` and `bytes`. The other fields are None.

    Attributes:
        logprob: The natural log probability; -9999.0 for a probability of 0.
        token_id: The id of the token.
        rank: The rank of the token by probability; 1 is the most probable.
        token: The text of the token.
        bytes: The text in UTF-8, as numbers from 0 to 255.
    """

    logprob: float = -9999.0
    token_id: int | None = None
    rank: int | None = None
    token: str | None = None
    bytes: list[int] | None = None


@attrs.frozen(repr=False)
class ChosenLogprob(CandidateLogprob):
    """A generated token and the most probable tokens at its position.

    Attributes:
        top_logprobs: The most probable tokens at this position, as many as requested.
    """

    top_logprobs: list[CandidateLogprob] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class GenerateLogprobs(Answer):
    """Log probabilities of the generated tokens.

    Attributes:
        content: An entry for each generated token.
    """

    content: list[ChosenLogprob] | None = None


@attrs.frozen(repr=False)
class GenerateChoice(Answer):
    """One of the `n` answers; in a chunk of a stream, its new part.

    Attributes:
        index: The number of the answer, from 0.
        token_ids: The ids of the generated tokens, those of a stop string included.
        text: The generated text, without the stop string. None unless output_mode="text".
        finish_reason: Why the answer ended, such as "stop" or "length". None until then.
        stop_reason: The stop string or token id that ended the answer. None for other reasons.
        logprobs: Log probabilities. None unless requested.
        routed_experts: Which experts each token was routed to, as base64 of a NumPy file (.npy).
            None unless the server returns them.
        sampling_mask: For each token, the ids of the tokens that it was sampled from.
        weight_versions: Which version of the weights generated each token, on servers that change
            weights while they serve.
        message: The answer as a message of a chat. None unless output_mode="derender".
    """

    index: int = 0
    token_ids: list[int] | None = attrs.field(default=None, metadata=CONTENT)
    text: str | None = attrs.field(default=None, metadata=CONTENT)
    finish_reason: FinishReason | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    stop_reason: int | str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    logprobs: GenerateLogprobs | None = None
    routed_experts: str | None = None
    sampling_mask: list[list[int]] | None = None
    weight_versions: list[WeightVersion] | None = None
    message: Message | None = attrs.field(default=None, metadata=CONTENT)


@attrs.frozen(repr=False)
class GenerateResponse(Answer):
    """The response of POST /inference/v1/generate.

    Attributes:
        choices: The answers.
        request_id: The id of the request in the engine, for `abort_requests`.
        model: The name of the model.
        created: When the response was made, as a Unix time in seconds.
        output_mode: The content of the answers: "tokens", "text" or "derender".
        usage: Token counts.
        prompt_logprobs: For each prompt token, a dict of token ids and their log probabilities;
            None for the first token. None unless requested.
        prompt_token_id_logprobs: The log probabilities of `prompt_logprob_token_ids`, as base64 of
            a NumPy file (.npy). None unless requested.
        prompt_token_ids: The prompt as the model got it. None unless requested with
            return_token_ids=True; the same holds for `mm_placeholders`.
        mm_placeholders: By modality, the positions of images and other media in the prompt.
        metrics: The server's timing of the request. None unless the server reports it.
        kv_transfer_params: Where the KV cache is, if prefill and decode are separate servers.
        ec_transfer_params: Where the encoder cache is, if the encoder is a separate server.
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
        """The token ids of the first choice. [] without choices."""
        return (self.choices[0].token_ids if self.choices else None) or []

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the first choice ended. None if it has not ended."""
        return self.choices[0].finish_reason if self.choices else None


@attrs.frozen(repr=False)
class GenerateChunk(Answer):
    """An event of a stream of tokens, as the server sent it.

    Attributes:
        choices: The new parts of the answers.
        request_id: The id of the request in the engine, for `abort_requests`.
        output_mode: The content of the answers: "tokens" or "text".
        usage: Token counts. None in most chunks.
        prompt_token_ids: The prompt as the model got it. Only in the first chunk, if requested with
            return_token_ids=True; the same holds for `mm_placeholders`.
        mm_placeholders: By modality, the positions of images and other media in the prompt.
        metrics: The server's timing of the request. None unless the server reports it.
    """

    choices: list[GenerateChoice] = attrs.field(factory=list, metadata=CONTENT)
    request_id: str | None = None
    output_mode: str = "tokens"
    usage: Usage | None = None
    prompt_token_ids: list[int] | None = None
    mm_placeholders: dict[str, list[PlaceholderRange]] | None = None
    metrics: RequestMetrics | None = None
