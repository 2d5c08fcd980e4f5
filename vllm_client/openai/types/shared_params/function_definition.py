"""A function that the model may call."""

from __future__ import annotations

from typing import NotRequired, TypeAlias

from typing_extensions import TypedDict

FunctionParameters: TypeAlias = dict[str, object]


class FunctionDefinition(TypedDict):
    """A function that the model may call, with the JSON schema of its arguments."""

    name: str
    description: NotRequired[str]
    parameters: NotRequired[FunctionParameters]
    strict: NotRequired[bool | None]
