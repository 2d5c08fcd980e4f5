"""Requests that score pairs of texts (score, rerank, generative scoring), and their responses."""

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
from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT, COUNT
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

# The two inputs to compare. There are four pairs of names, which vLLM treats alike.
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

# Routes by the version of the API that the caller chooses. vLLM 0.32 logs a warning for a route
# with a version, and recommends the one without.
_SCORE_ROUTES = {None: routes.SCORE, "v1": routes.SCORE_V1}
_RERANK_ROUTES = {None: routes.RERANK, "v1": routes.RERANK_V1, "v2": routes.RERANK_V2}


@attrs.frozen(repr=False)
class Score(Answer):
    """The score of one pair.

    Attributes:
        index: The position of the pair in the request, from 0.
        score: How similar or relevant the two texts are; higher is better, on a scale that depends
            on the model. For generative scoring, the probability of the first label.
        object: Always "score".
    """

    index: int
    score: float = attrs.field(metadata=CONTENT)
    object: str = "score"


@attrs.frozen(repr=False)
class ScoreResponse(Answer):
    """The response of POST /score and /generative_scoring. Iterating gives the scores.

    Attributes:
        data: The score of each pair, in the order of the request.
        id: The id of the response.
        object: Always "list".
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        usage: Token counts.
    """

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
    """A document of the request.

    Attributes:
        text: The text. None for a document of content parts.
        multi_modal: The content parts. None for a text.
    """

    text: str | None = None
    multi_modal: list[dict[str, Any]] | None = None


@attrs.frozen(repr=False)
class RerankResult(Answer):
    """The relevance of one document for the query.

    Attributes:
        relevance_score: How relevant the document is; higher is better, on a scale that depends on
            the model.
        index: The position of the document in the request, from 0. None if the server omits it.
        document: The document.
    """

    relevance_score: float = attrs.field(metadata=CONTENT)
    index: int | None = None
    document: RerankDocument = attrs.field(factory=RerankDocument)


@attrs.frozen(repr=False)
class RerankUsage(Answer):
    """Token counts of a request to rerank.

    Attributes:
        prompt_tokens: Tokens of all pairs of query and document.
        total_tokens: The same.
    """

    prompt_tokens: int = attrs.field(default=0, metadata=COUNT)
    total_tokens: int = attrs.field(default=0, metadata=COUNT)


@attrs.frozen(repr=False)
class RerankResponse(Answer):
    """The response of POST /rerank. Iterating gives the results.

    Attributes:
        results: The documents with their relevance, best first.
        id: The id of the response.
        model: The name of the model.
        usage: Token counts.
    """

    results: list[RerankResult] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    model: str | None = None
    usage: RerankUsage | None = None

    def __iter__(self) -> Iterator[RerankResult]:
        return iter(self.results)


def build_score(
    settings: ClientSettings, options: Mapping[str, Any], version: str | None = None
) -> RequestSpec[ScoreResponse]:
    """Build the request that scores one text against many, or pairs. Raises RequestError."""
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
    """Build the request that sorts documents by relevance. Raises RequestError."""
    body = body_of(options, RERANK_OPTIONS, "rerank()")
    require(body, "query", "documents")
    route = _of_version(_RERANK_ROUTES, version)
    read = partial(_read_rerank, _count_ranked(body))
    return build_request(settings, route, read, body=body, call=options)


def build_generative_scoring(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[ScoreResponse]:
    """Build the request for the probability that a label follows each item.

    Raises RequestError.
    """
    body = body_of(options, GENERATIVE_OPTIONS, "generative_scoring()")
    require(body, "query", "items", "label_token_ids")
    read = listed_reader(ScoreResponse, count_of(body["items"]))
    return build_request(settings, routes.GENERATIVE_SCORING, read, body=body, call=options)


def _count_pairs(body: Mapping[str, Any]) -> int:
    """Return the number of pairs: one input against many, or equally many on both sides."""
    pairs = (pair for pair in PAIRS if all(body.get(name) is not None for name in pair))
    return max(length_of(body[name]) for name in next(pairs))


def _count_ranked(body: Mapping[str, Any]) -> int:
    """Return the number of results to expect. For vLLM, a top_n of 0 means all documents."""
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
    """Builder of a request for scores."""

    def queries(self, queries: ScoreInputs) -> Self:
        """Set the first side of the pairs.

        Args:
            queries: One input that is compared with each document, or one for each document.
        """
        return self._with(queries=queries)

    def documents(self, documents: ScoreInputs) -> Self:
        """Set the second side of the pairs.

        Args:
            documents: The texts or content parts to compare with the queries.
        """
        return self._with(documents=documents)

    def options(self, **options: Unpack[ScoreKeywords]) -> Self:
        """Set any options, by their names in vLLM's request.

        Args:
            **options: The keywords of `client.score`.

        Raises:
            RequestError: An option is unknown.
        """
        refuse_unknown(options, SCORE_OPTIONS, "score()")
        return self._with(**options)


@shows_keywords
class RerankRequest(OptionsBuilder):
    """Builder of a request to rerank documents."""

    def query(self, query: ScoreInput) -> Self:
        """Set the query.

        Args:
            query: The text or content parts that the documents are compared with.
        """
        return self._with(query=query)

    def documents(self, documents: ScoreInputs) -> Self:
        """Set the documents to sort by relevance.

        Args:
            documents: One document or several, as texts or content parts.
        """
        return self._with(documents=documents)

    def top_n(self, n: int) -> Self:
        """Limit the number of results.

        Args:
            n: Max number of results, best first; 0 returns all.
        """
        return self._with(top_n=n)

    def options(self, **options: Unpack[RerankKeywords]) -> Self:
        """Set any options, by their names in vLLM's request.

        Args:
            **options: The keywords of `client.rerank`.

        Raises:
            RequestError: An option is unknown.
        """
        refuse_unknown(options, RERANK_OPTIONS, "rerank()")
        return self._with(**options)
