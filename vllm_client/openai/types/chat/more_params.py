"""Parts of requests that vLLM does not read, and parts of stored answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

from ..._models import BaseModel
from .chat_completion_content_part_param import ChatCompletionContentPartTextParam

ChatCompletionModality: TypeAlias = Literal["text", "audio"]


class ChatCompletionAudio(BaseModel):
    """A spoken answer."""

    id: str
    data: str
    expires_at: int
    transcript: str


class ChatCompletionAudioParam(TypedDict):
    """The voice and format of a spoken answer."""

    format: Literal["wav", "aac", "mp3", "flac", "opus", "pcm16"]
    voice: str | Mapping[str, Any]


class ChatCompletionContentPartText(BaseModel):
    """A text."""

    text: str
    type: Literal["text"]


class ChatCompletionContentPartImage(BaseModel):
    """An image."""

    image_url: Any
    type: Literal["image_url"]


class Custom(TypedDict):
    """A tool whose input is text."""

    name: str
    description: NotRequired[str]
    format: NotRequired[Mapping[str, Any]]


class ChatCompletionCustomToolParam(TypedDict):
    """A tool whose input is text."""

    custom: Custom
    type: Literal["custom"]


class ChatCompletionMessageCustomToolCall(BaseModel):
    """A call of a tool whose input is text."""

    id: str
    custom: Any
    type: Literal["custom"]


class ChatCompletionMessageCustomToolCallParam(TypedDict):
    """A call of a tool whose input is text, in an earlier answer."""

    id: str
    custom: Mapping[str, Any]
    type: Literal["custom"]


class ChatCompletionNamedToolChoiceCustomParam(TypedDict):
    """The tool that the model must call."""

    custom: Mapping[str, Any]
    type: Literal["custom"]


class ChatCompletionFunctionCallOptionParam(TypedDict):
    """The function that the model must call, in the format that preceded tools."""

    name: str


class ChatCompletionPredictionContentParam(TypedDict):
    """A text that the answer is likely to repeat."""

    content: str | Iterable[ChatCompletionContentPartTextParam]
    type: Literal["content"]
