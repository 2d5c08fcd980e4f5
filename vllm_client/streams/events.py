"""The events that a stream of a generation yields.

`StreamEvent` is their base class, and the namespace for use in `match`:

    match event:
        case StreamEvent.Content(delta): print(delta, end="")
        case StreamEvent.Done(): ...
"""

from __future__ import annotations

from typing import TypeAlias, TypeVar

import attrs

from ..codec.finish_reason import FinishReason
from ..codec.tool_call import ToolCall
from ..codec.usage import Usage as TokenUsage
from ..errors import StreamError


class StreamEvent:
    """The base class of all stream events, and their namespace: `StreamEvent.Content` and so on.

    `AnyStreamEvent` is the union of the events, for an exhaustive `match`.
    """

    __slots__ = ()

    # Names for type checkers; at run time `_in_namespace` assigns the classes.
    Reasoning: TypeAlias = "ReasoningEvent"
    Content: TypeAlias = "ContentEvent"
    ToolCallDelta: TypeAlias = "ToolCallDeltaEvent"
    ToolCallComplete: TypeAlias = "ToolCallCompleteEvent"
    Usage: TypeAlias = "UsageEvent"
    Done: TypeAlias = "DoneEvent"
    Error: TypeAlias = "ErrorEvent"
    ToolResult: TypeAlias = "ToolResultEvent"


EventT = TypeVar("EventT", bound=StreamEvent)


def _in_namespace(event_class: type[EventT]) -> type[EventT]:
    """Make `ContentEvent` available as `StreamEvent.Content`, and use that name in repr and pickle.

    The class is assigned afterwards, since it cannot be defined inside of its own base class.
    """
    name = event_class.__name__.removesuffix("Event")
    event_class.__name__, event_class.__qualname__ = name, f"StreamEvent.{name}"
    setattr(StreamEvent, name, event_class)
    return event_class


@_in_namespace
@attrs.frozen
class ReasoningEvent(StreamEvent):
    """A piece of the model's reasoning.

    Attributes:
        delta: The new text.
        index: The index of the choice.
    """

    delta: str
    index: int | None = 0


@_in_namespace
@attrs.frozen
class ContentEvent(StreamEvent):
    """A piece of the answer's text.

    Attributes:
        delta: The new text.
        index: The index of the choice.
    """

    delta: str
    index: int | None = 0


@_in_namespace
@attrs.frozen
class ToolCallDeltaEvent(StreamEvent):
    """A piece of the arguments of a tool call. The first piece, often empty, begins the call.

    Attributes:
        tool_call_id: The id of the call.
        delta: The new text of the arguments.
        name: The name of the function.
        tool_index: The index of the call in the answer.
        index: The index of the choice.
    """

    tool_call_id: str
    delta: str
    name: str | None = None
    tool_index: int = 0
    index: int | None = 0


@_in_namespace
@attrs.frozen
class ToolCallCompleteEvent(StreamEvent):
    """A tool call whose arguments are complete.

    If the arguments are a JSON object, the event is sent as soon as the next call begins or the
    choice finishes. For other arguments, also empty ones, it is sent only after the choice has
    finished with a reason other than "length", "abort" and "error".

    Attributes:
        tool_call: The call.
        index: The index of the choice.
    """

    tool_call: ToolCall
    index: int | None = 0


@_in_namespace
@attrs.frozen
class UsageEvent(StreamEvent):
    """The token counts, sent once, near the end of the stream.

    Attributes:
        usage: The token counts.
        index: Always None: the counts are those of all choices.
    """

    usage: TokenUsage
    index: int | None = None


@_in_namespace
@attrs.frozen
class DoneEvent(StreamEvent):
    """The end of a complete stream: every choice has its finish_reason.

    Attributes:
        finish_reason: The finish reason of the first choice.
        finish_reasons: The finish reason of each choice, by its index.
        index: Always None: the event concerns all choices.
    """

    finish_reason: FinishReason | None = None
    finish_reasons: dict[int, FinishReason] = attrs.field(factory=dict)
    index: int | None = None


@_in_namespace
@attrs.frozen
class ErrorEvent(StreamEvent):
    """The failure of a stream after its first delta.

    Attributes:
        error: The error. Reading the stream further raises it. Its `partial` is the response so
            far.
        index: Always None: the event concerns all choices.
    """

    error: StreamError
    index: int | None = None


@_in_namespace
@attrs.frozen
class ToolResultEvent(StreamEvent):
    """The result of a function called for the model. Only streams of `stream_tools` have it.

    Attributes:
        tool_call: The call.
        content: The text sent to the model: the result, or a description of the error.
        error: The error raised by the function or by parsing its arguments; None on success.
        index: The index of the choice.
    """

    tool_call: ToolCall
    content: str
    error: Exception | None = None
    index: int | None = 0


AnyStreamEvent: TypeAlias = (
    ReasoningEvent
    | ContentEvent
    | ToolCallDeltaEvent
    | ToolCallCompleteEvent
    | UsageEvent
    | DoneEvent
    | ErrorEvent
)
AnyToolEvent: TypeAlias = AnyStreamEvent | ToolResultEvent
AnyCompletionEvent: TypeAlias = ContentEvent | UsageEvent | DoneEvent | ErrorEvent
