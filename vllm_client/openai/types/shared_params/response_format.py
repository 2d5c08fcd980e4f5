"""Response formats."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict


class ResponseFormatText(TypedDict):
    """Any text."""

    type: Literal["text"]


class ResponseFormatJSONObject(TypedDict):
    """Any JSON object."""

    type: Literal["json_object"]


class JSONSchema(TypedDict):
    """A schema and its name."""

    name: str
    description: NotRequired[str]
    schema: NotRequired[dict[str, object]]
    strict: NotRequired[bool | None]


class ResponseFormatJSONSchema(TypedDict):
    """JSON that matches a schema."""

    json_schema: JSONSchema
    type: Literal["json_schema"]
