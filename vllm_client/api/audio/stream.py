"""A stream of speech to text: chunks into events, and into the text that they add up to."""

from __future__ import annotations

from typing import Any

from ...streams.delta_template import DeltaHandler, Path
from ...streams.events import ContentEvent
from ...streams.generation import StreamMachine
from .answers import AudioChunk, AudioChunkChoice, Transcript

_CONTENT: Path = ("choices", 0, "delta", "content")


class AudioMachine(StreamMachine[AudioChunk, Transcript]):
    """The machine of POST /v1/audio/transcriptions and /v1/audio/translations.

    vLLM cuts a long recording into pieces and sends a finish_reason after each. Which is the last
    only [DONE] tells, so that here a stream is complete when the piece at hand has its
    finish_reason and [DONE] has come.
    """

    TOP = ("id", "created", "model")
    LATEST = ("usage",)

    def __init__(self) -> None:
        super().__init__(AudioChunk, choices=1)
        self._text: list[str] = []
        self._piece_is_whole = False
        self._done_came = False
        self._finish_reason: str | None = None
        self._stop_reason: int | str | None = None

    def response(self) -> Transcript:
        """What has come so far."""
        return Transcript(
            "".join(self._text),
            finish_reason=self._finish_reason,
            stop_reason=self._stop_reason,
            **self._whole_top(),
        )

    def read(self, text: str, events: list[Any]) -> AudioChunk | None:
        """See StreamMachine."""
        self._done_came = self._done_came or text.strip() == "[DONE]"
        return super().read(text, events)

    def _add(self, chunk: AudioChunk) -> list[Any]:
        self._add_top(chunk)
        return [event for part in chunk.choices for event in self._add_part(part)]

    def _add_part(self, part: AudioChunkChoice) -> list[Any]:
        self._piece_is_whole = part.finish_reason is not None
        if self._finish_reason in (None, "stop"):
            self._finish_reason = part.finish_reason or self._finish_reason
            self._stop_reason = part.stop_reason
        if not part.delta.content:
            return []
        self._text.append(part.delta.content)
        return [ContentEvent(part.delta.content)]

    def _lesson(self, chunk: AudioChunk) -> tuple[Path, DeltaHandler] | None:
        if chunk.usage is not None or chunk.unknown_fields or len(chunk.choices) != 1:
            return None
        (part,) = chunk.choices
        if not part.delta.content or self._piece_is_whole or part.stop_reason is not None:
            return None
        return _CONTENT, DeltaHandler(self._keep, ContentEvent)

    def _keep(self, text: str) -> None:
        self._piece_is_whole = False
        self._text.append(text)

    def _flush(self) -> list[Any]:
        return []

    def _finish_reasons(self) -> dict[int, str | None]:
        whole = self._piece_is_whole and self._done_came
        return {0: self._finish_reason if whole else None}
