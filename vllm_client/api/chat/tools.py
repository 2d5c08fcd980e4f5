"""Python functions as tools that the model may call."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import attrs

from ...codec.arguments import read_arguments
from ...codec.json_codec import without_halves
from ...codec.tool_call import ToolCall
from ...errors import ParseError, RequestError, shortened
from ...streams.events import ToolResultEvent
from ..common.tools import ToolParam
from .tool_results import result_text

if TYPE_CHECKING:
    from ...schema.types import TypeSchema


def function_tool(function: Callable[..., Any]) -> ToolParam:
    """Describe a function as a tool for a chat, by its name, type hints and docstring.

        client.chat.completions.create(messages=messages, tools=[function_tool(get_weather)])

    The text of the docstring describes the function; its sections, in the style of Google, NumPy,
    reST or Epydoc, and an `Annotated[X, "text"]` describe the parameters. Constraints, such as
    `Annotated[int, Field(ge=1)]`, go into the schema and are checked before a call. Methods,
    objects with `__call__` and `functools.partial` are accepted as well; the parameters that a
    partial binds by name are hidden from the model.

    Args:
        function: The function, with type hints for its parameters.

    Returns:
        An item for the option `tools`.

    Raises:
        RequestError: The function cannot be a tool, for example because a parameter has no JSON
            schema.
    """
    return FunctionTool.of(function).as_param()


@attrs.frozen
class FunctionTool:
    """A function with a description for the model.

    Attributes:
        function: The function.
        name: Its name.
        description: The text of its docstring.
        arguments: The schema of its arguments.
    """

    function: Callable[..., Any]
    name: str
    description: str
    arguments: TypeSchema

    @classmethod
    def of(cls, function: Callable[..., Any]) -> FunctionTool:
        """Describe a function. Raises RequestError."""
        # slow to import, and few programs need them
        from ...schema.callables import called_function, docstring_of, name_of_callable
        from ...schema.docstring import read_docstring
        from ...schema.types import shape_of_arguments

        name = name_of_callable(function) if callable(function) else ""
        if not name.isidentifier():
            raise RequestError(f"tools: expected a named function, got {function!r:.200}")
        if inspect.isasyncgenfunction(called_function(function)):
            raise RequestError(f"{name}() cannot be a tool: it is an async generator")
        description = read_docstring(docstring_of(function)).text
        return cls(function, name, description, shape_of_arguments(function, name))

    @property
    def is_async(self) -> bool:
        """Whether the function is async."""
        from ...schema.callables import called_function  # already imported by `of`

        return inspect.iscoroutinefunction(called_function(self.function))

    def as_param(self) -> ToolParam:
        """Return the tool as an item for the option `tools`."""
        about = {"description": self.description} if self.description else {}
        function = {"name": self.name, **about, "parameters": self.arguments.schema}
        return {"type": "function", "function": function}  # type: ignore[typeddict-item]

    def read(self, arguments: str) -> dict[str, Any]:
        """Decode the arguments of a call.

        Returns:
            The arguments by name, as instances of the types in the type hints.

        Raises:
            ParseError: The arguments are not JSON, or do not fit the type hints.
        """
        from ...schema.normalizing import normalized  # imported late, as above

        try:
            value = normalized(read_arguments(arguments), self.arguments.schema)
        except (ValueError, RecursionError) as error:
            raise ParseError(f"the arguments are not JSON: {error}") from error
        try:
            read: dict[str, Any] = self.arguments.read(value)
        except ParseError as error:
            raise ParseError(f"invalid arguments: {error.message}", error.where) from error
        return read


@attrs.frozen
class PendingToolCall:
    """A call that the model requests.

    Attributes:
        tool_call: The call.
        tool: The tool with the name of the call. None if there is none.
        others: The names of all tools.
        is_cut: Whether the answer was cut off before the end of the arguments.
    """

    tool_call: ToolCall
    tool: FunctionTool | None
    others: tuple[str, ...] = ()
    is_cut: bool = False

    @property
    def is_async(self) -> bool:
        """Whether the function is async, so that `begin` returns an awaitable."""
        return self.tool is not None and self.tool.is_async

    def begin(self) -> Any:
        """Call the function.

        Returns:
            The result of the function: an awaitable if it is async, a list of the items if it is a
            generator.

        Raises:
            ParseError: The tool is unknown, or the arguments are invalid.
            Exception: The function raised it.
        """
        if self.tool is None:
            names = ", ".join(self.others)
            name = self.tool_call.function.name
            raise ParseError(f"unknown tool {name!r:.80}; the tools are: {names}")
        if self.is_cut:
            raise ParseError("the answer was cut off before the end of the arguments")
        value = self.tool.function(**self.tool.read(self.tool_call.function.arguments))
        # The generator runs here, so that its errors count as errors of the function.
        return list(value) if inspect.isgenerator(value) else value

    def run(self) -> ToolResultEvent | Awaitable[Any]:
        """Call the function, and return its result or error, or its awaitable if it is async."""
        try:
            value = self.begin()
            return value if inspect.isawaitable(value) else self.succeeded(value)
        except Exception as error:  # the model gets any error of the function
            return self.failed(error)

    def succeeded(self, value: Any) -> ToolResultEvent:
        """Return the result of the function as text for the model."""
        return ToolResultEvent(self.tool_call, sendable(result_text(value)))

    def failed(self, error: Exception) -> ToolResultEvent:
        """Return the error of the call as text for the model."""
        from ...schema.readers import text_of  # already imported with the schema of the arguments

        told = text_of(error)
        if not isinstance(error, ParseError):
            told = f"{type(error).__name__}: {told}"
        return ToolResultEvent(self.tool_call, sendable(f"Error: {shortened(told)}"), error)


def sendable(value: Any) -> Any:
    """Replace lone surrogates in a JSON value, which UTF-8 cannot encode, by U+FFFD."""
    if isinstance(value, dict):
        return {sendable(key): sendable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [sendable(item) for item in value]
    if not isinstance(value, str):
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return without_halves(value)
    return value
