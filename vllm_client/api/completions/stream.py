"""A completion stream: chunks into events, and into the answer that they add up to."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...streams.delta_template import DeltaHandler, Path
from ...streams.events import ContentEvent
from ...streams.generation import StreamMachine
from .answers import CompletionChoice, CompletionChunk, CompletionLogprobs, CompletionResponse

_TEXT: Path = ("choices", 0, "text")


class _Choice:
    """One text, put together from its pieces."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.text: list[str] = []
        self.finish_reason: str | None = None
        self.stop_reason: int | str | None = None
        self.logprobs: CompletionLogprobs | None = None
        self.token_ids: list[int] | None = None
        self.prompt_token_ids: list[int] | None = None
        self.unknown_fields: dict[str, Any] = {}

    def whole(self) -> CompletionChoice:
        """The choice as a plain answer has it."""
        return CompletionChoice(
            "".join(self.text),
            index=self.index,
            finish_reason=self.finish_reason,
            logprobs=self.logprobs,
            stop_reason=self.stop_reason,
            token_ids=self.token_ids,
            prompt_token_ids=self.prompt_token_ids,
            unknown_fields=self.unknown_fields,
        )


class CompletionMachine(StreamMachine[CompletionChunk, CompletionResponse]):
    """The machine of POST /v1/completions. choices: n times the number of prompts."""

    TOP = ("id", "created", "model", "system_fingerprint")

    def __init__(self, choices: int = 1) -> None:
        super().__init__(CompletionChunk, choices)
        self._choices: dict[int, _Choice] = {}

    def response(self) -> CompletionResponse:
        """What has come so far, as the answer that a plain call gives."""
        choices = [choice.whole() for _, choice in sorted(self._choices.items())]
        return CompletionResponse(choices, **self._whole_top())

    def _add(self, chunk: CompletionChunk) -> list[Any]:
        self._add_top(chunk)
        return [event for part in chunk.choices for event in self._add_part(part)]

    def _add_part(self, part: CompletionChoice) -> list[Any]:
        choice = self._choices.get(part.index)
        if choice is None:
            choice = self._choices[part.index] = _Choice(part.index)
        if part.logprobs is not None:
            choice.logprobs = choice.logprobs or CompletionLogprobs()
            _append_rows(choice.logprobs, part.logprobs)
        if part.token_ids is not None:
            choice.token_ids = choice.token_ids or []
            choice.token_ids += part.token_ids
        choice.prompt_token_ids = part.prompt_token_ids or choice.prompt_token_ids
        choice.finish_reason = part.finish_reason or choice.finish_reason
        if part.stop_reason is not None:
            choice.stop_reason = part.stop_reason
        choice.unknown_fields |= part.unknown_fields
        if not part.text:
            return []
        choice.text.append(part.text)
        return [ContentEvent(part.text, part.index)]

    def _lesson(self, chunk: CompletionChunk) -> tuple[Path, DeltaHandler] | None:
        if chunk.usage is not None or chunk.metrics is not None or len(chunk.choices) != 1:
            return None
        (part,) = chunk.choices
        brought = (part.logprobs, part.token_ids, part.finish_reason, part.stop_reason,
                   part.prompt_token_ids)  # fmt: skip
        if not part.text or any(value is not None for value in brought):
            return None
        choice = self._choices[part.index]
        said = partial(ContentEvent, index=part.index)
        if not (chunk.unknown_fields or part.unknown_fields):
            return _TEXT, DeltaHandler(choice.text.append, said)

        def keep(text: str) -> None:
            choice.text.append(text)
            self._unknown_fields |= chunk.unknown_fields
            choice.unknown_fields |= part.unknown_fields

        return _TEXT, DeltaHandler(keep, said)

    def _flush(self) -> list[Any]:
        return []

    def _finish_reasons(self) -> dict[int, str | None]:
        return {choice.index: choice.finish_reason for choice in self._choices.values()}


def _append_rows(rows: CompletionLogprobs, new: CompletionLogprobs) -> None:
    rows.text_offset.extend(new.text_offset)
    rows.token_logprobs.extend(new.token_logprobs)
    rows.tokens.extend(new.tokens)
    rows.top_logprobs.extend(new.top_logprobs)
