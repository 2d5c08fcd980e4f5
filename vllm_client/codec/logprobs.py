"""Log probabilities of prompt tokens."""

from __future__ import annotations

import attrs

from .answer import Answer


@attrs.frozen(repr=False)
class Logprob(Answer):
    """Of a prompt's token: its log probability and rank."""

    logprob: float = -9999.0
    rank: int | None = None
    decoded_token: str | None = None
