"""Answer classes of chat completions."""

from __future__ import annotations

from typing import Any

import attrs

from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT, EARLIER_NAME, EMPTY_IS_NULL
from ...codec.arguments import ArgumentsText
from ...codec.finish_reason import FinishReason
from ...codec.logprobs import Logprob
from ...codec.tool_call import FunctionCall, ToolCall
from ...codec.usage import RequestMetrics, Usage
from ...codec.weight_version import WeightVersion

# vLLM 0.15 sends the same text as `reasoning` and `reasoning_content` (vllm-project/vllm #27752).
_BEFORE_0_16 = {EARLIER_NAME: "reasoning_content"}


@attrs.frozen(repr=False)
class TokenLogprob(Answer):
    """A token and its log probability.

    Attributes:
        token: The text of the token.
        logprob: Its natural log probability; -9999.0 if the server omits it.
        bytes: The text in UTF-8, as numbers from 0 to 255.
    """

    token: str | None = None
    logprob: float = -9999.0
    bytes: list[int] | None = None


@attrs.frozen(repr=False)
class TokenLogprobs(TokenLogprob):
    """A generated token and the most probable tokens at its position.

    Attributes:
        top_logprobs: The most probable tokens at this position, as many as requested.
    """

    top_logprobs: list[TokenLogprob] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class ChoiceLogprobs(Answer):
    """Log probabilities of the generated tokens.

    Attributes:
        content: An entry for each generated token.
    """

    content: list[TokenLogprobs] | None = None


@attrs.frozen(repr=False)
class Message(Answer):
    """The message of the model.

    Attributes:
        role: Always "assistant".
        content: The answer. None if there is none, for example if the message was cut off during
            the reasoning.
        tool_calls: The tool calls that the model requests. None if there are none.
        reasoning: The reasoning before the answer. None if there is none. Older servers name it
            `reasoning_content`.
        refusal: Why the model refused to answer. None if it did not refuse.
        annotations: Notes on the text, such as citations. None in vLLM.
        audio: The answer as audio. None in vLLM.
        function_call: The function call of the model, in the format that preceded tool calls.
    """

    role: str = attrs.field(default="assistant", metadata=EMPTY_IS_NULL)
    content: str | None = attrs.field(default=None, metadata=CONTENT)
    tool_calls: list[ToolCall] | None = attrs.field(default=None, metadata=CONTENT)
    reasoning: str | None = attrs.field(default=None, metadata=_BEFORE_0_16 | CONTENT)
    refusal: str | None = None
    annotations: Any = None
    audio: Any = None
    function_call: FunctionCall | None = None

    def as_input(self) -> dict[str, Any]:
        """Return the message as an item of the next request's `messages`.

        `messages` also accepts a Message itself. The reasoning is in the field `reasoning`, which
        vLLM reads since 0.16.
        """
        fields: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.reasoning is not None:
            fields["reasoning"] = self.reasoning
        if self.tool_calls:
            fields["tool_calls"] = [call.as_input() for call in self.tool_calls]
        return fields


@attrs.frozen(repr=False)
class Choice(Answer):
    """One of the `n` answers.

    Attributes:
        message: The message.
        index: The number of the answer, from 0.
        finish_reason: Why the answer ended, such as "stop", "length" or "tool_calls".
        logprobs: Log probabilities. None unless requested.
        stop_reason: The stop string or token id that ended the answer. None for other reasons.
        token_ids: The ids of the generated tokens. None unless requested with
            return_token_ids=True.
        routed_experts: Which experts each token was routed to, as base64 of a NumPy file (.npy).
            None unless the server returns them.
        weight_versions: Which version of the weights generated each token. None unless requested
            with return_weight_versions=True.
    """

    message: Message = attrs.field(metadata=CONTENT)
    index: int = 0
    finish_reason: FinishReason | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    logprobs: ChoiceLogprobs | None = None
    stop_reason: int | str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    token_ids: list[int] | None = None
    routed_experts: str | None = None
    weight_versions: list[WeightVersion] | None = None


@attrs.frozen(repr=False)
class ChatCompletionResponse(Answer):
    """The response of POST /v1/chat/completions.

    `content`, `reasoning`, `tool_calls` and `finish_reason` are those of the first choice.

    Attributes:
        choices: The answers.
        id: The id of the response.
        object: Always "chat.completion".
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        usage: Token counts.
        system_fingerprint: Identifies the server's configuration. None unless the server sends it.
        service_tier: The service tier of the request. None in vLLM.
        prompt_logprobs: For each prompt token, a dict of token ids and their log probabilities;
            None for the first token. None unless requested.
        prompt_token_ids: The token ids of the prompt. None unless requested with
            return_token_ids=True.
        prompt_text: The prompt that the chat template made. None unless requested with
            return_prompt_text=True.
        kv_transfer_params: Where the KV cache is, if prefill and decode are separate servers.
        ec_transfer_params: Where the encoder cache is, if the encoder is a separate server.
        metrics: The server's timing of the request. None unless the server reports it.
    """

    choices: list[Choice] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    object: str = "chat.completion"
    created: int | None = None
    model: str | None = None
    usage: Usage | None = None
    system_fingerprint: str | None = None
    service_tier: str | None = None
    prompt_logprobs: list[dict[str, Logprob] | None] | None = None
    prompt_token_ids: list[int] | None = None
    prompt_text: str | None = None
    kv_transfer_params: dict[str, Any] | None = None
    ec_transfer_params: dict[str, Any] | None = None
    metrics: RequestMetrics | None = None

    @property
    def message(self) -> Message:
        """The message of the first choice; an empty message if there are no choices."""
        return self.choices[0].message if self.choices else Message()

    @property
    def content(self) -> str | None:
        """The answer of the first choice. None if there is none."""
        return self.message.content

    @property
    def reasoning(self) -> str | None:
        """The reasoning of the first choice. None if there is none."""
        return self.message.reasoning

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tool calls of the first choice. [] if there are none."""
        return self.message.tool_calls or []

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the first choice ended. None if it has not ended."""
        return self.choices[0].finish_reason if self.choices else None


@attrs.frozen(repr=False)
class DeltaFunction(Answer):
    """A piece of a function call.

    Attributes:
        name: The name of the function. None except in one piece.
        arguments: A piece of the arguments' JSON text.
    """

    name: str | None = attrs.field(default=None, metadata=CONTENT)
    arguments: ArgumentsText | None = attrs.field(default=None, metadata=CONTENT)


@attrs.frozen(repr=False)
class DeltaToolCall(Answer):
    """A piece of a tool call.

    Attributes:
        index: The number of the call in its message, from 0.
        id: The id of the call. None except in one piece.
        type: "function". None except in one piece.
        function: The piece of the function call.
    """

    index: int = 0
    id: str | None = None
    type: str | None = None
    function: DeltaFunction | None = attrs.field(default=None, metadata=CONTENT)


@attrs.frozen(repr=False)
class Delta(Answer):
    """A piece of a message.

    Attributes:
        role: "assistant". None except in the first piece.
        content: A piece of the answer.
        reasoning: A piece of the reasoning.
        tool_calls: Pieces of tool calls.
        function_call: A piece of the function call, in the format that preceded tool calls.
    """

    role: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    content: str | None = attrs.field(default=None, metadata=CONTENT)
    reasoning: str | None = attrs.field(default=None, metadata=_BEFORE_0_16 | CONTENT)
    tool_calls: list[DeltaToolCall] | None = attrs.field(default=None, metadata=CONTENT)
    function_call: DeltaFunction | None = attrs.field(default=None, metadata=CONTENT)


@attrs.frozen(repr=False)
class ChunkChoice(Answer):
    """The part of a chunk for one choice.

    Attributes:
        delta: The new piece of the message.
        index: The number of the choice, from 0.
        finish_reason: Why the choice ended, such as "stop", "length" or "tool_calls". None until
            then.
        logprobs: Log probabilities of the piece. None unless requested.
        stop_reason: The stop string or token id that ended the choice. None for other reasons.
        token_ids: The ids of the piece's tokens. None unless requested with return_token_ids=True.
        weight_versions: Which version of the weights generated each token of the choice. None
            except in the last chunk, if requested with return_weight_versions=True.
    """

    delta: Delta = attrs.field(factory=Delta, metadata=CONTENT)
    index: int = 0
    finish_reason: FinishReason | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    logprobs: ChoiceLogprobs | None = None
    stop_reason: int | str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    token_ids: list[int] | None = None
    weight_versions: list[WeightVersion] | None = None


@attrs.frozen(repr=False)
class ChatCompletionChunk(Answer):
    """An event of the stream of a chat, as the server sent it.

    Attributes:
        choices: The new parts of the choices.
        id: The id of the response.
        object: Always "chat.completion.chunk".
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        usage: Token counts. None in most chunks.
        system_fingerprint: Identifies the server's configuration. None unless the server sends it.
        prompt_token_ids: The token ids of the prompt. None unless requested with
            return_token_ids=True.
        prompt_text: The prompt that the chat template made. None unless requested with
            return_prompt_text=True.
        metrics: The server's timing of the request. None unless the server reports it.
        kv_transfer_params: Where the KV cache is, if prefill and decode are separate servers. None
            except in the last chunk.
    """

    choices: list[ChunkChoice] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    object: str = "chat.completion.chunk"
    created: int | None = None
    model: str | None = None
    usage: Usage | None = None
    system_fingerprint: str | None = None
    prompt_token_ids: list[int] | None = None
    prompt_text: str | None = None
    metrics: RequestMetrics | None = None
    kv_transfer_params: dict[str, Any] | None = None
