"""Helpers for the messages of a chat. They make the plain dicts that one could write by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from ...errors import RequestError

if TYPE_CHECKING:
    from .answers import Message

MessageParam: TypeAlias = "dict[str, Any] | Message"
"""A message as the server takes it, or one of a reply, given back as it is."""

ContentPart: TypeAlias = Mapping[str, Any]
"""A part of a message's content, such as `text()` and `image()` make."""

Content: TypeAlias = str | Iterable[ContentPart]


class _Function(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def arguments(self) -> str: ...


class _ToolCall(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def function(self) -> _Function: ...


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


def system(content: Content) -> MessageParam:
    """A system message: text, or a list of `text()` parts."""
    return {"role": "system", "content": _content(content)}


def user(*parts: str | ContentPart) -> MessageParam:
    """A user message: text alone, or text and media in any order.

        user("What is recursion?")
        user("Compare these two.", image("a.png"), image("https://example.com/b.jpg"))

    Raises RequestError when there are no parts, or one is neither text nor a content part.
    """
    if len(parts) == 1 and isinstance(parts[0], str):
        return {"role": "user", "content": parts[0]}
    if not parts:
        raise RequestError("user(): expected text or content parts, got nothing")
    return {"role": "user", "content": [_part(part) for part in parts]}


def assistant(
    content: Content | None = None,
    *,
    reasoning: str | None = None,
    tool_calls: Iterable[_ToolCall | Mapping[str, Any]] | None = None,
) -> MessageParam:
    """An assistant message, such as a reply that goes back as part of the conversation.

        assistant(reply.content, reasoning=reply.reasoning, tool_calls=reply.tool_calls)

    What is None, and an empty list of calls, is left out. Servers before 0.16 take the reasoning
    under the name `reasoning_content`; for these, write the message as a dict.
    """
    message: dict[str, Any] = {"role": "assistant"}
    if content is not None:
        message["content"] = _content(content)
    if reasoning is not None:
        message["reasoning"] = reasoning
    if calls := [_call(call) for call in tool_calls or ()]:
        message["tool_calls"] = calls
    return message


def tool(content: Any, tool_call_id: str | _HasId) -> MessageParam:
    """The result of a tool call, which goes back to the model.

        tool({"temperature": 25}, tool_call)

    Args:
        content: Text as it is; anything else becomes JSON text, as the results of `run_tools` do:
            dataclasses, pydantic models, dates, Decimals and sets, for example.
        tool_call_id: The id, or the call itself.

    Raises:
        RequestError: JSON cannot express the content, or there is no id.
    """
    call_id = tool_call_id if isinstance(tool_call_id, str) else getattr(tool_call_id, "id", None)
    if not isinstance(call_id, str):
        raise RequestError(f"tool(): expected the id of a tool call, got {_kind(tool_call_id)}")
    return {"role": "tool", "tool_call_id": call_id, "content": _as_text(content)}


def text(content: str) -> dict[str, Any]:
    """A text part of a message's content."""
    return {"type": "text", "text": content}


def _content(content: Content) -> str | list[dict[str, Any]]:
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping) or not isinstance(content, Iterable):
        raise RequestError(f"expected text or a list of content parts, got {_kind(content)}")
    return [_part(part) for part in content]


def _part(part: str | ContentPart) -> dict[str, Any]:
    if isinstance(part, str):
        return text(part)
    if isinstance(part, Mapping):
        return dict(part)
    raise RequestError(f"expected text or a content part like image(…), got {_kind(part)}")


def _call(call: _ToolCall | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(call, Mapping):
        return dict(call)
    function = {"name": call.function.name, "arguments": call.function.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _as_text(content: Any) -> str:
    if isinstance(content, str):
        return content
    from .tool_results import strict_result_text  # not every program needs it

    try:
        return strict_result_text(content)
    except Exception as error:  # the caller's class may raise whatever it likes
        raise RequestError(f"tool(): cannot encode the content: {error}") from error


def _kind(value: object) -> str:
    return type(value).__name__
