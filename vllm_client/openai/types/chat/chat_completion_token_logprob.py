"""Log probabilities of tokens."""

from __future__ import annotations

from ..._models import BaseModel


class TopLogprob(BaseModel):
    """A token that was likely."""

    token: str
    bytes: list[int] | None = None
    logprob: float


class ChatCompletionTokenLogprob(BaseModel):
    """A generated token, and what else was likely in its place."""

    token: str
    bytes: list[int] | None = None
    logprob: float
    top_logprobs: list[TopLogprob]
