"""Scores of pairs of texts: the requests of score, rerank and generative scoring, and answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Self

import attrs
from typing_extensions import Unpack

from ...call.build_request import build_request
from ...call.option_checks import body_of, missing, refuse_unknown, require
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, refuse_fewer
from ...call.settings import ClientSettings
from ...codec.answer import CONTENT, Answer
from ...codec.usage import Usage
from ...errors import RequestError
from ...vllm import routes
from ...vllm.routes import Route
from ..common.request_builder import OptionsBuilder
from ..common.shown_keywords import shows_keywords
from .options import (
    GenerativeScoringKeywords,
    RerankKeywords,
    ScoreInput,
    ScoreInputs,
    ScoreKeywords,
)
from .results import count_of, length_of, listed_reader

# The names that the two things to compare may have, all the same to vLLM.
PAIRS = (
    ("queries", "documents"),
    ("queries", "items"),
    ("text_1", "text_2"),
    ("data_1", "data_2"),
)
SCORE_OPTIONS = frozenset(ScoreKeywords.__optional_keys__).union(*PAIRS)
RERANK_OPTIONS = frozenset(RerankKeywords.__optional_keys__) | {"query", "documents"}
GENERATIVE_OPTIONS = frozenset(GenerativeScoringKeywords.__optional_keys__) | {
    "query",
    "items",
    "label_token_ids",
}

# By the version that the caller asks for. vLLM 0.32 logs a warning at those below the API, which
# asks for the route at the root.
_SCORE_ROUTES = {None: routes.SCORE, "v1": routes.SCORE_V1}
_RERANK_ROUTES = {None: routes.RERANK, "v1": routes.RERANK_V1, "v2": routes.RERANK_V2}


@attrs.frozen(repr=False)
class Score(Answer):
    """How well one pair fits; for generative scoring, how probable the first label is."""

    index: int
    score: float = attrs.field(metadata=CONTENT)
    object: str = "score"


@attrs.frozen(repr=False)
class ScoreResponse(Answer):
    """The answer of POST /score and /generative_scoring. Iterating gives the scores, in order."""

    data: list[Score] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    object: str = "list"
    created: int | None = None
    model: str | None = None
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
    """How well one document answers the query.

    index: its place in the request; None where the server does not say it.
    """

    relevance_score: float = attrs.field(metadata=CONTENT)
    index: int | None = None
    document: RerankDocument = attrs.field(factory=RerankDocument)


@attrs.frozen(repr=False)
class RerankUsage(Answer):
    """Token counts of a request to rerank."""

    prompt_tokens: int | None = None
    total_tokens: int | None = None


@attrs.frozen(repr=False)
class RerankResponse(Answer):
    """The answer of POST /rerank. Iterating gives the results, the best first."""

    results: list[RerankResult] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    model: str | None = None
    usage: RerankUsage | None = None

    def __iter__(self) -> Iterator[RerankResult]:
        return iter(self.results)


def build_score(
    settings: ClientSettings, options: Mapping[str, Any], version: str | None = None
) -> RequestSpec[ScoreResponse]:
    """The request for the scores of one text against many, or of pairs. Raises RequestError."""
    body = body_of(options, SCORE_OPTIONS, "score()")
    given = {name for name, value in body.items() if value is not None}
    if not any(given.issuperset(pair) for pair in PAIRS):
        raise missing("queries and documents, or text_1 and text_2")
    route = _of_version(_SCORE_ROUTES, version)
    read = listed_reader(ScoreResponse, _count_pairs(body))
    return build_request(settings, route, read, body=body, call=options)


def build_rerank(
    settings: ClientSettings, options: Mapping[str, Any], version: str | None = None
) -> RequestSpec[RerankResponse]:
    """The request for the documents in the order of their relevance. Raises RequestError."""
    body = body_of(options, RERANK_OPTIONS, "rerank()")
    require(body, "query", "documents")
    route = _of_version(_RERANK_ROUTES, version)
    read = partial(_read_rerank, _count_ranked(body))
    return build_request(settings, route, read, body=body, call=options)


def build_generative_scoring(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[ScoreResponse]:
    """The request for the probabilities of a first token after each item. Raises RequestError."""
    body = body_of(options, GENERATIVE_OPTIONS, "generative_scoring()")
    require(body, "query", "items", "label_token_ids")
    read = listed_reader(ScoreResponse, count_of(body["items"]))
    return build_request(settings, routes.GENERATIVE_SCORING, read, body=body, call=options)


def _count_pairs(body: Mapping[str, Any]) -> int:
    """How many pairs there are to score: one thing against many, or equally many on both sides."""
    pairs = (pair for pair in PAIRS if all(body.get(name) is not None for name in pair))
    return max(length_of(body[name]) for name in next(pairs))


def _count_ranked(body: Mapping[str, Any]) -> int:
    """How many documents the answer ranks; vLLM takes a top_n of 0 for all."""
    documents, top_n = length_of(body["documents"]), body.get("top_n")
    return min(top_n, documents) if isinstance(top_n, int) and top_n > 0 else documents


def _read_rerank(expected: int, reply: HttpResponse) -> RerankResponse:
    response = read_answer(reply, RerankResponse)
    refuse_fewer(reply, response, "results", len(response.results), expected)
    return response


def _of_version(several: Mapping[str | None, Route], version: str | None) -> Route:
    if version not in several:
        name = several[None].path.strip("/")
        raise RequestError(f"version: vLLM has no {name} of version {version!r}")
    return several[version]


@shows_keywords
class ScoreRequest(OptionsBuilder):
    """A request for scores, being filled in."""

    def queries(self, queries: ScoreInputs) -> Self:
        """One text for many documents, or as many as there are documents."""
        return self._with(queries=queries)

    def documents(self, documents: ScoreInputs) -> Self:
        """The texts that are compared with the queries."""
        return self._with(documents=documents)

    def options(self, **options: Unpack[ScoreKeywords]) -> Self:
        """Any other options, by the names of vLLM's request. Raises RequestError for others."""
        refuse_unknown(options, SCORE_OPTIONS, "score()")
        return self._with(**options)


@shows_keywords
class RerankRequest(OptionsBuilder):
    """A request to rank documents, being filled in."""

    def query(self, query: ScoreInput) -> Self:
        """The query that the documents may answer."""
        return self._with(query=query)

    def documents(self, documents: ScoreInputs) -> Self:
        """The documents to rank."""
        return self._with(documents=documents)

    def top_n(self, n: int) -> Self:
        """Number of results, the best ones; 0 is all."""
        return self._with(top_n=n)

    def options(self, **options: Unpack[RerankKeywords]) -> Self:
        """Any other options, by the names of vLLM's request. Raises RequestError for others."""
        refuse_unknown(options, RERANK_OPTIONS, "rerank()")
        return self._with(**options)
