"""Answer classes of text completions."""

from __future__ import annotations

from typing import Any

import attrs

from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT, EMPTY_IS_NULL
from ...codec.finish_reason import FinishReason
from ...codec.logprobs import Logprob
from ...codec.usage import RequestMetrics, Usage
from ...codec.weight_version import WeightVersion


@attrs.frozen(repr=False)
class CompletionLogprobs(Answer):
    """Log probabilities of the generated tokens. Each list has an entry for each token.

    Attributes:
        text_offset: Where each token begins in the text, in characters.
        token_logprobs: The natural log probability of each token; None for a token without one.
        tokens: The text of each token.
        top_logprobs: For each token, the texts of the most probable tokens at its position and
            their log probabilities; None for a token without them.
    """

    text_offset: list[int] = attrs.field(factory=list)
    token_logprobs: list[float | None] = attrs.field(factory=list)
    tokens: list[str] = attrs.field(factory=list)
    top_logprobs: list[dict[str, float] | None] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class CompletionChoice(Answer):
    """One of the texts; in a chunk of a stream, its new part.

    Attributes:
        text: The text.
        index: The number of the text, from 0. With several prompts it is the number of the prompt
            times `n`, plus the number of the text for this prompt.
        finish_reason: Why the text ended, such as "stop" or "length". None until then.
        logprobs: Log probabilities. None unless requested.
        stop_reason: The stop string or token id that ended the text. None for other reasons.
        token_ids: The ids of the generated tokens. None unless requested with
            return_token_ids=True; the same holds for `prompt_token_ids`.
        prompt_logprobs: For each prompt token, a dict of token ids and their log probabilities;
            None for the first token. None unless requested.
        prompt_token_ids: The token ids of the prompt.
        routed_experts: Which experts each token was routed to, as base64 of a NumPy file (.npy).
            None unless the server returns them.
        weight_versions: Which version of the weights generated each token. None unless requested
            with return_weight_versions=True.
    """

    text: str = attrs.field(default="", metadata=CONTENT)
    index: int = 0
    finish_reason: FinishReason | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    logprobs: CompletionLogprobs | None = None
    stop_reason: int | str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    token_ids: list[int] | None = None
    prompt_logprobs: list[dict[str, Logprob] | None] | None = None
    prompt_token_ids: list[int] | None = None
    routed_experts: str | None = None
    weight_versions: list[WeightVersion] | None = None


@attrs.frozen(repr=False)
class CompletionResponse(Answer):
    """The response of POST /v1/completions.

    Attributes:
        choices: The texts: `n` for each prompt.
        id: The id of the response.
        object: Always "text_completion".
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        usage: Token counts.
        system_fingerprint: Identifies the server's configuration. None unless the server sends it.
        service_tier: The service tier of the request. None in vLLM.
        kv_transfer_params: Where the KV cache is, if prefill and decode are separate servers.
        ec_transfer_params: Where the encoder cache is, if the encoder is a separate server.
        metrics: The server's timing of the request. None unless the server reports it.
    """

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
        """The text of the first choice. "" without choices."""
        return self.choices[0].text if self.choices else ""

    @property
    def content(self) -> str:
        """The same as `text`, under the name of the attribute in chat answers."""
        return self.text

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the first choice ended. None if it has not ended."""
        return self.choices[0].finish_reason if self.choices else None


@attrs.frozen(repr=False)
class CompletionChunk(Answer):
    """An event of the stream of a text completion, as the server sent it.

    Attributes:
        choices: The new parts of the texts.
        id: The id of the response.
        object: Always "text_completion".
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        usage: Token counts. None in most chunks.
        system_fingerprint: Identifies the server's configuration. None unless the server sends it.
        metrics: The server's timing of the request. None unless the server reports it.
        kv_transfer_params: Where the KV cache is, if prefill and decode are separate servers. None
            except in the last chunk.
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
