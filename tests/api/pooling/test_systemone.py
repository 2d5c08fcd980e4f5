"""Structured decisions: the request, and an answer as a real server gives it."""

import json
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.pooled import json_reply
from vllm_client.api.pooling.systemone import build_systemone
from vllm_client.codec.json_codec import loads
from vllm_client.errors import ParseError, RequestError

ASKED: dict[str, Any] = {
    "state": {"sky": "grey"},
    "questions": {"wet": {"type": "noul", "instructions": "Is it wet?"}},
}
# what vLLM 0.32 gave, of a model whose tokens suit
ANSWER: dict[str, Any] = {
    "id": "decision-81d85c430a837215",
    "object": "structured_decision",
    "created": 1795315856,
    "model": "tiny",
    "answers": {
        "wet": {
            "type": "noul",
            "noul": 0.8408071021454565,
            "probabilities": {"yes": 0.8408071021454565, "no": 0.15919289785454352},
            "confidence": 7.227298711978632e-11,
        },
        "what": {
            "type": "choice",
            "choice": "rain",
            "probabilities": {"rain": 0.9385618834559057, "sun": 0.061438116544094395},
            "confidence": 9.321205068081633e-08,
        },
    },
    "usage": {"input_tokens": 153, "output_tokens": 3},
    "diagnostics": {
        "wet": {"label_mass": 8.595668011767504e-11, "argmax_is_label": False},
        "what": {"label_mass": 9.931369718275534e-08, "argmax_is_label": False},
    },
}


def test_the_request_says_what_was_said() -> None:
    spec = build_systemone(SETTINGS, ASKED | {"instructions": "Look.", "timeout": 5})

    assert (spec.method, spec.target) == ("POST", "/v1/systemone")
    assert loads(spec.body.decode()) == ASKED | {"instructions": "Look."}


def test_an_answer_has_no_unknown_key_and_goes_back_to_its_json() -> None:
    response = build_systemone(SETTINGS, ASKED).read(json_reply(json.dumps(ANSWER).encode()))

    assert response.unknown_fields == {}
    assert response.to_dict() == ANSWER
    assert response.answers["wet"]["type"] == "noul"
    assert response.diagnostics is not None
    assert response.diagnostics["wet"].label_mass < 1


def test_answers_that_are_no_objects_are_a_parse_error() -> None:
    with pytest.raises(ParseError) as caught:
        build_systemone(SETTINGS, ASKED).read(json_reply(b'{"answers": {"wet": "yes"}}'))

    assert caught.value.where == "$.answers['wet']"


def test_a_misspelt_option_is_refused() -> None:
    with pytest.raises(RequestError, match="no option 'image'; did you mean images"):
        build_systemone(SETTINGS, ASKED | {"image": "a.png"})
