"""Test decisions: the request, and an answer of a real server."""

from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.pooled import json_reply
from tests.recordings import load
from vllm_client.api.pooling.decisions import (
    ChoiceAnswer,
    ChoiceProbability,
    DecisionAnswer,
    DecisionsResponse,
    PredicateAnswer,
    ScoreAnswer,
    ScoreProbability,
    build_decisions,
)
from vllm_client.codec.json_codec import loads
from vllm_client.errors import ParseError, RequestError

RECORDED = load("chat-decides", "decisions")
ASKED: dict[str, Any] = {
    "model": "tiny",
    "input": "It rains.",
    "questions": [{"type": "predicate", "instructions": "Is it wet?"}],
}


def read(body: bytes) -> DecisionsResponse:
    return build_decisions(SETTINGS, ASKED).read(json_reply(body))


def test_request_contains_the_options() -> None:
    spec = build_decisions(SETTINGS, ASKED | {"joint": True, "safety_identifier": "u"})

    assert (spec.method, spec.target) == ("POST", "/v1/decisions")
    assert loads(spec.body.decode()) == ASKED | {"joint": True, "safety_identifier": "u"}


def test_each_answer_is_of_the_class_of_its_type() -> None:
    response = read(RECORDED.body)
    wet, what, how = response.answers

    assert isinstance(wet, PredicateAnswer)
    assert (wet.name, wet.probability) == ("wet", pytest.approx(0.1585, abs=1e-4))
    assert isinstance(what, ChoiceAnswer)
    assert (what.name, what.choice) == (None, False)
    assert [each.value for each in what.probabilities] == ["rain", "snow", False]
    assert isinstance(what.probabilities[0], ChoiceProbability)
    assert isinstance(how, ScoreAnswer)
    assert isinstance(how.probabilities[1], ScoreProbability)
    assert (how.probabilities[1].value, how.probabilities[1].label) == (1, "much")
    assert response.usage is not None
    assert response.usage.total_tokens == 219


def test_answer_of_an_unknown_type_is_kept() -> None:
    (answer,) = read(b'{"answers": [{"type": "rank", "name": "a", "order": [1]}]}').answers

    assert type(answer) is DecisionAnswer
    assert answer.unknown_fields == {"order": [1]}


def test_an_answer_without_its_probability_is_a_parse_error() -> None:
    with pytest.raises(ParseError) as caught:
        read(b'{"answers": [{"type": "predicate", "probability": "high"}]}')

    assert caught.value.where == "$.answers[0].probability"


def test_fewer_answers_than_questions_are_a_parse_error() -> None:
    with pytest.raises(ParseError, match="expected 1 results, got 0") as caught:
        read(b'{"answers": []}')

    assert isinstance(caught.value.partial, DecisionsResponse)


@pytest.mark.parametrize("name", ["model", "input", "questions"])
def test_missing_required_options_are_rejected(name: str) -> None:
    with pytest.raises(RequestError, match=name):
        build_decisions(SETTINGS, {key: ASKED[key] for key in ASKED if key != name})


def test_misspelt_option_is_rejected() -> None:
    with pytest.raises(RequestError, match="no option 'joined'"):
        build_decisions(SETTINGS, ASKED | {"joined": True})
