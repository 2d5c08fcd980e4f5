"""Content parts with embeddings of media instead of images, audio or video."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from ...http.upload import Octets

SavedTensor: TypeAlias = str | Octets
"""The bytes that `torch.save` writes, or the same in base64."""

Embeds: TypeAlias = SavedTensor | Mapping[str, SavedTensor | Sequence[float]]
"""One tensor, or the outputs of the model's processor by name, as tensors or lists of numbers."""


def image_embeds(embeds: Embeds | None, *, uuid: str | None = None) -> dict[str, Any]:
    """Return an image part with embeddings, for servers started with `--enable-mm-embeds`.

    Args:
        embeds: The embeddings as `torch.save` writes them, in bytes or base64; or a mapping
            from names of processor outputs to such tensors. None for an image that the server has
            cached.
        uuid: A name of your own for the image, the key under which the server may cache it.

    Returns:
        A content part for `user()`.

    Example:
        user("What is this?", image_embeds(Path("cat.pt").read_bytes()))
    """
    return _part("image_embeds", embeds, uuid)


def audio_embeds(embeds: Embeds | None, *, uuid: str | None = None) -> dict[str, Any]:
    """Return an audio part with embeddings, for servers started with `--enable-mm-embeds`.

    Args:
        embeds: The embeddings, as for `image_embeds()`.
        uuid: A name of your own for the recording, the key under which the server may cache it.

    Returns:
        A content part for `user()`.
    """
    return _part("audio_embeds", embeds, uuid)


def video_embeds(
    embeds: Embeds | None, *, audio: Embeds | None = None, uuid: str | None = None
) -> dict[str, Any]:
    """Return a video part with embeddings, for servers started with `--enable-mm-embeds`.

    Args:
        embeds: The embeddings of the pictures, as for `image_embeds()`.
        audio: The embeddings of the video's sound, for models that accept audio; the request also
            needs mm_processor_kwargs={"use_audio_in_video": True}. vLLM 0.33 and later.
        uuid: A name of your own for the video and its sound, the key under which the server may
            cache them.

    Returns:
        A content part for `user()`.
    """
    part = _part("video_embeds", embeds, uuid)
    return part if audio is None else part | {"audio_embeds": _payload(audio)}


def _part(kind: str, embeds: Embeds | None, uuid: str | None) -> dict[str, Any]:
    part = {"type": kind, kind: None if embeds is None else _payload(embeds)}
    return part if uuid is None else part | {"uuid": uuid}


def _payload(embeds: Embeds) -> Any:
    if isinstance(embeds, Mapping):
        return {name: _encoded(value) for name, value in embeds.items()}
    return _encoded(embeds)


def _encoded(value: SavedTensor | Sequence[float]) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return b64encode(value).decode("ascii")
    return value
