"""Options for the tools of a chat."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict

from .shown_keywords import shows_keys


class FunctionParam(TypedDict, total=False):
    """A function that the model may call."""

    name: Required[str]
    """The name of the function."""
    description: str | None
    """What the function does; the model reads it."""
    parameters: Mapping[str, Any] | None
    """The JSON schema of the arguments."""
    strict: bool | None
    """Whether generation is constrained to the schema, if the server's tool parser supports it."""
    defer_loading: bool | None
    """Whether the chat template leaves the tool out of the prompt until a message refers to it."""


@shows_keys
class ToolParam(TypedDict, total=False):
    """A tool that the model may call; vLLM supports only functions."""

    type: Literal["function"]
    """The kind of the tool. Default: "function"."""
    function: Required[FunctionParam]
    """The function."""
    defer_loading: bool | None
    """The same as `defer_loading` of the function, which overrides this one."""


class NamedFunction(TypedDict):
    """The name of a function."""

    name: str
    """The name of the function, one of those in `tools`."""


class NamedToolChoice(TypedDict, total=False):
    """A choice of one function, which the model must call."""

    type: Literal["function"]
    """The kind of the tool. Default: "function"."""
    function: Required[NamedFunction]
    """The function."""


ToolChoice: TypeAlias = Literal["none", "auto", "required"] | NamedToolChoice


class ToolsOption(TypedDict, total=False):
    """The tools of a chat."""

    tools: Sequence[ToolParam | Mapping[str, Any]] | None
    """Functions that the model may call; plain dicts are accepted. Default: none."""


class ParallelToolCalls(TypedDict, total=False):
    """Whether an answer may contain several tool calls."""

    parallel_tool_calls: bool | None
    """Whether an answer may contain several tool calls. Default: True."""
