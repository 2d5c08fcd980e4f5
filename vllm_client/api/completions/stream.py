"""Decode the stream of a text completion to events, and assemble the response."""

from __future__ import annotations

import functools
from typing import Any

from ...codec.finish_reason import FinishReason
from ...codec.weight_version import WeightVersion
from ...streams.delta_template import DeltaHandler, Path
from ...streams.events import AnyCompletionEvent, ContentEvent
from ...streams.generation import Choices, GenerationMachine
from .answers import CompletionChoice, CompletionChunk, CompletionLogprobs, CompletionResponse

_TEXT: Path = ("choices", 0, "text")


class _Choice:
    """One text, assembled from its parts."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.text: list[str] = []
        self.finish_reason: FinishReason | None = None
        self.stop_reason: int | str | None = None
        self.logprobs: CompletionLogprobs | None = None
        self.token_ids: list[int] | None = None
        self.prompt_token_ids: list[int] | None = None
        self.weight_versions: list[WeightVersion] | None = None
        self.unknown_fields: dict[str, Any] = {}

    @property
    def deltas(self) -> int:
        """The number of pieces of text that have arrived."""
        return len(self.text)

    def whole(self) -> CompletionChoice:
        """Return the choice as the call without streaming would return it."""
        return CompletionChoice(
            "".join(self.text),
            index=self.index,
            finish_reason=self.finish_reason,
            logprobs=_copy(self.logprobs) if self.logprobs is not None else None,
            stop_reason=self.stop_reason,
            token_ids=[*self.token_ids] if self.token_ids is not None else None,
            prompt_token_ids=self.prompt_token_ids,
            weight_versions=self.weight_versions,
            unknown_fields=self.unknown_fields.copy(),
        )


class CompletionMachine(GenerationMachine[AnyCompletionEvent, CompletionChunk, CompletionResponse]):
    """The state machine of POST /v1/completions with stream=true.

    Args:
        choices: The number of texts: `n` times the number of prompts.
    """

    protocol = "completions"
    event_class = CompletionChunk
    TOP = ("id", "created", "model", "system_fingerprint", "kv_transfer_params")
    _choices: Choices[_Choice]

    def __init__(self, choices: int = 1) -> None:
        super().__init__(choices, _Choice)

    def partial(self) -> CompletionResponse:
        """Return the response received so far, as the call without streaming would return it."""
        choices = [choice.whole() for choice in self._choices.in_order()]
        return CompletionResponse(choices, **self._whole_top())

    def _add_part(self, part: CompletionChoice) -> list[Any]:
        choice = self._choices[part.index]
        if part.logprobs is not None:
            choice.logprobs = choice.logprobs or CompletionLogprobs()
            _append_rows(choice.logprobs, part.logprobs)
        if part.token_ids is not None:
            choice.token_ids = choice.token_ids or []
            choice.token_ids += part.token_ids
        choice.prompt_token_ids = part.prompt_token_ids or choice.prompt_token_ids
        choice.weight_versions = part.weight_versions or choice.weight_versions
        choice.finish_reason = part.finish_reason or choice.finish_reason
        if part.stop_reason is not None:
            choice.stop_reason = part.stop_reason
        choice.unknown_fields |= part.unknown_fields
        if not part.text:
            return []
        choice.text.append(part.text)
        return [ContentEvent(part.text, part.index)]

    def _template_for(self, part: CompletionChoice) -> tuple[Path, DeltaHandler] | None:
        brought = (part.logprobs, part.token_ids, part.finish_reason, part.stop_reason,
                   part.prompt_token_ids, part.weight_versions)  # fmt: skip
        if not part.text or any(value is not None for value in brought):
            return None
        choice = self._choices[part.index]
        handler = DeltaHandler(
            choice.text.append, functools.partial(ContentEvent, index=part.index)
        )
        return _TEXT, handler.also_updating((choice.unknown_fields, part.unknown_fields))


def _copy(rows: CompletionLogprobs) -> CompletionLogprobs:
    copy = CompletionLogprobs()
    _append_rows(copy, rows)
    return copy


def _append_rows(rows: CompletionLogprobs, new: CompletionLogprobs) -> None:
    rows.text_offset.extend(new.text_offset)
    rows.token_logprobs.extend(new.token_logprobs)
    rows.tokens.extend(new.tokens)
    rows.top_logprobs.extend(new.top_logprobs)
