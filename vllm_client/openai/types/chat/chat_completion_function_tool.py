"""A tool in an answer."""

from __future__ import annotations

from typing import Literal

from ..._models import BaseModel
from ..shared import FunctionDefinition


class ChatCompletionFunctionTool(BaseModel):
    """A function that the model may call."""

    function: FunctionDefinition
    type: Literal["function"]
