"""Audio recording and playback, which this package does not support."""

from __future__ import annotations

from typing import Any

from ._exceptions import UnsupportedByVllmError


class LocalAudioPlayer:
    """A helper that is not supported; creating one raises UnsupportedByVllmError."""

    def __init__(self, *args: Any, **options: Any) -> None:
        raise UnsupportedByVllmError(f"{type(self).__name__}: vLLM does not generate speech")


class Microphone:
    """A helper that is not supported; creating one raises UnsupportedByVllmError."""

    def __init__(self, *args: Any, **options: Any) -> None:
        raise UnsupportedByVllmError(f"{type(self).__name__}: not supported by this package")
