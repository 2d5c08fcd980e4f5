"""Helpers that return the messages of a chat as plain dicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from ...errors import RequestError

if TYPE_CHECKING:
    from .answers import Message

MessageParam: TypeAlias = "dict[str, Any] | Message"
"""A message as a dict, or the message of an answer."""

ContentPart: TypeAlias = Mapping[str, Any]
"""A part of the content of a message, such as `text()` and `image()` return."""

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
    """Return a system message from a text or a list of `text()` parts."""
    return {"role": "system", "content": _content(content)}


def user(*parts: str | ContentPart) -> MessageParam:
    """Return a user message from a text, or from texts and media in any order.

        user("What is recursion?")
        user("Compare these two.", image("a.png"), image("https://example.com/b.jpg"))

    Args:
        *parts: Texts, and content parts such as `image()` returns.

    Raises:
        RequestError: There are no parts, or one is neither a text nor a content part.
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
    """Return an assistant message, for example to continue a conversation with an answer.

        assistant(reply.content, reasoning=reply.reasoning, tool_calls=reply.tool_calls)

    None and an empty list of calls are omitted. vLLM before 0.16 expects the reasoning as
    `reasoning_content`; for these versions write the message as a dict.

    Args:
        content: The text, or a list of `text()` parts. Default: none.
        reasoning: The reasoning of the model. Default: none.
        tool_calls: The tool calls of the model. Default: none.
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
    """Return a message with the result of a tool call.

        tool({"temperature": 25}, tool_call)

    Args:
        content: A text is sent unchanged. Any other value is encoded as JSON, as by `run_tools`.
            Dataclasses, pydantic models, dates, Decimals and sets are supported.
        tool_call_id: The id of the call, or the call itself.

    Raises:
        RequestError: The content cannot be encoded as JSON, or the id is missing.
    """
    call_id = tool_call_id if isinstance(tool_call_id, str) else getattr(tool_call_id, "id", None)
    if not isinstance(call_id, str):
        raise RequestError(f"tool(): expected the id of a tool call, got {_kind(tool_call_id)}")
    return {"role": "tool", "tool_call_id": call_id, "content": _as_text(content)}


def text(content: str) -> dict[str, Any]:
    """Return a text part of the content of a message."""
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
    from .tool_results import strict_result_text  # imported here, as few programs need it

    try:
        return strict_result_text(content)
    except Exception as error:  # classes of the caller can raise any exception
        raise RequestError(f"tool(): cannot encode the content: {error}") from error


def _kind(value: object) -> str:
    return type(value).__name__
