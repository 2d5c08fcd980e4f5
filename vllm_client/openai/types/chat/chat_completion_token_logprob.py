"""Log probabilities of tokens."""

from __future__ import annotations

from ..._models import BaseModel


class TopLogprob(BaseModel):
    """One of the most likely tokens at a position."""

    token: str
    bytes: list[int] | None = None
    logprob: float


class ChatCompletionTokenLogprob(BaseModel):
    """A generated token, and the most likely tokens at its position."""

    token: str
    bytes: list[int] | None = None
    logprob: float
    top_logprobs: list[TopLogprob]
