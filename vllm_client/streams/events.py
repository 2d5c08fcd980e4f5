"""The events of a generation's stream, as a reader meets them.

`StreamEvent` is their base class and the namespace they are matched by:

    match event:
        case StreamEvent.Content(delta): print(delta, end="")
        case StreamEvent.Done(): ...
"""

from __future__ import annotations

from typing import TypeAlias, TypeVar

import attrs

from ..codec.tool_call import ToolCall
from ..codec.usage import Usage as TokenUsage
from ..errors import StreamError


class StreamEvent:
    """Any event of a stream. `AnyStreamEvent` is the closed union, for an exhaustive `match`."""

    __slots__ = ()

    # Names for type checkers; at run time `_in_namespace` puts the classes in their places.
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
    """Make `ContentEvent` also `StreamEvent.Content`, which its repr and its pickles then say.

    A class cannot be written inside the one that it inherits from, so it is put there afterwards.
    """
    name = event_class.__name__.removesuffix("Event")
    event_class.__name__, event_class.__qualname__ = name, f"StreamEvent.{name}"
    setattr(StreamEvent, name, event_class)
    return event_class


@_in_namespace
@attrs.frozen
class ReasoningEvent(StreamEvent):
    """A piece of the model's thoughts."""

    delta: str
    index: int | None = 0


@_in_namespace
@attrs.frozen
class ContentEvent(StreamEvent):
    """A piece of the answer."""

    delta: str
    index: int | None = 0


@_in_namespace
@attrs.frozen
class ToolCallDeltaEvent(StreamEvent):
    """A piece of a call's arguments; the first, often empty, tells the name.

    name: of the function, from the first piece on. tool_index: which call of the reply.
    """

    tool_call_id: str
    delta: str
    name: str | None = None
    tool_index: int = 0
    index: int | None = 0


@_in_namespace
@attrs.frozen
class ToolCallCompleteEvent(StreamEvent):
    """A call whose arguments are whole.

    It comes for a JSON object as soon as the next call begins or the choice finishes; for other
    arguments, empty ones too, only once the choice has finished without being cut.
    """

    tool_call: ToolCall
    index: int | None = 0


@_in_namespace
@attrs.frozen
class UsageEvent(StreamEvent):
    """Token counts, once, near the end."""

    usage: TokenUsage
    index: int | None = None


@_in_namespace
@attrs.frozen
class DoneEvent(StreamEvent):
    """The stream is complete: every choice has its finish_reason.

    finish_reason: of the first choice. finish_reasons: by the index of the choice.
    """

    finish_reason: str | None = None
    finish_reasons: dict[int, str] = attrs.field(factory=dict)
    index: int | None = None


@_in_namespace
@attrs.frozen
class ErrorEvent(StreamEvent):
    """The stream broke; `error` is raised if one reads on."""

    error: StreamError
    index: int | None = None


@_in_namespace
@attrs.frozen
class ToolResultEvent(StreamEvent):
    """A function was called for the model; only in streams of `stream_tools`.

    content: what the model is told, the result or what went wrong. error: what the function, or the
    reading of its arguments, raised; None if all went well.
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
