"""The items of a request's input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

from ..._models import BaseModel

_Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]


class ResponseInputTextParam(TypedDict):
    """A text."""

    text: str
    type: Literal["input_text"]


class ResponseInputImageParam(TypedDict):
    """An image, by its URL or as a data URL."""

    type: Literal["input_image"]
    detail: NotRequired[Literal["low", "high", "auto", "original"]]
    file_id: NotRequired[str | None]
    image_url: NotRequired[str | None]


class ResponseInputFileParam(TypedDict):
    """A file; vLLM accepts none."""

    type: Literal["input_file"]
    file_data: NotRequired[str]
    file_id: NotRequired[str | None]
    file_url: NotRequired[str]
    filename: NotRequired[str]


class InputAudio(TypedDict):
    """Audio, base64-encoded."""

    data: str
    format: Literal["mp3", "wav"]


class ResponseInputAudioParam(TypedDict):
    """Audio."""

    input_audio: InputAudio
    type: Literal["input_audio"]


ResponseInputContentParam: TypeAlias = (
    ResponseInputTextParam | ResponseInputImageParam | ResponseInputFileParam
)
ResponseInputMessageContentListParam: TypeAlias = list[ResponseInputContentParam]
ResponseFunctionCallOutputItemListParam: TypeAlias = list[ResponseInputContentParam]


class EasyInputMessageParam(TypedDict):
    """A message of any role."""

    content: str | ResponseInputMessageContentListParam
    role: Literal["user", "assistant", "system", "developer"]
    type: NotRequired[Literal["message"]]


class Message(TypedDict):
    """A message to the model."""

    content: ResponseInputMessageContentListParam
    role: Literal["user", "system", "developer"]
    status: NotRequired[_Status]
    type: NotRequired[Literal["message"]]


class ResponseOutputTextParam(TypedDict):
    """A text of an earlier answer."""

    annotations: Iterable[Any]
    text: str
    type: Literal["output_text"]
    logprobs: NotRequired[Iterable[Any]]


class ResponseOutputRefusalParam(TypedDict):
    """The text with which the model refused to answer, in an earlier answer."""

    refusal: str
    type: Literal["refusal"]


class ResponseOutputMessageParam(TypedDict):
    """A message of an earlier answer."""

    id: str
    content: Iterable[ResponseOutputTextParam | ResponseOutputRefusalParam]
    role: Literal["assistant"]
    status: _Status
    type: Literal["message"]


class ResponseFunctionToolCallParam(TypedDict):
    """A function call in an earlier answer."""

    arguments: str
    call_id: str
    name: str
    type: Literal["function_call"]
    id: NotRequired[str]
    status: NotRequired[_Status]


class FunctionCallOutput(TypedDict):
    """The result of a function call."""

    call_id: str
    output: str | ResponseFunctionCallOutputItemListParam
    type: Literal["function_call_output"]
    id: NotRequired[str | None]
    status: NotRequired[_Status | None]


class Summary(TypedDict):
    """A summary of the reasoning."""

    text: str
    type: Literal["summary_text"]


class ReasoningText(TypedDict):
    """A part of the reasoning."""

    text: str
    type: Literal["reasoning_text"]


class ResponseReasoningItemParam(TypedDict):
    """The reasoning of an earlier answer."""

    id: str
    summary: Iterable[Summary]
    type: Literal["reasoning"]
    content: NotRequired[Iterable[ReasoningText]]
    encrypted_content: NotRequired[str | None]
    status: NotRequired[_Status]


class ResponseCustomToolCallParam(TypedDict):
    """A call of a tool whose input is text, in an earlier answer."""

    call_id: str
    input: str
    name: str
    type: Literal["custom_tool_call"]
    id: NotRequired[str]


class ResponseCustomToolCallOutputParam(TypedDict):
    """The result of a call of a tool whose input is text."""

    call_id: str
    output: str | Iterable[ResponseInputContentParam]
    type: Literal["custom_tool_call_output"]
    id: NotRequired[str]


class ItemReference(TypedDict):
    """A reference, by id, to an item that the server stores."""

    id: str
    type: NotRequired[Literal["item_reference"] | None]


# Items without a class of their own here are mappings, too.
ResponseInputItemParam: TypeAlias = (
    EasyInputMessageParam
    | Message
    | ResponseOutputMessageParam
    | ResponseFunctionToolCallParam
    | FunctionCallOutput
    | ResponseReasoningItemParam
    | ResponseCustomToolCallParam
    | ResponseCustomToolCallOutputParam
    | ItemReference
    | Mapping[str, Any]
)
# May contain the item objects of earlier responses.
ResponseInputParam: TypeAlias = Sequence[ResponseInputItemParam | BaseModel]
