"""The parts of a message's content."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict


class ChatCompletionContentPartTextParam(TypedDict):
    """A text."""

    text: str
    type: Literal["text"]


class ImageURL(TypedDict):
    """Where an image is: an address, or a data URL."""

    url: str
    detail: NotRequired[Literal["auto", "low", "high"]]


class ChatCompletionContentPartImageParam(TypedDict):
    """An image. vLLM also takes a `uuid` to cache it by."""

    image_url: ImageURL
    type: Literal["image_url"]
    uuid: NotRequired[str]


class InputAudio(TypedDict):
    """A sound in base64."""

    data: str
    format: Literal["wav", "mp3"]


class ChatCompletionContentPartInputAudioParam(TypedDict):
    """A sound."""

    input_audio: InputAudio
    type: Literal["input_audio"]


class FileFile(TypedDict, total=False):
    """A file; vLLM takes none."""

    file_data: str
    file_id: str
    filename: str


class File(TypedDict):
    """A file; vLLM takes none."""

    file: FileFile
    type: Literal["file"]


class ChatCompletionContentPartRefusalParam(TypedDict):
    """A refusal of an earlier answer."""

    refusal: str
    type: Literal["refusal"]


class MediaUrl(TypedDict):
    """Where a sound or video is: an address, or a data URL."""

    url: str


class VideoUrlParam(TypedDict):
    """A video: a part that vLLM has beside openai's."""

    video_url: MediaUrl
    type: Literal["video_url"]


class AudioUrlParam(TypedDict):
    """A sound by its address: a part that vLLM has beside openai's."""

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
