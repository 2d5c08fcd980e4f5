"""Sound from a microphone and to a loudspeaker, which this package does not have."""

from __future__ import annotations

from typing import Any

from ._exceptions import UnsupportedByVllmError


class LocalAudioPlayer:
    """Exists for scripts that import it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        raise UnsupportedByVllmError(f"{type(self).__name__}: vLLM makes no speech")


class Microphone:
    """Exists for scripts that import it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        raise UnsupportedByVllmError(f"{type(self).__name__}: record with another package")
