"""Scores of pairs of texts: what score, rerank and generative scoring answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from ...codec.answer import Answer
from ...codec.usage import Usage


@attrs.frozen(repr=False)
class Score(Answer):
    """How well one pair fits; for generative scoring, how probable the first label is."""

    index: int
    score: float
    object: str = "score"


@attrs.frozen(repr=False)
class ScoreResponse(Answer):
    """The answer of POST /score and /generative_scoring. Iterating gives the scores, in order."""

    data: list[Score]
    id: str = ""
    object: str = "list"
    created: int = 0
    model: str = ""
    usage: Usage | None = None

    def __iter__(self) -> Iterator[Score]:
        return iter(self.data)


@attrs.frozen(repr=False)
class RerankDocument(Answer):
    """A document of the request: its text, or its parts."""

    text: str | None = None
    multi_modal: list[dict[str, Any]] | None = None


@attrs.frozen(repr=False)
class RerankResult(Answer):
    """How well one document answers the query. `index` is its place in the request."""

    index: int
    relevance_score: float
    document: RerankDocument


@attrs.frozen(repr=False)
class RerankUsage(Answer):
    """Token counts of a request to rerank."""

    prompt_tokens: int
    total_tokens: int


@attrs.frozen(repr=False)
class RerankResponse(Answer):
    """The answer of POST /rerank. Iterating gives the results, the best first."""

    results: list[RerankResult]
    id: str = ""
    model: str = ""
    usage: RerankUsage | None = None

    def __iter__(self) -> Iterator[RerankResult]:
        return iter(self.results)
