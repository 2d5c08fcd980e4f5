"""Decode a stream of a transcription or translation to events, and assemble its text."""

from __future__ import annotations

from typing import Any

from ...codec.finish_reason import FinishReason
from ...streams.delta_template import DeltaHandler, Path
from ...streams.events import AnyCompletionEvent, ContentEvent
from ...streams.generation import Choices, GenerationMachine
from .answers import AudioChunk, AudioChunkChoice, Transcript

_CONTENT: Path = ("choices", 0, "delta", "content")


class _Text:
    """The text, assembled from its deltas.

    vLLM cuts a long recording into pieces, and sends a finish_reason after each.
    """

    def __init__(self) -> None:
        self.content: list[str] = []
        self.piece_is_whole = False
        self.reason: FinishReason | None = None
        self.stop_reason: int | str | None = None

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the text ended. None until the current piece of the recording has ended."""
        return self.reason if self.piece_is_whole else None

    @property
    def deltas(self) -> int:
        """The number of pieces of text that have arrived."""
        return len(self.content)

    def add(self, part: AudioChunkChoice) -> None:
        """Add a part. The first reason other than "stop" is kept for the whole text."""
        self.piece_is_whole = part.finish_reason is not None
        if self.reason in (None, "stop"):
            self.reason = part.finish_reason or self.reason
            self.stop_reason = part.stop_reason
        if part.delta.content:
            self.content.append(part.delta.content)

    def keep(self, delta: str) -> None:
        """Add the text of a chunk that differs from an earlier chunk only in its text."""
        self.piece_is_whole = False
        self.content.append(delta)


class AudioMachine(GenerationMachine[AnyCompletionEvent, AudioChunk, Transcript]):
    """The state machine of POST /v1/audio/transcriptions and /v1/audio/translations."""

    protocol = "audio"
    event_class = AudioChunk
    TOP = ("id", "created", "model")
    LATEST = ("usage",)
    _choices: Choices[_Text]

    def __init__(self) -> None:
        super().__init__(1, lambda _: _Text())

    @property
    def _text(self) -> _Text:
        return self._choices[0]

    def partial(self) -> Transcript:
        """Return the text received so far."""
        text = self._text
        return Transcript(
            "".join(text.content),
            finish_reason=text.reason,
            stop_reason=text.stop_reason,
            **self._whole_top(),
        )

    def _as_events(self, answer: dict[str, Any]) -> list[Any]:
        if not isinstance(answer.get("text"), str):
            return super()._as_events(answer)
        part = {"delta": {"content": answer["text"]}, "finish_reason": "stop"}
        rest = {name: value for name, value in answer.items() if name != "text"}
        return [{**rest, "choices": [part]}]

    def _add_part(self, part: AudioChunkChoice) -> list[Any]:
        self._text.add(part)
        return [ContentEvent(part.delta.content)] if part.delta.content else []

    def _template_for(self, part: AudioChunkChoice) -> tuple[Path, DeltaHandler] | None:
        if not part.delta.content or part.finish_reason is not None or part.stop_reason is not None:
            return None
        return _CONTENT, DeltaHandler(self._text.keep, ContentEvent)
