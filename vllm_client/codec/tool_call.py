"""A function call that the model asks for."""

from __future__ import annotations

import json
import os
from typing import Any

import attrs

from ..errors import ParseError, shortened
from .answer import EMPTY_IS_NULL, Answer


@attrs.frozen(repr=False)
class FunctionCall(Answer):
    """Which function to call. `arguments` is the model's JSON text, as it came."""

    name: str
    arguments: str

    def parse(self) -> Any:
        """The arguments as an object. Raises ParseError when they are not whole, valid JSON."""
        try:
            return json.loads(self.arguments)  # integers of any size stay what they are
        except (ValueError, RecursionError) as error:
            problem = ParseError(f"the arguments of {self.name}() are not JSON: {error}")
            problem.body = shortened(self.arguments)
            raise problem from error


def new_call_id() -> str:
    """An id for a tool call that came without one."""
    return f"call_{os.urandom(12).hex()}"


@attrs.frozen(repr=False)
class ToolCall(Answer):
    """A call that the model asks for."""

    id: str = attrs.field(factory=new_call_id, metadata=EMPTY_IS_NULL)
    type: str = "function"
    function: FunctionCall = attrs.field(kw_only=True)

    def as_input(self) -> dict[str, Any]:
        """The call as it goes back to the server, in an assistant message."""
        function = {"name": self.function.name, "arguments": self.function.arguments}
        return {"id": self.id, "type": self.type, "function": function}
