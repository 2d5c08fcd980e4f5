"""Test that fewer results than requested are an error that keeps the received ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply
from vllm_client.api.chat.batch import build_chat_batch
from vllm_client.api.completions.request import build_completion
from vllm_client.api.inference.request import build_generate
from vllm_client.api.pooling.embeddings import build_embed_v2, build_embeddings
from vllm_client.api.pooling.pooling import build_classify, build_pooling
from vllm_client.api.pooling.scoring import (
    build_generative_scoring,
    build_rerank,
    build_score,
)
from vllm_client.errors import ApiError, ParseError

TWO = ["a", "b"]
EMBEDDING = {"embedding": [1.0]}
POOLED = {"data": [1.0]}
CLASS = {"probs": [1.0]}
SCORE = {"score": 0.5}
RANKED = {"index": 0, "relevance_score": 0.5}
CHOICE = {"text": "a"}

# builder, options, requested results, field, one result
CASES: list[Any] = [
    (build_embeddings, {"input": TWO, "encoding_format": "float"}, 2, "data", EMBEDDING),
    (build_embeddings, {"input": "a"}, 1, "data", EMBEDDING),
    (build_embeddings, {"input": [[1, 2], [3]]}, 2, "data", EMBEDDING),
    (build_embeddings, {"input": [1, 2, 3]}, 1, "data", EMBEDDING),
    (build_pooling, {"input": TWO}, 2, "data", POOLED),
    (build_classify, {"input": TWO}, 2, "data", CLASS),
    (build_score, {"queries": "q", "documents": TWO}, 2, "data", SCORE),
    (build_score, {"text_1": TWO, "text_2": TWO}, 2, "data", SCORE),
    (build_score, {"data_1": "a", "data_2": {"content": [{}, {}]}}, 1, "data", SCORE),
    (build_generative_scoring, {"query": "q", "items": TWO, "label_token_ids": [1, 2]}, 2, "data",
     SCORE),
    (build_rerank, {"query": "q", "documents": TWO}, 2, "results", RANKED),
    (build_rerank, {"query": "q", "documents": TWO, "top_n": 1}, 1, "results", RANKED),
    (build_rerank, {"query": "q", "documents": TWO, "top_n": 0}, 2, "results", RANKED),
    (build_rerank, {"query": "q", "documents": TWO, "top_n": 9}, 2, "results", RANKED),
    (build_completion, {"prompt": TWO}, 1, "choices", CHOICE),
    (build_generate, {"token_ids": [1], "sampling_params": {}}, 1, "choices", {"token_ids": [1]}),
    (build_chat_batch, {"messages": [[{"role": "user", "content": "a"}]]}, 1, "choices",
     {"message": {"content": "a"}}),
]  # fmt: skip


@pytest.mark.parametrize(("build", "options", "count", "field", "result"), CASES)
def test_fewer_results_than_requested_are_a_parse_error_with_them(
    build: Any, options: dict[str, Any], count: int, field: str, result: dict[str, Any]
) -> None:
    read = build(SETTINGS, options).read

    assert len(getattr(read(reply(json_of(field, [result] * count))), field)) == count
    for came in range(count):
        with pytest.raises(ParseError) as caught:
            read(reply(json_of(field, [result] * came)))
        assert caught.value.message == f"$.{field}: expected {count} results, got {came}"
        assert len(getattr(caught.value.partial, field)) == came


@pytest.mark.parametrize(("build", "options", "count", "field", "result"), CASES)
@pytest.mark.parametrize("value", [None, "absent"])
def test_empty_results_are_a_parse_error(
    build: Any, options: Any, count: int, field: str, result: Any, value: Any
) -> None:
    body = json.dumps({} if value else {field: None}).encode()
    with pytest.raises(ParseError, match=rf"^\$\.{field}: expected {count} results, got 0$"):
        build(SETTINGS, options).read(reply(body))


@pytest.mark.parametrize(("build", "options", "count", "field", "result"), CASES)
def test_an_error_in_a_body_of_status_200_is_an_api_error(
    build: Any, options: Any, count: int, field: str, result: Any
) -> None:
    body = b'{"error": {"message": "no such task", "type": "T", "code": 500}}'
    with pytest.raises(ApiError, match="no such task") as caught:
        build(SETTINGS, options).read(reply(body))

    assert (caught.value.code, caught.value.type, caught.value.body) == (500, "T", body.decode())


def json_of(field: str, results: list[Any]) -> bytes:
    return json.dumps({field: results}).encode()


def test_results_without_an_index_get_their_position() -> None:
    body = (
        b'{"data": [{"score": 1.0, "index": null}, {"score": 2.0, "index": "x"}, {"score": 3.0}]}'
    )
    answer = build_score(SETTINGS, {"queries": "q", "documents": ["a"] * 3}).read(reply(body))

    assert [(one.index, one.score) for one in answer] == [(0, 1.0), (1, 2.0), (2, 3.0)]


def test_index_is_converted_to_int() -> None:
    body = b'{"data": [{"score": 1.0, "index": 1.0}, {"score": 2.0, "index": "0"}]}'
    answer = build_score(SETTINGS, {"queries": "q", "documents": TWO}).read(reply(body))

    assert [one.index for one in answer] == [1, 0]


@pytest.mark.parametrize(
    ("embeddings", "came"),
    [
        ({}, 0),
        ({"float": [[1.0]]}, 1),
        ({"float": [[1.0], [1.0]], "base64": ["AAAA"]}, 1),
        ({"binary": []}, 0),
    ],
)
def test_each_type_of_embeddings_has_one_for_each_input(embeddings: Any, came: int) -> None:
    read = build_embed_v2(SETTINGS, {"texts": TWO}).read
    with pytest.raises(ParseError, match=rf"^\$\.embeddings: expected 2 results, got {came}$"):
        read(reply(json.dumps({"embeddings": embeddings}).encode()))
