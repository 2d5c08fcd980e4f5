"""The messages of a conversation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

from .chat_completion_content_part_param import (
    ChatCompletionContentPartParam,
    ChatCompletionContentPartRefusalParam,
    ChatCompletionContentPartTextParam,
)

ContentArrayOfContentPart: TypeAlias = (
    ChatCompletionContentPartTextParam | ChatCompletionContentPartRefusalParam
)


class ChatCompletionDeveloperMessageParam(TypedDict):
    """Instructions, under their newer name."""

    content: str | Iterable[ChatCompletionContentPartTextParam]
    role: Literal["developer"]
    name: NotRequired[str]


class ChatCompletionSystemMessageParam(TypedDict):
    """Instructions."""

    content: str | Iterable[ChatCompletionContentPartTextParam]
    role: Literal["system"]
    name: NotRequired[str]


class ChatCompletionUserMessageParam(TypedDict):
    """A message of the user."""

    content: str | Iterable[ChatCompletionContentPartParam]
    role: Literal["user"]
    name: NotRequired[str]


class Function(TypedDict):
    """The function of a tool call; `arguments` is JSON text."""

    arguments: str
    name: str


class ChatCompletionMessageFunctionToolCallParam(TypedDict):
    """A tool call in an earlier answer."""

    id: str
    function: Function
    type: Literal["function"]


class ChatCompletionAssistantMessageParam(TypedDict):
    """An earlier answer. vLLM reads its reasoning from `reasoning`."""

    role: Literal["assistant"]
    content: NotRequired[str | Iterable[ContentArrayOfContentPart] | None]
    name: NotRequired[str]
    refusal: NotRequired[str | None]
    reasoning: NotRequired[str | None]
    tool_calls: NotRequired[Iterable[ChatCompletionMessageFunctionToolCallParam]]


class ChatCompletionToolMessageParam(TypedDict):
    """The result of a tool call."""

    content: str | Iterable[ChatCompletionContentPartTextParam]
    role: Literal["tool"]
    tool_call_id: str


class ChatCompletionFunctionMessageParam(TypedDict):
    """The result of a function call in the format that preceded tool calls."""

    content: str | None
    name: str
    role: Literal["function"]


ChatCompletionMessageParam: TypeAlias = (
    ChatCompletionDeveloperMessageParam
    | ChatCompletionSystemMessageParam
    | ChatCompletionUserMessageParam
    | ChatCompletionAssistantMessageParam
    | ChatCompletionToolMessageParam
    | ChatCompletionFunctionMessageParam
)
ChatCompletionRole: TypeAlias = Literal[
    "developer", "system", "user", "assistant", "tool", "function"
]
