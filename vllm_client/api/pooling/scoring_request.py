"""How requests for scores are built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...call.build_request import build
from ...call.option_checks import body_of, missing, require
from ...call.request import RequestSpec
from ...call.response import reader
from ...call.settings import ClientSettings
from ...errors import RequestError
from ...http.base_url import BaseUrl
from .options import GenerativeScoringKeywords, RerankKeywords, ScoreKeywords
from .scoring import RerankResponse, ScoreResponse

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


def build_score(
    settings: ClientSettings, options: Mapping[str, Any], version: str | None = None
) -> RequestSpec[ScoreResponse]:
    """The request for the scores of one text against many, or of pairs. Raises RequestError."""
    body = body_of(options, SCORE_OPTIONS, "score()")
    given = {name for name, value in body.items() if value is not None}
    if not any(given.issuperset(pair) for pair in PAIRS):
        raise missing("queries and documents, or text_1 and text_2")
    path = _path(settings.base_url, "score", version)
    return build(settings, "POST", path, reader(ScoreResponse), body=body, call=options)


def build_rerank(
    settings: ClientSettings, options: Mapping[str, Any], version: str | None = None
) -> RequestSpec[RerankResponse]:
    """The request for the documents in the order of their relevance. Raises RequestError."""
    body = body_of(options, RERANK_OPTIONS, "rerank()")
    require(body, "query", "documents")
    path = _path(settings.base_url, "rerank", version)
    return build(settings, "POST", path, reader(RerankResponse), body=body, call=options)


def build_generative_scoring(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[ScoreResponse]:
    """The request for the probabilities of a first token after each item. Raises RequestError."""
    body = body_of(options, GENERATIVE_OPTIONS, "generative_scoring()")
    require(body, "query", "items", "label_token_ids")
    path = f"{settings.base_url.root}/generative_scoring"
    return build(settings, "POST", path, reader(ScoreResponse), body=body, call=options)


def _path(url: BaseUrl, name: str, version: str | None) -> str:
    # vLLM 0.32 logs a warning at /v1/score and /v1/rerank, which asks for the route at the root
    prefixes = {None: url.root, "v1": url.api, "v2": f"{url.root}/v2"}
    if version not in prefixes or (name, version) == ("score", "v2"):
        raise RequestError(f"version: vLLM has no {name} of version {version!r}")
    return f"{prefixes[version]}/{name}"
