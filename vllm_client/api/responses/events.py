"""Events of a Responses stream: all that vLLM 0.33 sends, and some of other servers.

The class names are those of openai-python.
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from ...codec.answer import Answer, Kinds, registered_in
from ...codec.answer_fields import CONTENT
from ...codec.arguments import ArgumentsText
from .answers import Response, ResponseContentPart, ResponseLogprob, ResponseOutputItem


@attrs.frozen(repr=False)
class ResponseStreamEvent(Answer):
    """An event of a Responses stream. Events of unknown types are instances of this class.

    Attributes:
        type: The type of the event, such as "response.output_text.delta".
        sequence_number: The number of the event in the stream, from 0. After a lost connection,
            `responses.retrieve(…, stream=True, starting_after=…)` continues after this event.
    """

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)
    sequence_number: int | None = attrs.field(default=None, kw_only=True)


_event = registered_in(ResponseStreamEvent.KINDS)


@attrs.frozen(repr=False)
class ResponseStateEvent(ResponseStreamEvent):
    """An event with the whole response in its current state.

    Attributes:
        response: The response so far.
    """

    response: Response = attrs.field(factory=Response, metadata=CONTENT)


@attrs.frozen(repr=False, kw_only=True)
class ResponseItemEvent(ResponseStreamEvent):
    """An event about one item of the response.

    Attributes:
        item_id: The id of the item. Some servers omit it.
        output_index: The position of the item in the response's `output`, from 0.
    """

    item_id: str | None = None
    output_index: int = 0


@attrs.frozen(repr=False)
class ResponseDeltaEvent(ResponseItemEvent):
    """A piece of an item's text, arguments or code.

    Attributes:
        delta: The piece.
    """

    delta: str = attrs.field(default="", metadata=CONTENT)


@_event
@attrs.frozen(repr=False)
class ResponseCreatedEvent(ResponseStateEvent):
    """The response was created: the first event.

    Attributes:
        type: Always "response.created".
    """

    type: str = attrs.field(default="response.created", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseQueuedEvent(ResponseStateEvent):
    """The response is waiting for its turn. vLLM 0.32 does not send this event.

    Attributes:
        type: Always "response.queued".
    """

    type: str = attrs.field(default="response.queued", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseInProgressEvent(ResponseStateEvent):
    """The response is being generated.

    Attributes:
        type: Always "response.in_progress".
    """

    type: str = attrs.field(default="response.in_progress", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCompletedEvent(ResponseStateEvent):
    """The response is complete: the last event.

    Up to vLLM 0.32 this event also ends an incomplete response (`response.status`).

    Attributes:
        type: Always "response.completed".
    """

    type: str = attrs.field(default="response.completed", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseIncompleteEvent(ResponseStateEvent):
    """The response was cut off: the last event. vLLM 0.33 and later.

    Attributes:
        type: Always "response.incomplete".
    """

    type: str = attrs.field(default="response.incomplete", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseFailedEvent(ResponseStateEvent):
    """The response failed: the last event. vLLM 0.32 does not send it.

    Attributes:
        type: Always "response.failed".
    """

    type: str = attrs.field(default="response.failed", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseOutputItemAddedEvent(ResponseStreamEvent):
    """An item begins.

    Attributes:
        item: The item, without its text or arguments.
        output_index: The position of the item in the response's `output`, from 0.
        type: Always "response.output_item.added".
    """

    item: ResponseOutputItem = attrs.field(factory=ResponseOutputItem, metadata=CONTENT)
    output_index: int = 0
    type: str = attrs.field(default="response.output_item.added", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseOutputItemDoneEvent(ResponseStreamEvent):
    """An item is complete.

    Attributes:
        item: The complete item.
        output_index: The position of the item in the response's `output`, from 0.
        type: Always "response.output_item.done".
    """

    item: ResponseOutputItem = attrs.field(factory=ResponseOutputItem, metadata=CONTENT)
    output_index: int = 0
    type: str = attrs.field(default="response.output_item.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseContentPartAddedEvent(ResponseItemEvent):
    """A part of an item begins.

    Attributes:
        part: The part, without its text.
        content_index: The position of the part in the item's `content`, from 0.
        type: Always "response.content_part.added".
    """

    part: ResponseContentPart = attrs.field(factory=ResponseContentPart, metadata=CONTENT)
    content_index: int = 0
    type: str = attrs.field(default="response.content_part.added", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseContentPartDoneEvent(ResponseItemEvent):
    """A part of an item is complete.

    Attributes:
        part: The complete part.
        content_index: The position of the part in the item's `content`, from 0.
        type: Always "response.content_part.done".
    """

    part: ResponseContentPart = attrs.field(factory=ResponseContentPart, metadata=CONTENT)
    content_index: int = 0
    type: str = attrs.field(default="response.content_part.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseTextDeltaEvent(ResponseDeltaEvent):
    """A piece of a message's text.

    Attributes:
        content_index: The position of the text in the item's `content`, from 0.
        logprobs: The log probability of each token of the piece. Empty unless requested.
        type: Always "response.output_text.delta".
    """

    content_index: int = 0
    logprobs: list[ResponseLogprob] = attrs.field(factory=list)
    type: str = attrs.field(default="response.output_text.delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseTextDoneEvent(ResponseItemEvent):
    """A text of a message is complete.

    Attributes:
        text: The complete text.
        content_index: The position of the text in the item's `content`, from 0.
        logprobs: The log probability of each token. Empty unless requested.
        type: Always "response.output_text.done".
    """

    text: str = attrs.field(default="", metadata=CONTENT)
    content_index: int = 0
    logprobs: list[ResponseLogprob] = attrs.field(factory=list)
    type: str = attrs.field(default="response.output_text.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseReasoningTextDeltaEvent(ResponseDeltaEvent):
    """A piece of the reasoning's text.

    Attributes:
        content_index: The position of the text in the item's `content`, from 0.
        type: Always "response.reasoning_text.delta".
    """

    content_index: int = 0
    type: str = attrs.field(default="response.reasoning_text.delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseReasoningTextDoneEvent(ResponseItemEvent):
    """A text of the reasoning is complete.

    Attributes:
        text: The complete text.
        content_index: The position of the text in the item's `content`, from 0.
        type: Always "response.reasoning_text.done".
    """

    text: str = attrs.field(default="", metadata=CONTENT)
    content_index: int = 0
    type: str = attrs.field(default="response.reasoning_text.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseFunctionCallArgumentsDeltaEvent(ResponseDeltaEvent):
    """A piece of a function call's arguments.

    Attributes:
        type: Always "response.function_call_arguments.delta".
    """

    type: str = attrs.field(default="response.function_call_arguments.delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseFunctionCallArgumentsDoneEvent(ResponseItemEvent):
    """The arguments of a function call are complete.

    Attributes:
        arguments: The arguments as JSON text.
        name: The name of the function.
        type: Always "response.function_call_arguments.done".
    """

    arguments: ArgumentsText = attrs.field(default="", metadata=CONTENT)
    name: str | None = None
    type: str = attrs.field(default="response.function_call_arguments.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCustomToolCallInputDeltaEvent(ResponseDeltaEvent):
    """A piece of a custom tool's input.

    Attributes:
        type: Always "response.custom_tool_call_input.delta".
    """

    type: str = attrs.field(default="response.custom_tool_call_input.delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCustomToolCallInputDoneEvent(ResponseItemEvent):
    """The input of a custom tool is complete.

    Attributes:
        input: The complete input.
        type: Always "response.custom_tool_call_input.done".
    """

    input: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="response.custom_tool_call_input.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseMcpCallInProgressEvent(ResponseItemEvent):
    """The call of an MCP tool begins.

    Attributes:
        type: Always "response.mcp_call.in_progress".
    """

    type: str = attrs.field(default="response.mcp_call.in_progress", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseMcpCallArgumentsDeltaEvent(ResponseDeltaEvent):
    """A piece of an MCP call's arguments.

    Attributes:
        type: Always "response.mcp_call_arguments.delta".
    """

    type: str = attrs.field(default="response.mcp_call_arguments.delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseMcpCallArgumentsDoneEvent(ResponseItemEvent):
    """The arguments of an MCP call are complete.

    Attributes:
        arguments: The arguments as JSON text.
        name: The name of the tool.
        type: Always "response.mcp_call_arguments.done".
    """

    arguments: ArgumentsText = attrs.field(default="", metadata=CONTENT)
    name: str | None = None
    type: str = attrs.field(default="response.mcp_call_arguments.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseMcpCallCompletedEvent(ResponseItemEvent):
    """The call of an MCP tool has ended.

    Attributes:
        type: Always "response.mcp_call.completed".
    """

    type: str = attrs.field(default="response.mcp_call.completed", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCodeInterpreterCallInProgressEvent(ResponseItemEvent):
    """The model begins to write code for the server to run.

    Attributes:
        type: Always "response.code_interpreter_call.in_progress".
    """

    type: str = attrs.field(default="response.code_interpreter_call.in_progress", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCodeInterpreterCallCodeDeltaEvent(ResponseDeltaEvent):
    """A piece of code for the server to run.

    Attributes:
        type: Always "response.code_interpreter_call_code.delta".
    """

    type: str = attrs.field(default="response.code_interpreter_call_code.delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCodeInterpreterCallCodeDoneEvent(ResponseItemEvent):
    """The code for the server to run is complete.

    Attributes:
        code: The complete code.
        type: Always "response.code_interpreter_call_code.done".
    """

    code: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="response.code_interpreter_call_code.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCodeInterpreterCallInterpretingEvent(ResponseItemEvent):
    """The server starts to run the code.

    Attributes:
        type: Always "response.code_interpreter_call.interpreting".
    """

    type: str = attrs.field(default="response.code_interpreter_call.interpreting", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCodeInterpreterCallCompletedEvent(ResponseItemEvent):
    """The code has finished running.

    Attributes:
        type: Always "response.code_interpreter_call.completed".
    """

    type: str = attrs.field(default="response.code_interpreter_call.completed", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseWebSearchCallInProgressEvent(ResponseItemEvent):
    """A web search by the server begins.

    Attributes:
        type: Always "response.web_search_call.in_progress".
    """

    type: str = attrs.field(default="response.web_search_call.in_progress", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseWebSearchCallSearchingEvent(ResponseItemEvent):
    """The server is searching the web.

    Attributes:
        type: Always "response.web_search_call.searching".
    """

    type: str = attrs.field(default="response.web_search_call.searching", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseWebSearchCallCompletedEvent(ResponseItemEvent):
    """A web search by the server has ended.

    Attributes:
        type: Always "response.web_search_call.completed".
    """

    type: str = attrs.field(default="response.web_search_call.completed", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseErrorEvent(ResponseStreamEvent):
    """The server failed. The next read from the stream raises the error.

    Attributes:
        message: The error message.
        code: The class of the error, as a name or an HTTP status.
        param: The option that the error is about.
        type: Always "error".
    """

    message: str | None = None
    code: str | int | None = None
    param: str | None = None
    type: str = attrs.field(default="error", kw_only=True)
