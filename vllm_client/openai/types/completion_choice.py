"""The choices of a text completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .._models import BaseModel


class Logprobs(BaseModel):
    """Log probabilities, an item for each token."""

    text_offset: list[int] | None = None
    token_logprobs: list[float | None] | None = None
    tokens: list[str] | None = None
    top_logprobs: list[dict[str, float] | None] | None = None


class CompletionChoice(BaseModel):
    """A text that continues the prompt."""

    finish_reason: Literal["stop", "length", "content_filter"] | None = None
    index: int
    logprobs: Logprobs | None = None
    text: str

    if TYPE_CHECKING:
        stop_reason: int | str | None
        prompt_logprobs: list[dict[str, Any] | None] | None
        token_ids: list[int] | None
        prompt_token_ids: list[int] | None
