"""A tool call in a message of the model."""

from __future__ import annotations

from typing import Literal

from ..._models import BaseModel


class Function(BaseModel):
    """The function to call; `arguments` is JSON text."""

    arguments: str
    name: str


class ChatCompletionMessageFunctionToolCall(BaseModel):
    """A call of a function tool."""

    id: str
    function: Function
    type: Literal["function"]
