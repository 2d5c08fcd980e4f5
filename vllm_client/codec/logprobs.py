"""Log probabilities of prompt tokens."""

from __future__ import annotations

import attrs

from .answer import Answer


@attrs.frozen(repr=False)
class Logprob(Answer):
    """The log probability of a prompt token.

    Attributes:
        logprob: The log probability of the token.
        rank: The rank of the token among all tokens of the vocabulary, from 1.
        decoded_token: The text of the token.
    """

    logprob: float = -9999.0
    rank: int | None = None
    decoded_token: str | None = None
