"""Python functions as tools that the model may call."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Awaitable, Callable
from datetime import date, time
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs

from ...codec.json_codec import foreign
from ...codec.tool_call import ToolCall
from ...errors import ParseError, RequestError, shortened
from ...streams.events import ToolResultEvent
from ..common.tools import ToolParam

if TYPE_CHECKING:
    from ...schema.types import TypeSchema


def function_tool(function: Callable[..., Any]) -> ToolParam:
    """A function as one of the `tools` of a chat, by its name, type hints and docstring.

        client.chat.completions.create(messages=messages, tools=[function_tool(get_weather)])

    The docstring's text describes it; what stands below "Args:" or behind ":param x:", and an
    `Annotated[X, "text"]`, its parameters. Raises RequestError for what no model could call.
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
        from ...schema.docstring import read_docstring
        from ...schema.types import shape_of_arguments

        name = getattr(function, "__name__", "")
        if not callable(function) or not name.isidentifier():
            raise RequestError(f"expected a function with a name as a tool, got {function!r:.200}")
        if inspect.isasyncgenfunction(function):
            raise RequestError(f"{name}() cannot be a tool: it is an async generator")
        description = read_docstring(function.__doc__).text
        return cls(function, name, description, shape_of_arguments(function, name))

    @property
    def is_async(self) -> bool:
        """Whether it has to be awaited."""
        return inspect.iscoroutinefunction(self.function)

    def as_param(self) -> ToolParam:
        """What the server is told."""
        about = {"description": self.description} if self.description else {}
        function = {"name": self.name, **about, "parameters": self.arguments.schema}
        return {"type": "function", "function": function}  # type: ignore[typeddict-item]

    def read(self, arguments: str) -> dict[str, Any]:
        """The arguments of a call, by name, as the hints say. Raises ParseError."""
        try:
            value = json.loads(arguments.strip() or "{}")
        except (ValueError, RecursionError) as error:
            raise ParseError(f"the arguments are no JSON: {error}") from error
        try:
            read: dict[str, Any] = self.arguments.read(value)
        except ParseError as error:
            raise ParseError(f"the arguments do not fit: {error.message}", error.where) from error
        return read


@attrs.frozen
class PendingToolCall:
    """A call that the model asks for, by the tool of that name; None if there is none.

    others: the names that there are.
    """

    tool_call: ToolCall
    tool: FunctionTool | None
    others: tuple[str, ...] = ()

    @property
    def is_async(self) -> bool:
        """Whether what `begin` gives has to be awaited."""
        return self.tool is not None and self.tool.is_async

    def begin(self) -> Any:
        """Call the function. Raises ParseError for a wrong call, and whatever it raises."""
        if self.tool is None:
            names = ", ".join(self.others)
            name = self.tool_call.function.name
            raise ParseError(f"there is no tool {name!r:.80}; there are: {names}")
        return self.tool.function(**self.tool.read(self.tool_call.function.arguments))

    def run(self) -> ToolResultEvent | Awaitable[Any]:
        """Call the function, and give what became of it, or what it gave to be awaited."""
        try:
            value = self.begin()
            return value if inspect.isawaitable(value) else self.succeeded(value)
        except Exception as error:  # whatever a function raises, the model is told
            return self.failed(error)

    def succeeded(self, value: Any) -> ToolResultEvent:
        """The result. Raises TypeError or ValueError for what JSON cannot say."""
        if isinstance(value, str):
            return ToolResultEvent(self.tool_call, sendable(str(value)))
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)
        return ToolResultEvent(self.tool_call, sendable(text))

    def failed(self, error: Exception) -> ToolResultEvent:
        """What the model is told when the call went wrong."""
        from ...schema.readers import text_of  # loaded by now, with the shape of the arguments

        told = text_of(error)
        if not isinstance(error, ParseError):
            told = f"{type(error).__name__}: {told}"
        return ToolResultEvent(self.tool_call, sendable(f"Error: {shortened(told)}"), error)


def sendable(value: Any) -> Any:
    """A JSON value with U+FFFD for each half of a character, which no request can hold."""
    if isinstance(value, dict):
        return {sendable(key): sendable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [sendable(item) for item in value]
    if not isinstance(value, str):
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _plain(value: Any) -> Any:
    """What JSON knows in the place of a value that it does not know."""
    if hasattr(value, "model_dump"):  # of pydantic
        return value.model_dump(mode="json")
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if attrs.has(type(value)):
        return {field.alias: getattr(value, field.name) for field in attrs.fields(type(value))}
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, set | frozenset):
        return list(value)
    return foreign(value)
