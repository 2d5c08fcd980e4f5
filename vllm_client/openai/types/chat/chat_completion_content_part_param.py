"""Parts of the content of a message."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict


class ChatCompletionContentPartTextParam(TypedDict):
    """A text."""

    text: str
    type: Literal["text"]


class ImageURL(TypedDict):
    """The URL or data URL of an image."""

    url: str
    detail: NotRequired[Literal["auto", "low", "high"]]


class ChatCompletionContentPartImageParam(TypedDict):
    """An image. vLLM also accepts a `uuid`, the key of its cache."""

    image_url: ImageURL
    type: Literal["image_url"]
    uuid: NotRequired[str]


class InputAudio(TypedDict):
    """Audio, base64-encoded."""

    data: str
    format: Literal["wav", "mp3"]


class ChatCompletionContentPartInputAudioParam(TypedDict):
    """Audio."""

    input_audio: InputAudio
    type: Literal["input_audio"]


class FileFile(TypedDict, total=False):
    """A file; vLLM accepts none."""

    file_data: str
    file_id: str
    filename: str


class File(TypedDict):
    """A file; vLLM accepts none."""

    file: FileFile
    type: Literal["file"]


class ChatCompletionContentPartRefusalParam(TypedDict):
    """The text with which the model refused to answer, in an earlier answer."""

    refusal: str
    type: Literal["refusal"]


class MediaUrl(TypedDict):
    """The URL or data URL of audio or video."""

    url: str


class VideoUrlParam(TypedDict):
    """A video, which only vLLM accepts."""

    video_url: MediaUrl
    type: Literal["video_url"]


class AudioUrlParam(TypedDict):
    """Audio by its URL, which only vLLM accepts."""

    audio_url: MediaUrl
    type: Literal["audio_url"]


ChatCompletionContentPartParam: TypeAlias = (
    ChatCompletionContentPartTextParam
    | ChatCompletionContentPartImageParam
    | ChatCompletionContentPartInputAudioParam
    | File
    | VideoUrlParam
    | AudioUrlParam
)
