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
    """A function as one of the `tools` of a chat, by its name, type hints and docstring.

        client.chat.completions.create(messages=messages, tools=[function_tool(get_weather)])

    The text of the docstring describes the function; its sections, in the style of Google, NumPy,
    reST or Epydoc, and an `Annotated[X, "text"]` describe the parameters. Constraints, such as
    `Annotated[int, Field(ge=1)]`, go into the schema and are checked before a call. Methods,
    objects with `__call__` and `functools.partial` are tools as well; the parameters that a partial
    binds by name are hidden from the model.

    Raises:
        RequestError: The model could not call it.
    """
    return FunctionTool.of(function).as_param()


@attrs.frozen
class FunctionTool:
    """A function, and the shape of its arguments."""

    function: Callable[..., Any]
    name: str
    description: str
    arguments: TypeSchema

    @classmethod
    def of(cls, function: Callable[..., Any]) -> FunctionTool:
        """The tool that a function makes. Raises RequestError."""
        # these take their time to load, and not every program needs them
        from ...schema.callables import called_function, docstring_of, name_of_callable
        from ...schema.docstring import read_docstring
        from ...schema.types import shape_of_arguments

        name = name_of_callable(function) if callable(function) else ""
        if not name.isidentifier():
            raise RequestError(f"expected a function with a name as a tool, got {function!r:.200}")
        if inspect.isasyncgenfunction(called_function(function)):
            raise RequestError(f"{name}() cannot be a tool: it is an async generator")
        description = read_docstring(docstring_of(function)).text
        return cls(function, name, description, shape_of_arguments(function, name))

    @property
    def is_async(self) -> bool:
        """Whether it has to be awaited."""
        from ...schema.callables import called_function  # loaded by now, to make the tool

        return inspect.iscoroutinefunction(called_function(self.function))

    def as_param(self) -> ToolParam:
        """The tool, in the form of the request option `tools`."""
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
        from ...schema.normalizing import normalized  # loaded late, as above

        try:
            value = normalized(read_arguments(arguments), self.arguments.schema)
        except (ValueError, RecursionError) as error:
            raise ParseError(f"the arguments are no JSON: {error}") from error
        try:
            read: dict[str, Any] = self.arguments.read(value)
        except ParseError as error:
            raise ParseError(f"the arguments do not fit: {error.message}", error.where) from error
        return read


@attrs.frozen
class PendingToolCall:
    """A call that the model asks for.

    Attributes:
        tool: The tool of that name; None if there is none.
        others: The names of all tools.
        is_cut: Whether the answer ended before the arguments did.
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
            What the function returns: an awaitable if it is async; a list of the items if it is a
            generator.

        Raises:
            ParseError: The model made a wrong call.
            Exception: Whatever the function raises.
        """
        if self.tool is None:
            names = ", ".join(self.others)
            name = self.tool_call.function.name
            raise ParseError(f"there is no tool {name!r:.80}; there are: {names}")
        if self.is_cut:
            raise ParseError("the answer was cut before the end of the arguments")
        value = self.tool.function(**self.tool.read(self.tool_call.function.arguments))
        # run here, so that what a generator raises counts as raised by the function
        return list(value) if inspect.isgenerator(value) else value

    def run(self) -> ToolResultEvent | Awaitable[Any]:
        """Call the function, and return its result or error; its awaitable if it is async."""
        try:
            value = self.begin()
            return value if inspect.isawaitable(value) else self.succeeded(value)
        except Exception as error:  # whatever a function raises, the model is told
            return self.failed(error)

    def succeeded(self, value: Any) -> ToolResultEvent:
        """The result of the function, as text for the model."""
        return ToolResultEvent(self.tool_call, sendable(result_text(value)))

    def failed(self, error: Exception) -> ToolResultEvent:
        """The error of the call, as text for the model."""
        from ...schema.readers import text_of  # loaded by now, with the shape of the arguments

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
