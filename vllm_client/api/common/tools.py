"""Tools of a chat, as options."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict

from .shown_keywords import shows_keys


class FunctionParam(TypedDict, total=False):
    """A function that the model may call."""

    name: Required[str]
    """The name that a call carries."""
    description: str | None
    """What the function does, told to the model."""
    parameters: Mapping[str, Any] | None
    """The JSON schema of its arguments."""
    strict: bool | None
    """Whether the arguments are held to the schema, where the tool parser can."""
    defer_loading: bool | None
    """Whether the chat template leaves the tool out until it is referred to."""


@shows_keys
class ToolParam(TypedDict, total=False):
    """A tool that the model may use; vLLM knows functions."""

    type: Literal["function"]
    """Default: "function"."""
    function: Required[FunctionParam]
    """The function."""
    defer_loading: bool | None
    """The same as in the function, whose own value wins."""


class NamedFunction(TypedDict):
    """A function by its name."""

    name: str
    """One of the names in `tools`."""


class NamedToolChoice(TypedDict, total=False):
    """The one function that the model must call."""

    type: Literal["function"]
    """Default: "function"."""
    function: Required[NamedFunction]
    """The function."""


ToolChoice: TypeAlias = Literal["none", "auto", "required"] | NamedToolChoice


class ToolsOption(TypedDict, total=False):
    """The tools of a chat."""

    tools: Sequence[ToolParam | Mapping[str, Any]] | None
    """Functions that the model may call; plain dicts are accepted. Default: none."""


class ParallelToolCalls(TypedDict, total=False):
    """Whether one answer may hold several tool calls."""

    parallel_tool_calls: bool | None
    """False: at most one tool call per answer. Default: True."""
