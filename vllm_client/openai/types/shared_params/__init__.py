"""Types of request fields that several routes use."""

from __future__ import annotations

from typing import Literal, TypeAlias

from typing_extensions import TypedDict

from .function_definition import (
    FunctionDefinition as FunctionDefinition,
    FunctionParameters as FunctionParameters,
)
from .response_format import (
    ResponseFormatJSONObject as ResponseFormatJSONObject,
    ResponseFormatJSONSchema as ResponseFormatJSONSchema,
    ResponseFormatText as ResponseFormatText,
)

ChatModel: TypeAlias = str
ResponsesModel: TypeAlias = str
Metadata: TypeAlias = dict[str, str]
ReasoningEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Reasoning(TypedDict, total=False):
    """Options of the model's reasoning."""

    effort: ReasoningEffort | None
    summary: Literal["auto", "concise", "detailed"] | None
    generate_summary: Literal["auto", "concise", "detailed"] | None
