"""A tool as an answer shows it."""

from __future__ import annotations

from typing import Literal

from ..._models import BaseModel
from ..shared import FunctionDefinition


class ChatCompletionFunctionTool(BaseModel):
    """A function that the model may call."""

    function: FunctionDefinition
    type: Literal["function"]
