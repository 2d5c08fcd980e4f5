"""The events of a Responses stream, by their names on the wire: all that vLLM 0.33 sends, and the
few more with which other servers end. Names of classes are those of openai-python.
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from ...codec.answer import CONTENT, Answer, Kinds, registered_in
from ...codec.arguments import ArgumentsText
from .answers import Response, ResponseContentPart, ResponseLogprob, ResponseOutputItem


@attrs.frozen(repr=False)
class ResponseStreamEvent(Answer):
    """An event of a Responses stream; of a type that has no class of its own here.

    type: its name, such as "response.output_text.delta". sequence_number: counts the events from
    0; `responses.retrieve(…, stream=True, starting_after=…)` goes on behind it.
    """

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)
    sequence_number: int | None = attrs.field(default=None, kw_only=True)


_event = registered_in(ResponseStreamEvent.KINDS)


@attrs.frozen(repr=False)
class ResponseStateEvent(ResponseStreamEvent):
    """An event that shows the whole response, as it is by then."""

    response: Response = attrs.field(factory=Response, metadata=CONTENT)


@attrs.frozen(repr=False, kw_only=True)
class ResponseItemEvent(ResponseStreamEvent):
    """An event about one item: its id, and its place in the response's `output`."""

    item_id: str | None = None
    output_index: int = 0


@attrs.frozen(repr=False)
class ResponseDeltaEvent(ResponseItemEvent):
    """A piece of what an item is made of."""

    delta: str = attrs.field(default="", metadata=CONTENT)


@_event
@attrs.frozen(repr=False)
class ResponseCreatedEvent(ResponseStateEvent):
    """The first event."""

    type: str = attrs.field(default="response.created", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseQueuedEvent(ResponseStateEvent):
    """It waits for its turn. vLLM 0.32 does not send it."""

    type: str = attrs.field(default="response.queued", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseInProgressEvent(ResponseStateEvent):
    """It is being generated."""

    type: str = attrs.field(default="response.in_progress", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCompletedEvent(ResponseStateEvent):
    """The last event; up to vLLM 0.32 also when `response.status` is "incomplete"."""

    type: str = attrs.field(default="response.completed", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseIncompleteEvent(ResponseStateEvent):
    """The last event of a response that was cut, of vLLM 0.33 and later."""

    type: str = attrs.field(default="response.incomplete", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseFailedEvent(ResponseStateEvent):
    """The last event of a response that failed. vLLM 0.32 does not send it."""

    type: str = attrs.field(default="response.failed", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseOutputItemAddedEvent(ResponseStreamEvent):
    """An item begins."""

    item: ResponseOutputItem = attrs.field(factory=ResponseOutputItem, metadata=CONTENT)
    output_index: int = 0
    type: str = attrs.field(default="response.output_item.added", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseOutputItemDoneEvent(ResponseStreamEvent):
    """An item is whole."""

    item: ResponseOutputItem = attrs.field(factory=ResponseOutputItem, metadata=CONTENT)
    output_index: int = 0
    type: str = attrs.field(default="response.output_item.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseContentPartAddedEvent(ResponseItemEvent):
    """A part of an item begins."""

    part: ResponseContentPart = attrs.field(factory=ResponseContentPart, metadata=CONTENT)
    content_index: int = 0
    type: str = attrs.field(default="response.content_part.added", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseContentPartDoneEvent(ResponseItemEvent):
    """A part of an item is whole."""

    part: ResponseContentPart = attrs.field(factory=ResponseContentPart, metadata=CONTENT)
    content_index: int = 0
    type: str = attrs.field(default="response.content_part.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseTextDeltaEvent(ResponseDeltaEvent):
    """A piece of the answer."""

    content_index: int = 0
    logprobs: list[ResponseLogprob] = attrs.field(factory=list)
    type: str = attrs.field(default="response.output_text.delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseTextDoneEvent(ResponseItemEvent):
    """A text of the answer is whole."""

    text: str = attrs.field(default="", metadata=CONTENT)
    content_index: int = 0
    logprobs: list[ResponseLogprob] = attrs.field(factory=list)
    type: str = attrs.field(default="response.output_text.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseReasoningTextDeltaEvent(ResponseDeltaEvent):
    """A piece of the model's thoughts."""

    content_index: int = 0
    type: str = attrs.field(default="response.reasoning_text.delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseReasoningTextDoneEvent(ResponseItemEvent):
    """The thoughts are whole."""

    text: str = attrs.field(default="", metadata=CONTENT)
    content_index: int = 0
    type: str = attrs.field(default="response.reasoning_text.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseFunctionCallArgumentsDeltaEvent(ResponseDeltaEvent):
    """A piece of a function call's arguments."""

    type: str = attrs.field(default="response.function_call_arguments.delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseFunctionCallArgumentsDoneEvent(ResponseItemEvent):
    """A function call's arguments are whole."""

    arguments: ArgumentsText = attrs.field(default="", metadata=CONTENT)
    name: str | None = None
    type: str = attrs.field(default="response.function_call_arguments.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCustomToolCallInputDeltaEvent(ResponseDeltaEvent):
    """A piece of a custom tool's input."""

    type: str = attrs.field(default="response.custom_tool_call_input.delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCustomToolCallInputDoneEvent(ResponseItemEvent):
    """A custom tool's input is whole."""

    input: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="response.custom_tool_call_input.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseMcpCallInProgressEvent(ResponseItemEvent):
    """A call of a tool of the server's, over MCP, begins."""

    type: str = attrs.field(default="response.mcp_call.in_progress", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseMcpCallArgumentsDeltaEvent(ResponseDeltaEvent):
    """A piece of its arguments."""

    type: str = attrs.field(default="response.mcp_call_arguments.delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseMcpCallArgumentsDoneEvent(ResponseItemEvent):
    """Its arguments are whole."""

    arguments: ArgumentsText = attrs.field(default="", metadata=CONTENT)
    name: str | None = None
    type: str = attrs.field(default="response.mcp_call_arguments.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseMcpCallCompletedEvent(ResponseItemEvent):
    """The call is done."""

    type: str = attrs.field(default="response.mcp_call.completed", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCodeInterpreterCallInProgressEvent(ResponseItemEvent):
    """Code for the server to run begins."""

    type: str = attrs.field(default="response.code_interpreter_call.in_progress", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCodeInterpreterCallCodeDeltaEvent(ResponseDeltaEvent):
    """A piece of the code."""

    type: str = attrs.field(default="response.code_interpreter_call_code.delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCodeInterpreterCallCodeDoneEvent(ResponseItemEvent):
    """The code is whole."""

    code: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="response.code_interpreter_call_code.done", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCodeInterpreterCallInterpretingEvent(ResponseItemEvent):
    """The server runs the code."""

    type: str = attrs.field(default="response.code_interpreter_call.interpreting", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseCodeInterpreterCallCompletedEvent(ResponseItemEvent):
    """The code has run."""

    type: str = attrs.field(default="response.code_interpreter_call.completed", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseWebSearchCallInProgressEvent(ResponseItemEvent):
    """A look of the server's into the web begins."""

    type: str = attrs.field(default="response.web_search_call.in_progress", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseWebSearchCallSearchingEvent(ResponseItemEvent):
    """The server searches the web."""

    type: str = attrs.field(default="response.web_search_call.searching", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseWebSearchCallCompletedEvent(ResponseItemEvent):
    """The server has searched the web."""

    type: str = attrs.field(default="response.web_search_call.completed", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ResponseErrorEvent(ResponseStreamEvent):
    """The server failed; reading on raises it. `code` is the error's class."""

    message: str | None = None
    code: str | int | None = None
    param: str | None = None
    type: str = attrs.field(default="error", kw_only=True)
