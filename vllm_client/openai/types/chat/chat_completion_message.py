"""A message of the model."""

from __future__ import annotations

from typing import Any, Literal

from ..._models import BaseModel
from .chat_completion_message_function_tool_call import ChatCompletionMessageFunctionToolCall
from .with_reasoning import WithReasoning


class FunctionCall(BaseModel):
    """A function call in the format that preceded tool calls; `arguments` is JSON text."""

    arguments: str
    name: str


class ChatCompletionMessage(WithReasoning):
    """A message of the model. The attribute `reasoning` exists only if the server sent it."""

    content: str | None = None
    refusal: str | None = None
    role: Literal["assistant"]
    annotations: list[Any] | None = None
    audio: Any = None
    function_call: FunctionCall | None = None
    tool_calls: list[ChatCompletionMessageFunctionToolCall] | None = None
