"""Answer classes of the Responses API. The class names are those of openai-python."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from ...codec.answer import Answer, Kinds, by_type
from ...codec.answer_fields import CONTENT, COUNT, EMPTY_IS_NULL
from ...codec.arguments import ArgumentsText
from ...codec.tool_call import FunctionCall, new_call_id
from ...codec.usage import RequestMetrics


@attrs.frozen(repr=False)
class ResponseTopLogprob(Answer):
    """A token and its log probability.

    Attributes:
        token: The text of the token.
        logprob: Its natural log probability; -9999.0 if the server omits it.
        bytes: The text in UTF-8, as numbers from 0 to 255. None in streams.
    """

    token: str | None = None
    logprob: float = -9999.0
    bytes: list[int] | None = None


@attrs.frozen(repr=False)
class ResponseLogprob(ResponseTopLogprob):
    """A generated token and the most probable tokens at its position.

    Attributes:
        top_logprobs: The most probable tokens at this position, as many as requested.
    """

    top_logprobs: list[ResponseTopLogprob] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class ResponseContentPart(Answer):
    """A part of a message or of reasoning. Parts of unknown types are instances of this class.

    Attributes:
        type: The type of the part, such as "output_text".
    """

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)


@attrs.frozen(repr=False)
class ResponseOutputText(ResponseContentPart):
    """A text of the answer.

    Attributes:
        text: The text.
        annotations: Notes on parts of the text, such as citations.
        logprobs: The log probability of each token. None unless requested.
        type: Always "output_text".
    """

    text: str = attrs.field(default="", metadata=CONTENT)
    annotations: list[dict[str, Any]] = attrs.field(factory=list)
    logprobs: list[ResponseLogprob] | None = None
    type: str = attrs.field(default="output_text", kw_only=True)


@attrs.frozen(repr=False)
class ResponseOutputRefusal(ResponseContentPart):
    """A refusal of the model to answer.

    Attributes:
        refusal: The explanation of the model.
        type: Always "refusal".
    """

    refusal: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="refusal", kw_only=True)


@attrs.frozen(repr=False)
class ResponseReasoningText(ResponseContentPart):
    """A text of the model's reasoning.

    Attributes:
        text: The text.
        type: Always "reasoning_text".
    """

    text: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="reasoning_text", kw_only=True)


@attrs.frozen(repr=False)
class ResponseReasoningSummary(ResponseContentPart):
    """A part of a summary of the reasoning. vLLM 0.32 makes no summaries.

    Attributes:
        text: The text.
        type: Always "summary_text".
    """

    text: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="summary_text", kw_only=True)


@attrs.frozen(repr=False)
class ResponseOutputItem(Answer):
    """An item of a response. Items of unknown types are instances of this class.

    Items can be passed on unchanged, in the `input` of the next request.

    Attributes:
        type: The type of the item, such as "message".
    """

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)


@attrs.frozen(repr=False)
class ResponseOutputMessage(ResponseOutputItem):
    """A message of the model.

    Attributes:
        content: The parts of the message.
        id: The id of the item.
        role: Always "assistant".
        status: "in_progress", "completed" or "incomplete".
        phase: "commentary" for an intermediate comment, "final_answer" for the answer. None unless
            the server distinguishes them.
        type: Always "message".
    """

    content: list[ResponseContentPart] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    role: str = "assistant"
    status: str | None = None
    phase: str | None = None
    type: str = attrs.field(default="message", kw_only=True)


@attrs.frozen(repr=False)
class ResponseReasoningItem(ResponseOutputItem):
    """The reasoning of the model.

    Attributes:
        content: The parts of the reasoning. None if the server keeps it back.
        id: The id of the item.
        summary: The parts of a summary of the reasoning.
        encrypted_content: The reasoning in encrypted form, for the next request's `input`.
        status: "in_progress", "completed" or "incomplete".
        type: Always "reasoning".
    """

    content: list[ResponseContentPart] | None = attrs.field(default=None, metadata=CONTENT)
    id: str | None = None
    summary: list[ResponseContentPart] = attrs.field(factory=list)
    encrypted_content: str | None = None
    status: str | None = None
    type: str = attrs.field(default="reasoning", kw_only=True)

    @property
    def text(self) -> str:
        """The text of all parts, joined."""
        return _text_of(self.content or [], ResponseReasoningText)


@attrs.frozen(repr=False)
class ResponseFunctionToolCall(ResponseOutputItem):
    """A function call that the model requests.

    Attributes:
        name: The name of the function.
        arguments: The arguments as JSON text, as the model wrote it.
        call_id: The id that connects the call with its result.
        id: The id of the item.
        caller: Which program or model requested the call.
        namespace: The namespace of the function.
        status: "in_progress", "completed" or "incomplete".
        created_by: The id of the actor that created the item.
        type: Always "function_call".
    """

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
    """A call of a tool whose input is free text.

    Attributes:
        name: The name of the tool.
        input: The input of the tool, as the model wrote it.
        call_id: The id that connects the call with its result.
        id: The id of the item.
        caller: Which program or model requested the call.
        namespace: The namespace of the tool.
        type: Always "custom_tool_call".
    """

    name: str = attrs.field(metadata=CONTENT)
    input: str = attrs.field(default="", metadata=CONTENT)
    call_id: str = attrs.field(factory=new_call_id, metadata=EMPTY_IS_NULL)
    id: str | None = None
    caller: dict[str, Any] | None = None
    namespace: str | None = None
    type: str = attrs.field(default="custom_tool_call", kw_only=True)


@attrs.frozen(repr=False)
class ResponseMcpCall(ResponseOutputItem):
    """A call of an MCP tool, which the server ran itself.

    Attributes:
        name: The name of the tool.
        arguments: The arguments as JSON text, as the model wrote it.
        id: The id of the item.
        server_label: The name of the MCP server.
        output: The output of the tool.
        error: Why the call failed. None if it did not fail.
        approval_request_id: The id of the request to approve the call.
        status: "in_progress", "calling", "completed", "incomplete" or "failed".
        type: Always "mcp_call".
    """

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
    """Code that the model wrote and the server ran.

    Attributes:
        code: The code.
        id: The id of the item.
        container_id: The id of the container that ran the code.
        outputs: What the code printed, and the images it made. None unless requested with
            `include`.
        status: "in_progress", "interpreting", "completed", "incomplete" or "failed".
        type: Always "code_interpreter_call".
    """

    code: str | None = None
    id: str | None = None
    container_id: str | None = None
    outputs: list[dict[str, Any]] | None = None
    status: str | None = None
    type: str = attrs.field(default="code_interpreter_call", kw_only=True)


@attrs.frozen(repr=False)
class ResponseFunctionWebSearch(ResponseOutputItem):
    """A web search that the server made.

    Attributes:
        action: What the server did; its `type` is "search", "open_page" or "find_in_page".
        id: The id of the item.
        status: "in_progress", "searching", "completed" or "failed".
        type: Always "web_search_call".
    """

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
    """A breakdown of the prompt tokens.

    If the server runs tools, it calls the model several times for one response; each call is a
    turn.

    Attributes:
        cached_tokens: Tokens that were read from the prefix cache.
        cache_write_tokens: Tokens that were added to the prefix cache.
        input_tokens_per_turn: The prompt tokens of each turn.
        cached_tokens_per_turn: The tokens of each turn that were read from the prefix cache.
    """

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    input_tokens_per_turn: list[int] = attrs.field(factory=list)
    cached_tokens_per_turn: list[int] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class ResponseOutputTokensDetails(Answer):
    """A breakdown of the generated tokens, and the tokens of tool results.

    Attributes:
        reasoning_tokens: Generated tokens of reasoning.
        tool_output_tokens: Tokens of results of tools that the server ran.
        output_tokens_per_turn: The generated tokens of each turn (see ResponseInputTokensDetails).
        tool_output_tokens_per_turn: The tokens of tool results of each turn.
    """

    reasoning_tokens: int | None = None
    tool_output_tokens: int | None = None
    output_tokens_per_turn: list[int] = attrs.field(factory=list)
    tool_output_tokens_per_turn: list[int] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class ResponseUsage(Answer):
    """Token counts of a response.

    Attributes:
        input_tokens: Tokens of the prompt.
        output_tokens: Generated tokens, reasoning included.
        total_tokens: The sum of both.
        input_tokens_details: A breakdown of `input_tokens`.
        output_tokens_details: A breakdown of `output_tokens`.
    """

    input_tokens: int = attrs.field(default=0, metadata=COUNT)
    output_tokens: int = attrs.field(default=0, metadata=COUNT)
    total_tokens: int = attrs.field(default=0, metadata=COUNT)
    input_tokens_details: ResponseInputTokensDetails | None = None
    output_tokens_details: ResponseOutputTokensDetails | None = None


@attrs.frozen(repr=False)
class ResponseIncompleteDetails(Answer):
    """Why a response is incomplete.

    Attributes:
        reason: The reason, such as "max_output_tokens".
    """

    reason: str | None = None


@attrs.frozen(repr=False)
class Response(Answer):
    """The response of POST /v1/responses.

    Many fields repeat the options that the server used, its defaults included.

    Attributes:
        output: The reasoning, messages and calls, in the order in which they were generated.
        id: The id of the response.
        object: Always "response".
        created_at: When the response was created, as a Unix time in seconds.
        model: The name of the model.
        status: "completed", "incomplete" (cut off by max_output_tokens), "queued" or "in_progress"
            (in the background), "cancelled" or "failed".
        incomplete_details: Why the response is incomplete. None if it is not.
        usage: Token counts. None until the response has ended.
        instructions: The system message of the request.
        metadata: The metadata of the request.
        parallel_tool_calls: Whether the model could request several calls at once.
        temperature: The temperature of the sampling.
        top_p: The probability mass that tokens were sampled from.
        presence_penalty: The penalty for tokens that appear in the text.
        frequency_penalty: The penalty for tokens by how often they appear in the text.
        tool_choice: Whether the model could, had to or could not call tools, or the tool to call.
        tools: The tools of the request.
        background: Whether the response was generated in the background.
        max_output_tokens: Max tokens to generate.
        max_tool_calls: Max calls of tools that the server runs; vLLM does not enforce it.
        previous_response_id: The id of the response that this one continues.
        prompt: The prompt template of the request; vLLM has none.
        prompt_cache_key: Repeated from the request; no effect in vLLM.
        prompt_cache_options: Repeated from the request; no effect in vLLM.
        prompt_cache_retention: Repeated from the request; no effect in vLLM.
        reasoning: The options of reasoning of the request.
        safety_identifier: The identifier of the end user.
        service_tier: Repeated from the request; no effect in vLLM.
        text: The format of the answer.
        top_logprobs: Number of alternatives that are reported for each token.
        truncation: "auto" if a prompt that is too long is truncated, else "disabled".
        user: The identifier of the end user.
        metrics: The server's timing of the request. None unless the server reports it.
        kv_transfer_params: Where the KV cache is, if prefill and decode are separate servers.
        ec_transfer_params: Where the encoder cache is, if the encoder is a separate server.
        input_messages: The prompt as the model got it, with token ids. None unless requested with
            enable_response_messages; the same holds for `output_messages`.
        output_messages: The text as the model generated it, with token ids.
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
        """The text of all messages, joined. "" without messages."""
        messages = (item for item in self.output if isinstance(item, ResponseOutputMessage))
        return "".join(_text_of(message.content, ResponseOutputText) for message in messages)

    @property
    def function_calls(self) -> list[ResponseFunctionToolCall]:
        """The function calls that the model requests."""
        return [item for item in self.output if isinstance(item, ResponseFunctionToolCall)]


def _text_of(
    parts: list[ResponseContentPart], kind: type[ResponseOutputText] | type[ResponseReasoningText]
) -> str:
    return "".join(part.text for part in parts if isinstance(part, kind))
