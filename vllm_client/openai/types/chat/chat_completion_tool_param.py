"""Tools and tool choice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

from ..shared_params.function_definition import FunctionDefinition


class ChatCompletionFunctionToolParam(TypedDict):
    """A function that the model may call."""

    function: FunctionDefinition
    type: Literal["function"]


ChatCompletionToolParam = ChatCompletionFunctionToolParam
ChatCompletionToolUnionParam: TypeAlias = ChatCompletionFunctionToolParam


class Function(TypedDict):
    """The name of a function."""

    name: str


class ChatCompletionNamedToolChoiceParam(TypedDict):
    """The function that the model must call."""

    function: Function
    type: Literal["function"]


class ChatCompletionAllowedToolsParam(TypedDict):
    """A subset of the tools that the model may call."""

    mode: Literal["auto", "required"]
    tools: Iterable[dict[str, object]]


class ChatCompletionAllowedToolChoiceParam(TypedDict):
    """A choice that limits the model to a subset of the tools."""

    allowed_tools: ChatCompletionAllowedToolsParam
    type: Literal["allowed_tools"]


ChatCompletionToolChoiceOptionParam: TypeAlias = (
    Literal["none", "auto", "required"]
    | ChatCompletionNamedToolChoiceParam
    | ChatCompletionAllowedToolChoiceParam
)


class ChatCompletionStreamOptionsParam(TypedDict, total=False):
    """Options of streams."""

    include_usage: bool
    include_obfuscation: bool
    continuous_usage_stats: NotRequired[bool]
