"""Tool calls of the model."""

from __future__ import annotations

import os
from typing import Any

import attrs

from ..errors import ParseError, shortened
from .answer import Answer
from .answer_fields import CONTENT, EMPTY_IS_NULL
from .arguments import ArgumentsText, read_arguments


@attrs.frozen(repr=False)
class FunctionCall(Answer):
    """The function to call, with its arguments.

    Attributes:
        name: The name of the function.
        arguments: The arguments as JSON text, as the model wrote them; may be empty for no
            arguments.
    """

    name: str
    arguments: ArgumentsText = attrs.field(default="", metadata=CONTENT)

    def parse(self) -> Any:
        """Decode the arguments.

        Returns:
            The arguments, an object unless the model wrote another value. Empty or blank
            arguments are an empty object, and arguments that were encoded twice are decoded twice.

        Raises:
            ParseError: The arguments are not complete, valid JSON.
        """
        try:
            return read_arguments(self.arguments)
        except (ValueError, RecursionError) as error:
            problem = ParseError(f"the arguments of {self.name}() are not JSON: {error}")
            problem.body = shortened(self.arguments)
            raise problem from error


def new_call_id() -> str:
    """Return an id for a tool call that has none."""
    return f"call_{os.urandom(12).hex()}"


@attrs.frozen(repr=False)
class ToolCall(Answer):
    """A tool call of the model.

    Attributes:
        id: The id of the call, which the tool message with its result refers to.
        type: The type of the tool.
        function: The function to call, with its arguments.
    """

    id: str = attrs.field(factory=new_call_id, metadata=EMPTY_IS_NULL)
    type: str = "function"
    function: FunctionCall = attrs.field(kw_only=True)

    def as_input(self) -> dict[str, Any]:
        """Return the call as part of an assistant message, to send it back to the server."""
        function = {"name": self.function.name, "arguments": self.function.arguments}
        return {"id": self.id, "type": self.type, "function": function}
