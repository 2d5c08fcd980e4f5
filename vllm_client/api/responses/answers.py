"""The Responses API: what it answers. Names of classes are those of openai-python."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from ...codec.answer import CONTENT, EMPTY_IS_NULL, Answer, Kinds, by_type
from ...codec.arguments import ArgumentsText
from ...codec.tool_call import FunctionCall, new_call_id
from ...codec.usage import RequestMetrics


@attrs.frozen(repr=False)
class ResponseTopLogprob(Answer):
    """A token, its log probability, and its bytes in UTF-8; streams leave the bytes out."""

    token: str | None = None
    logprob: float = -9999.0
    bytes: list[int] | None = None


@attrs.frozen(repr=False)
class ResponseLogprob(ResponseTopLogprob):
    """A generated token, and what else was likely in its place."""

    top_logprobs: list[ResponseTopLogprob] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class ResponseContentPart(Answer):
    """A part of a message or of thoughts; of a type that has no class of its own here."""

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)


@attrs.frozen(repr=False)
class ResponseOutputText(ResponseContentPart):
    """A piece of the answer."""

    text: str = attrs.field(default="", metadata=CONTENT)
    annotations: list[dict[str, Any]] = attrs.field(factory=list)
    logprobs: list[ResponseLogprob] | None = None
    type: str = attrs.field(default="output_text", kw_only=True)


@attrs.frozen(repr=False)
class ResponseOutputRefusal(ResponseContentPart):
    """Why the model refused."""

    refusal: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="refusal", kw_only=True)


@attrs.frozen(repr=False)
class ResponseReasoningText(ResponseContentPart):
    """A piece of the model's thoughts."""

    text: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="reasoning_text", kw_only=True)


@attrs.frozen(repr=False)
class ResponseReasoningSummary(ResponseContentPart):
    """A piece of a summary of thoughts; vLLM 0.32 makes none."""

    text: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="summary_text", kw_only=True)


@attrs.frozen(repr=False)
class ResponseOutputItem(Answer):
    """A part of an answer; of a type that has no class of its own here.

    It goes into the next request's `input` as it is.
    """

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)


@attrs.frozen(repr=False)
class ResponseOutputMessage(ResponseOutputItem):
    """What the model said."""

    content: list[ResponseContentPart] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    role: str = "assistant"
    status: str | None = None
    phase: str | None = None
    type: str = attrs.field(default="message", kw_only=True)


@attrs.frozen(repr=False)
class ResponseReasoningItem(ResponseOutputItem):
    """What the model thought."""

    content: list[ResponseContentPart] | None = attrs.field(default=None, metadata=CONTENT)
    id: str | None = None
    summary: list[ResponseContentPart] = attrs.field(factory=list)
    encrypted_content: str | None = None
    status: str | None = None
    type: str = attrs.field(default="reasoning", kw_only=True)

    @property
    def text(self) -> str:
        """The thoughts, whole."""
        return _text_of(self.content or [], ResponseReasoningText)


@attrs.frozen(repr=False)
class ResponseFunctionToolCall(ResponseOutputItem):
    """A call of a function that the model asks for. `arguments` is its JSON text."""

    name: str = attrs.field(metadata=CONTENT)
    arguments: ArgumentsText = attrs.field(default="", metadata=CONTENT)
    call_id: str = attrs.field(factory=new_call_id, metadata=EMPTY_IS_NULL)
    id: str | None = None
    caller: dict[str, Any] | None = None
    namespace: str | None = None
    status: str | None = None
    created_by: str | None = None
    type: str = attrs.field(default="function_call", kw_only=True)

    def parse(self) -> Any:
        """Decode the arguments, as `FunctionCall.parse` does. Raises ParseError."""
        return FunctionCall(self.name, self.arguments).parse()


@attrs.frozen(repr=False)
class ResponseCustomToolCall(ResponseOutputItem):
    """A call of a tool that takes free text."""

    name: str = attrs.field(metadata=CONTENT)
    input: str = attrs.field(default="", metadata=CONTENT)
    call_id: str = attrs.field(factory=new_call_id, metadata=EMPTY_IS_NULL)
    id: str | None = None
    caller: dict[str, Any] | None = None
    namespace: str | None = None
    type: str = attrs.field(default="custom_tool_call", kw_only=True)


@attrs.frozen(repr=False)
class ResponseMcpCall(ResponseOutputItem):
    """A call of a tool that the server ran itself, over MCP."""

    name: str = attrs.field(metadata=CONTENT)
    arguments: ArgumentsText = attrs.field(default="", metadata=CONTENT)
    id: str | None = None
    server_label: str | None = None
    output: str | None = None
    error: Any = None
    approval_request_id: str | None = None
    status: str | None = None
    type: str = attrs.field(default="mcp_call", kw_only=True)


@attrs.frozen(repr=False)
class ResponseCodeInterpreterToolCall(ResponseOutputItem):
    """Code that the server ran itself."""

    code: str | None = None
    id: str | None = None
    container_id: str | None = None
    outputs: list[dict[str, Any]] | None = None
    status: str | None = None
    type: str = attrs.field(default="code_interpreter_call", kw_only=True)


@attrs.frozen(repr=False)
class ResponseFunctionWebSearch(ResponseOutputItem):
    """A look into the web that the server took itself: search, open_page or find_in_page."""

    action: dict[str, Any] | None = None
    id: str | None = None
    status: str | None = None
    type: str = attrs.field(default="web_search_call", kw_only=True)


ResponseContentPart.KINDS.update(
    by_type(
        ResponseOutputText, ResponseOutputRefusal, ResponseReasoningText, ResponseReasoningSummary
    )
)
ResponseOutputItem.KINDS.update(
    by_type(
        ResponseOutputMessage,
        ResponseReasoningItem,
        ResponseFunctionToolCall,
        ResponseCustomToolCall,
        ResponseMcpCall,
        ResponseCodeInterpreterToolCall,
        ResponseFunctionWebSearch,
    )
)


@attrs.frozen(repr=False)
class ResponseInputTokensDetails(Answer):
    """Of the prompt's tokens: what the prefix cache held; by turn, where the server ran tools."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    input_tokens_per_turn: list[int] = attrs.field(factory=list)
    cached_tokens_per_turn: list[int] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class ResponseOutputTokensDetails(Answer):
    """Of the generated tokens: how many were thoughts or of tools; by turn, if there were many."""

    reasoning_tokens: int | None = None
    tool_output_tokens: int | None = None
    output_tokens_per_turn: list[int] = attrs.field(factory=list)
    tool_output_tokens_per_turn: list[int] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class ResponseUsage(Answer):
    """Token counts of a response."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    input_tokens_details: ResponseInputTokensDetails | None = None
    output_tokens_details: ResponseOutputTokensDetails | None = None


@attrs.frozen(repr=False)
class ResponseIncompleteDetails(Answer):
    """Why a response is incomplete: "max_output_tokens", for one."""

    reason: str | None = None


@attrs.frozen(repr=False)
class Response(Answer):
    """The answer of POST /v1/responses.

    status: "completed", "incomplete" (cut by max_output_tokens), "queued" and "in_progress" (in the
        background), "cancelled" or "failed".
    output: what the model made, in its order: thoughts, messages, calls.
    input_messages, output_messages: prompt and text as the model has them, with token ids; for
        requests with enable_response_messages.
    """

    output: list[ResponseOutputItem] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    object: str = "response"
    created_at: int | None = None
    model: str | None = None
    status: str | None = None
    incomplete_details: ResponseIncompleteDetails | None = None
    usage: ResponseUsage | None = None
    instructions: str | None = None
    metadata: dict[str, str] | None = None
    parallel_tool_calls: bool | None = None
    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    tool_choice: Any = None
    tools: list[dict[str, Any]] = attrs.field(factory=list)
    background: bool | None = None
    max_output_tokens: int | None = None
    max_tool_calls: int | None = None
    previous_response_id: str | None = None
    prompt: dict[str, Any] | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: dict[str, Any] | None = None
    prompt_cache_retention: str | None = None
    reasoning: dict[str, Any] | None = None
    safety_identifier: str | None = None
    service_tier: str | None = None
    text: dict[str, Any] | None = None
    top_logprobs: int | None = None
    truncation: str | None = None
    user: str | None = None
    metrics: RequestMetrics | None = None
    kv_transfer_params: dict[str, Any] | None = None
    ec_transfer_params: dict[str, Any] | None = None
    input_messages: list[dict[str, Any]] | None = None
    output_messages: list[dict[str, Any]] | None = None

    @property
    def output_text(self) -> str:
        """The text of all messages, joined; "" when there is none."""
        messages = (item for item in self.output if isinstance(item, ResponseOutputMessage))
        return "".join(_text_of(message.content, ResponseOutputText) for message in messages)

    @property
    def function_calls(self) -> list[ResponseFunctionToolCall]:
        """The calls of functions that the model asks for."""
        return [item for item in self.output if isinstance(item, ResponseFunctionToolCall)]


def _text_of(
    parts: list[ResponseContentPart], kind: type[ResponseOutputText] | type[ResponseReasoningText]
) -> str:
    return "".join(part.text for part in parts if isinstance(part, kind))
