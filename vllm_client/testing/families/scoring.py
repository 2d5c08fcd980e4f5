"""/score and /rerank: the similarity of texts."""

from collections.abc import Mapping
from itertools import cycle, islice
from typing import Any

from .. import pooled_shapes
from ..pooled_endpoint import PooledEndpoint, PooledRequest, Tokens, check_length
from ..replies import Scores
from ..request_checks import Refusal, check_prompts
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import SocketResponse
from ..tokenizer import cut, text_of
from ..vectors import rounded, similarity, vector_of

Json = Mapping[str, Any]
Scored = str | Json
"""A text, or an object whose `content` is a list of parts."""

_NAMES = (
    ("queries", "documents"),
    ("queries", "items"),
    ("data_1", "data_2"),
    ("text_1", "text_2"),
)


def _pairs(body: Json) -> list[tuple[Scored, Scored]]:
    """Return the pairs of texts to compare: one with one, one with many, or pairwise."""
    if "query" in body:
        ones, others = [body["query"]], _list(body["documents"])
    else:
        names = next(pair for pair in _NAMES if pair[0] in body and pair[1] in body)
        ones, others = (_list(body[name]) for name in names)
    if not ones or not others:
        empty = "text" if not ones else "text_pair"
        raise Refusal(f"At least one {empty} element must be given")
    if len(ones) not in (1, len(others)):
        raise Refusal("Input lengths must be either 1:1, 1:N or N:N")
    return list(zip(ones * len(others) if len(ones) == 1 else ones, others, strict=True))


def _list(value: Scored | list[Scored]) -> list[Scored]:
    return value if isinstance(value, list) else [value]


def _text(scored: Scored, state: ServerState) -> str:
    if not isinstance(scored, str):
        return text_of(scored.get("content"))
    check_prompts(scored)
    check_length(scored, state)
    return scored


def _inputs(body: Json, state: ServerState) -> list[Tokens]:
    pairs = [(_text(one, state), _text(other, state)) for one, other in _pairs(body)]
    return [[*cut(one), *cut(other)] for one, other in pairs]


def _scores(request: PooledRequest, state: ServerState) -> list[float]:
    pairs = _pairs(request.body)
    if isinstance(request.reply, Scores):
        return rounded(list(islice(cycle(request.reply.scores), len(pairs))))
    similarities = [_similarity(one, other, state) for one, other in pairs]
    # Cross-encoders return probabilities, embedding models return cosines.
    if state.settings.task == "embed":
        return similarities
    return rounded([(1 + cosine) / 2 for cosine in similarities])


def _similarity(one: Scored, other: Scored, state: ServerState) -> float:
    size = state.settings.embedding_size
    first, second = (vector_of(cut(_text(text, state)), size) for text in (one, other))
    return similarity(first, second)


def _write_scores(request: PooledRequest, state: ServerState) -> SocketResponse:
    data = [
        {"index": index, "object": "score", "score": score}
        for index, score in enumerate(_scores(request, state))
    ]
    return json_answer({**request.frame, "data": data, "usage": request.usage})


def _write_ranks(request: PooledRequest, state: ServerState) -> SocketResponse:
    documents, scores = _list(request.body["documents"]), _scores(request, state)
    ranked = [
        {"index": index, "document": _shown(documents[index]), "relevance_score": scores[index]}
        for index in sorted(range(len(scores)), key=lambda index: -scores[index])
    ]
    usage = {"prompt_tokens": request.tokens, "total_tokens": request.tokens}
    most = request.body.get("top_n") or len(ranked)
    return json_answer(
        {"id": request.id, "model": request.model, "usage": usage, "results": ranked[:most]}
    )


def _shown(document: Scored) -> Json:
    if isinstance(document, str):
        return {"text": document, "multi_modal": None}
    return {"text": None, "multi_modal": document.get("content")}


def _endpoint(shape: Any, write: Any) -> PooledEndpoint:
    return PooledEndpoint(
        stem="score-",
        shape=shape,
        check=lambda body, state: None,
        inputs=_inputs,
        write=write,
        accepts=(Scores,),
    )


SCORE = _endpoint(pooled_shapes.SCORE, _write_scores)
RERANK = _endpoint(pooled_shapes.RERANK, _write_ranks)
