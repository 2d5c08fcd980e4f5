"""Build content parts of a message: images, audio and video, as a URL or as bytes."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Literal, TypeAlias

ImageDetail: TypeAlias = Literal["auto", "low", "high", "original"]

URL_SCHEMES = ("http:", "https:", "data:", "file:")

# The formats of `input_audio` in vLLM 0.32's schema. Audio in other formats is sent as a data URL.
INPUT_AUDIO_FORMATS = {"audio/wav": "wav", "audio/mpeg": "mp3"}


def is_url(source: object) -> bool:
    """Return whether a media source is a URL, which is sent to the server unchanged."""
    return isinstance(source, str) and source[:6].lower().startswith(URL_SCHEMES)


def data_url(content: bytes, media_type: str) -> str:
    """Return the content as a `data:` URL."""
    return f"data:{media_type};base64,{_base64(content)}"


def url_part(kind: str, url: str, *, uuid: str | None, **fields: str | None) -> dict[str, Any]:
    """Return a part that refers to media by URL; `kind` is "image", "audio" or "video"."""
    given = {name: value for name, value in fields.items() if value is not None}
    return _with_uuid({"type": f"{kind}_url", f"{kind}_url": {"url": url, **given}}, uuid)


def audio_part(content: bytes, media_type: str, *, uuid: str | None) -> dict[str, Any]:
    """Return a part that contains an audio recording."""
    if name := INPUT_AUDIO_FORMATS.get(media_type):
        input_audio = {"data": _base64(content), "format": name}
        return _with_uuid({"type": "input_audio", "input_audio": input_audio}, uuid)
    return url_part("audio", data_url(content, media_type), uuid=uuid)


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")


def _with_uuid(part: dict[str, Any], uuid: str | None) -> dict[str, Any]:
    return part if uuid is None else part | {"uuid": uuid}
