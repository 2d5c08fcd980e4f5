"""Input messages, their parts, and other input items, as a response contains them."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from ..._models import BaseModel
from .response_items import ItemStatus


class ResponseInputText(BaseModel):
    """A text."""

    text: str
    type: Literal["input_text"]


class ResponseInputImage(BaseModel):
    """An image."""

    detail: Literal["low", "high", "auto", "original"] | None = None
    type: Literal["input_image"]
    file_id: str | None = None
    image_url: str | None = None


class ResponseInputFile(BaseModel):
    """A file."""

    type: Literal["input_file"]
    file_data: str | None = None
    file_id: str | None = None
    file_url: str | None = None
    filename: str | None = None


class ResponseInputAudio(BaseModel):
    """Audio."""

    input_audio: Any
    type: Literal["input_audio"]


ResponseInputContent: TypeAlias = ResponseInputText | ResponseInputImage | ResponseInputFile
ResponseInputMessageContentList: TypeAlias = list[ResponseInputContent]


class EasyInputMessage(BaseModel):
    """A message of any role."""

    content: str | list[ResponseInputContent]
    role: Literal["user", "assistant", "system", "developer"]
    type: Literal["message"] | None = None


class ResponseInputMessageItem(BaseModel):
    """A message of the input."""

    id: str
    content: list[ResponseInputContent]
    role: Literal["user", "system", "developer"]
    type: Literal["message"]
    status: ItemStatus | None = None


class ResponseFunctionToolCallOutputItem(BaseModel):
    """The result of a function call."""

    id: str
    output: str | list[ResponseInputContent]
    status: ItemStatus | None = None
    type: Literal["function_call_output"]
    call_id: str | None = None


class ResponseCustomToolCallOutput(BaseModel):
    """The result of a call of a tool whose input is text."""

    call_id: str
    output: str | list[ResponseInputContent]
    type: Literal["custom_tool_call_output"]
    id: str | None = None
