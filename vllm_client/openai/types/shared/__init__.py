"""Values that several routes use."""

from __future__ import annotations

from typing import Any, Literal

from ..._models import BaseModel
from ..shared_params import (
    ChatModel as ChatModel,
    FunctionParameters as FunctionParameters,
    Metadata as Metadata,
    ReasoningEffort as ReasoningEffort,
    ResponsesModel as ResponsesModel,
)


class ErrorObject(BaseModel):
    """An error that the server reports."""

    code: str | None = None
    message: str
    param: str | None = None
    type: str


class FunctionDefinition(BaseModel):
    """A function that the model may call."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Reasoning(BaseModel):
    """Options of the model's reasoning."""

    effort: ReasoningEffort | None = None
    generate_summary: str | None = None
    summary: str | None = None


class ResponseFormatText(BaseModel):
    """Any text."""

    type: Literal["text"]


class ResponseFormatJSONObject(BaseModel):
    """Any JSON object."""

    type: Literal["json_object"]


class ResponseFormatJSONSchema(BaseModel):
    """JSON that matches a schema."""

    json_schema: dict[str, Any]
    type: Literal["json_schema"]
