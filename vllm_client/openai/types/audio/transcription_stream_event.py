"""The events of a streamed transcription."""

from __future__ import annotations

from typing import Any, TypeAlias

from ..._models import BaseModel


class TranscriptionChunk(BaseModel):
    """A part of the text, which is in `choices[0]["delta"]["content"]`.

    The choices are dicts, as they are in openai-python, which has no class for them.
    """

    id: str
    choices: list[dict[str, Any]]
    created: int
    model: str
    usage: dict[str, Any] | None = None


TranscriptionStreamEvent: TypeAlias = TranscriptionChunk
