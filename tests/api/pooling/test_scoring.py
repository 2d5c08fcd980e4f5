"""Test scoring: requests, and recorded answers."""

from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.pooled import answered, json_reply, read
from tests.helpers.responses import without_nulls
from tests.recordings import Recording
from vllm_client.api.pooling.scoring import (
    Score,
    build_generative_scoring,
    build_rerank,
    build_score,
)
from vllm_client.codec.json_codec import loads
from vllm_client.errors import ParseError, RequestError

CAPITAL = {"query": "capital?", "documents": ["Paris", "a cat"]}


@pytest.mark.parametrize("recording", answered("/score", "/v1/score"), ids=str)
def test_recorded_scores_have_no_unknown_keys_and_round_trip(
    recording: Recording,
) -> None:
    response = read(build_score(SETTINGS, {"extra_body": recording.request}), recording)

    assert response.unknown_fields == {}
    assert all(each.unknown_fields == {} for each in response)
    assert response.to_dict() == without_nulls(recording.json)
    assert [each.index for each in response] == list(range(len(response.data)))


@pytest.mark.parametrize("recording", answered("/rerank", "/v1/rerank", "/v2/rerank"), ids=str)
def test_recorded_ranking_has_no_unknown_keys_and_round_trips(
    recording: Recording,
) -> None:
    response = read(build_rerank(SETTINGS, {"extra_body": recording.request}), recording)

    assert response.unknown_fields == {}
    assert all(each.unknown_fields == {} for each in response)
    assert all(each.document.unknown_fields == {} for each in response)
    assert response.to_dict() == without_nulls(recording.json)
    scores = [each.relevance_score for each in response]
    assert scores == sorted(scores, reverse=True)
    documents = recording.request["documents"]
    assert [each.document.text for each in response] == [documents[e.index] for e in response]


@pytest.mark.parametrize(
    ("version", "path"), [(None, "/rerank"), ("v1", "/v1/rerank"), ("v2", "/v2/rerank")]
)
def test_rerank_route_depends_on_the_version(version: str | None, path: str) -> None:
    spec = build_rerank(SETTINGS, CAPITAL | {"top_n": 1}, version)

    assert (spec.method, spec.target) == ("POST", path)
    assert loads(spec.body.decode()) == CAPITAL | {"top_n": 1}


@pytest.mark.parametrize(("version", "path"), [(None, "/score"), ("v1", "/v1/score")])
@pytest.mark.parametrize(
    "names",
    [("queries", "documents"), ("queries", "items"), ("text_1", "text_2"), ("data_1", "data_2")],
)
def test_score_route_depends_on_the_version(
    version: str | None, path: str, names: tuple[str, str]
) -> None:
    pair = dict(zip(names, ("a", ["b", "c"]), strict=True))
    spec = build_score(SETTINGS, pair | {"instruction": "i"}, version)

    assert (spec.method, spec.target) == ("POST", path)
    assert loads(spec.body.decode()) == pair | {"instruction": "i"}


@pytest.mark.parametrize(
    ("build", "options", "version"),
    [
        (build_score, {"text_1": "a", "text_2": "b"}, "v2"),
        (build_rerank, CAPITAL, "v3"),
        (build_rerank, CAPITAL, 2),
    ],
)
def test_unknown_version_is_rejected(build: Any, options: Any, version: Any) -> None:
    with pytest.raises(RequestError, match=f"version: vLLM has no .* of version {version!r}"):
        build(SETTINGS, options, version)


@pytest.mark.parametrize(
    "given",
    [{}, {"queries": "a"}, {"text_1": "a", "documents": ["b"]}, {"text_1": "a", "text_2": None}],
)
def test_score_without_both_sides_is_rejected(given: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="queries and documents, or text_1 and text_2: missing"):
        build_score(SETTINGS, given)


def test_documents_are_sent_unchanged() -> None:
    documents = ["a", {"content": [{"type": "text", "text": "b"}]}]
    spec = build_rerank(SETTINGS, {"query": "q", "documents": documents})

    assert loads(spec.body.decode())["documents"] == documents


def test_generative_scoring_is_sent_to_the_server_root() -> None:
    asked = {"query": "a", "items": [[1], [2, 3]], "label_token_ids": [5, 6], "item_first": True}
    spec = build_generative_scoring(SETTINGS, asked)
    response = spec.read(
        json_reply(
            b'{"id": "g", "model": "m", "data": [{"index": 0, "score": 0.25}, {"score": 0.5}]}'
        )
    )

    assert (spec.method, spec.target) == ("POST", "/generative_scoring")
    assert loads(spec.body.decode()) == asked
    assert list(response) == [Score(0, 0.25), Score(1, 0.5)]


@pytest.mark.parametrize(
    ("build", "options", "wrong", "right"),
    [
        (build_score, {"text_1": "a", "text_2": "b"}, "truncate_prompt_token", "truncate_prompt_"),
        (build_rerank, CAPITAL, "top_k", "top_n"),
        (build_generative_scoring, {}, "label_tokens", "label_token_ids"),
    ],
)
def test_misspelt_option_is_rejected(
    build: Any, options: dict[str, Any], wrong: str, right: str
) -> None:
    with pytest.raises(RequestError, match=f"no option '{wrong}'; did you mean {right}"):
        build(SETTINGS, options | {wrong: 1})


def test_score_other_than_a_number_is_a_parse_error() -> None:
    body = b'{"data": [{"index": 0, "score": "high"}]}'

    with pytest.raises(ParseError, match="expected float or int, got 'high'") as caught:
        build_score(SETTINGS, {"text_1": "a", "text_2": "b"}).read(json_reply(body))
    assert caught.value.where == "$.data[0].score"
