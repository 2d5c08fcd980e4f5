"""Assemble the response of a stream of tokens from its chunks."""

from __future__ import annotations

from typing import Any

from ...codec.finish_reason import FinishReason
from ...streams.generation import Choices, GenerationMachine
from .answers import (
    ChosenLogprob,
    GenerateChoice,
    GenerateChunk,
    GenerateLogprobs,
    GenerateResponse,
)


class _Choice:
    """One answer, assembled from its parts."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.token_ids: list[int] = []
        self.text: list[str] = []
        self.logprobs: list[ChosenLogprob] = []
        self.sampling_mask: list[list[int]] = []
        self.last: dict[str, Any] = {}
        self.unknown_fields: dict[str, Any] = {}

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the answer ended. None until then."""
        return self.last.get("finish_reason")

    @property
    def deltas(self) -> int:
        """The number of tokens that have arrived."""
        return len(self.token_ids)

    def add(self, part: GenerateChoice) -> None:
        """Add the part of a chunk."""
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

    def whole(self) -> GenerateChoice:
        """Return the choice as the call without streaming would return it."""
        return GenerateChoice(
            self.index,
            self.token_ids.copy(),
            "".join(self.text) if self.text else None,
            logprobs=GenerateLogprobs(self.logprobs.copy()) if self.logprobs else None,
            sampling_mask=self.sampling_mask.copy() or None,
            unknown_fields=self.unknown_fields.copy(),
            **self.last,
        )


class InferenceMachine(GenerationMachine[Any, GenerateChunk, GenerateResponse]):
    """The state machine of POST /inference/v1/generate. Its events are the chunks themselves.

    It does not use DeltaTemplates, which work for deltas that are strings, not for token ids.
    """

    protocol = "inference"
    event_class = GenerateChunk
    TOP = ("request_id", "output_mode", "prompt_token_ids", "mm_placeholders")
    _choices: Choices[_Choice]

    def __init__(self, choices: int = 1) -> None:
        super().__init__(choices, _Choice)

    def partial(self) -> GenerateResponse:
        """Return the response received so far, as the call without streaming would return it."""
        choices = [choice.whole() for choice in self._choices.in_order()]
        return GenerateResponse(choices, **self._whole_top())

    def _add(self, event: GenerateChunk) -> list[Any]:
        super()._add(event)
        self.begun = True
        return [event]

    def _add_part(self, part: GenerateChoice) -> list[Any]:
        self._choices[part.index].add(part)
        return []
