"""Chat completions: what they answer, and how a request for one is built."""

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

# vLLM 0.15 sends the same text under both names (vllm-project/vllm #27752).
_BEFORE_0_16 = {EARLIER_NAME: "reasoning_content"}


@attrs.frozen(repr=False)
class TokenLogprob(Answer):
    """A token, its log probability, and its bytes in UTF-8."""

    token: str | None = None
    logprob: float = -9999.0
    bytes: list[int] | None = None


@attrs.frozen(repr=False)
class TokenLogprobs(TokenLogprob):
    """A generated token, and what else was likely in its place."""

    top_logprobs: list[TokenLogprob] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class ChoiceLogprobs(Answer):
    """Log probabilities, a row for each generated token."""

    content: list[TokenLogprobs] | None = None


@attrs.frozen(repr=False)
class Message(Answer):
    """What the model said.

    content: the answer; None when there is none, as in a reply that was cut while thinking.
    reasoning: the thoughts before it, whichever name the server gives them.
    tool_calls: the calls that the model asks for; None when there are none.
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
        """The assistant message that repeats this reply, for the next request's `messages`.

        A Message may also stand in `messages` as it is. The reasoning goes along under the name
        that vLLM 0.16 and later reads.
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

    stop_reason: the stop string or token id that ended it.
    weight_versions: by which weights its tokens were chosen; with return_weight_versions=True.
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
    """The answer of POST /v1/chat/completions.

    `content`, `reasoning`, `tool_calls` and `finish_reason` are those of the first choice.
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
        """The first choice's message; an empty one when there is no choice."""
        return self.choices[0].message if self.choices else Message()

    @property
    def content(self) -> str | None:
        """The first choice's answer."""
        return self.message.content

    @property
    def reasoning(self) -> str | None:
        """The first choice's thoughts."""
        return self.message.reasoning

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The first choice's calls; an empty list when there are none."""
        return self.message.tool_calls or []

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the first choice ended."""
        return self.choices[0].finish_reason if self.choices else None


@attrs.frozen(repr=False)
class DeltaFunction(Answer):
    """A piece of a call: the name comes once, the arguments in parts."""

    name: str | None = attrs.field(default=None, metadata=CONTENT)
    arguments: ArgumentsText | None = attrs.field(default=None, metadata=CONTENT)


@attrs.frozen(repr=False)
class DeltaToolCall(Answer):
    """A piece of the call with this `index`."""

    index: int = 0
    id: str | None = None
    type: str | None = None
    function: DeltaFunction | None = attrs.field(default=None, metadata=CONTENT)


@attrs.frozen(repr=False)
class Delta(Answer):
    """The part of a message that a chunk adds to its choice.

    function_call: a piece of the only call, as servers sent it before there were tools.
    """

    role: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    content: str | None = attrs.field(default=None, metadata=CONTENT)
    reasoning: str | None = attrs.field(default=None, metadata=_BEFORE_0_16 | CONTENT)
    tool_calls: list[DeltaToolCall] | None = attrs.field(default=None, metadata=CONTENT)
    function_call: DeltaFunction | None = attrs.field(default=None, metadata=CONTENT)


@attrs.frozen(repr=False)
class ChunkChoice(Answer):
    """A chunk's part for one choice. `weight_versions` is in its last one, for all tokens."""

    delta: Delta = attrs.field(factory=Delta, metadata=CONTENT)
    index: int = 0
    finish_reason: FinishReason | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    logprobs: ChoiceLogprobs | None = None
    stop_reason: int | str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    token_ids: list[int] | None = None
    weight_versions: list[WeightVersion] | None = None


@attrs.frozen(repr=False)
class ChatCompletionChunk(Answer):
    """One event of a chat stream, as the server sent it. The last one has `kv_transfer_params`."""

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
