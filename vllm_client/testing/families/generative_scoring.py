"""/generative_scoring: the probability of a label as next token after the query and each item."""

from collections.abc import Mapping
from itertools import cycle, islice
from typing import Any

from ..body_kinds import Fields, Flag, ListOf, Maybe, OneOf, Required, Text, Whole
from ..pooled_endpoint import PooledEndpoint, PooledRequest, Tokens
from ..replies import Scores
from ..request_checks import Refusal, check_model
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import SocketResponse
from ..tokenizer import cut
from ..vectors import rounded, similarity, vector_of

Json = Mapping[str, Any]

_IDS = ListOf(Whole())
_SHAPE = Fields(
    {
        "query": Required(OneOf(Text(), _IDS)),
        "items": Required(OneOf(ListOf(Text()), ListOf(_IDS))),
        "label_token_ids": Required(_IDS),
        "model": Maybe(Text()),
        "apply_softmax": Flag(),
        "item_first": Flag(),
        "request_id": Text(),
    }
)
_VOCABULARY = 1_000_000


def _check(body: Json, state: ServerState) -> None:
    check_model(body, state.model_names, state.settings.served_models)
    for id in body["label_token_ids"]:
        if not 0 <= id < _VOCABULARY:
            raise Refusal(
                f"label_token_id {id} is out of vocabulary range [0, {_VOCABULARY})."
                " Please provide valid token IDs."
            )
    if not body["label_token_ids"]:
        raise Refusal("label_token_ids must contain at least one token ID.")
    if not body["items"]:
        raise Refusal("items must contain at least one item.")


def _parts(body: Json, state: ServerState) -> list[tuple[Tokens, Tokens]]:
    query = _tokens(body["query"], state)
    return [(query, _tokens(item, state)) for item in body["items"]]


def _tokens(text: Any, state: ServerState) -> Tokens:
    return cut(text) if isinstance(text, str) else state.vocabulary.tokens(text)


def _inputs(body: Json, state: ServerState) -> list[Tokens]:
    # vLLM truncates long inputs, to leave room for the label.
    limit = state.settings.max_model_len - 1
    first = bool(body.get("item_first"))
    pairs = _parts(body, state)
    return [[*item, *query][:limit] if first else [*query, *item][:limit] for query, item in pairs]


def _scores(request: PooledRequest, state: ServerState) -> list[float]:
    if isinstance(request.reply, Scores):
        return rounded(list(islice(cycle(request.reply.scores), len(request.inputs))))
    # The softmax of a single label is 1.
    if len(request.body["label_token_ids"]) == 1 and request.body.get("apply_softmax", True):
        return [1.0] * len(request.inputs)
    size = state.settings.embedding_size
    pairs = _parts(request.body, state)
    alike = [similarity(vector_of(query, size), vector_of(item, size)) for query, item in pairs]
    return rounded([(1 + cosine) / 2 for cosine in alike])


def _write(request: PooledRequest, state: ServerState) -> SocketResponse:
    data = [
        {"index": index, "object": "score", "score": score}
        for index, score in enumerate(_scores(request, state))
    ]
    count = len(request.inputs)
    usage = {**request.usage, "total_tokens": request.tokens + count, "completion_tokens": count}
    return json_answer({**request.frame, "data": data, "usage": usage})


GENERATIVE_SCORING = PooledEndpoint(
    stem="generative-scoring-",
    shape=_SHAPE,
    check=_check,
    inputs=_inputs,
    write=_write,
    accepts=(Scores,),
    check_name=lambda body, state: None,
)
