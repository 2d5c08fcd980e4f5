"""A stream of tokens: chunks into the answer that they add up to."""

from __future__ import annotations

from typing import Any

from ...streams.delta_template import DeltaHandler, Path
from ...streams.generation import StreamMachine
from .answers import (
    ChosenLogprob,
    GenerateChoice,
    GenerateChunk,
    GenerateLogprobs,
    GenerateResponse,
)


class _Choice:
    """One answer, put together from its pieces."""

    def __init__(self) -> None:
        self.token_ids: list[int] = []
        self.text: list[str] = []
        self.logprobs: list[ChosenLogprob] = []
        self.sampling_mask: list[list[int]] = []
        self.last: dict[str, Any] = {}
        self.unknown_fields: dict[str, Any] = {}

    def add(self, part: GenerateChoice) -> None:
        self.token_ids += part.token_ids or ()
        if part.text is not None:
            self.text.append(part.text)
        if part.logprobs is not None:
            self.logprobs += part.logprobs.content or ()
        self.sampling_mask += part.sampling_mask or ()
        for name in ("finish_reason", "stop_reason", "routed_experts", "weight_versions"):
            value = getattr(part, name)
            if value is not None:
                self.last[name] = value
        self.unknown_fields |= part.unknown_fields

    def whole(self, index: int) -> GenerateChoice:
        """The choice as a plain answer has it."""
        return GenerateChoice(
            index,
            self.token_ids.copy(),
            "".join(self.text) if self.text else None,
            logprobs=GenerateLogprobs(self.logprobs.copy()) if self.logprobs else None,
            sampling_mask=self.sampling_mask.copy() or None,
            unknown_fields=self.unknown_fields.copy(),
            **self.last,
        )


class InferenceMachine(StreamMachine[GenerateChunk, GenerateResponse]):
    """The machine of POST /inference/v1/generate. Its events are the chunks themselves."""

    TOP = ("request_id", "output_mode", "prompt_token_ids", "mm_placeholders")

    def __init__(self, choices: int = 1) -> None:
        super().__init__(GenerateChunk, choices)
        self._choices: dict[int, _Choice] = {}

    def response(self) -> GenerateResponse:
        """What has come so far, as the answer that a plain call gives."""
        choices = [choice.whole(index) for index, choice in sorted(self._choices.items())]
        return GenerateResponse(choices, **self._whole_top())

    def _add(self, chunk: GenerateChunk) -> list[Any]:
        self._add_top(chunk)
        for part in chunk.choices:
            self._choices.setdefault(part.index, _Choice()).add(part)
        return [chunk]

    def _lesson(self, chunk: GenerateChunk) -> tuple[Path, DeltaHandler] | None:
        return None  # a token's number stands where templates have text

    def _flush(self) -> list[Any]:
        return []

    def _finish_reasons(self) -> dict[int, str | None]:
        return {index: choice.last.get("finish_reason") for index, choice in self._choices.items()}
