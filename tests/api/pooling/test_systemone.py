"""Test structured decisions: the request, and an answer of a real server."""

import json
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.pooled import json_reply
from tests.helpers.responses import without_nulls
from tests.recordings import load
from vllm_client.api.pooling.systemone import JointCanvas, JointDiagnostics, build_systemone
from vllm_client.codec.json_codec import loads
from vllm_client.errors import ParseError, RequestError

ASKED: dict[str, Any] = {
    "state": {"sky": "grey"},
    "questions": {"wet": {"type": "noul", "instructions": "Is it wet?"}},
}
RECORDED = load("chat-decides", "systemone")


def test_request_contains_the_options() -> None:
    spec = build_systemone(SETTINGS, ASKED | {"instructions": "Look.", "timeout": 5})

    assert (spec.method, spec.target) == ("POST", "/v1/systemone")
    assert loads(spec.body.decode()) == ASKED | {"instructions": "Look."}


def test_answer_has_no_unknown_keys_and_round_trips() -> None:
    response = build_systemone(SETTINGS, ASKED).read(json_reply(RECORDED.body))

    assert response.unknown_fields == {}
    assert response.to_dict() == without_nulls(RECORDED.json)
    assert response.answers["wet"]["type"] == "noul"
    assert response.diagnostics is not None
    assert response.diagnostics["wet"].label_mass < 1


def test_joint_diagnostics_are_decoded() -> None:
    joint = {"canvases": [{"questions": ["a", "b"], "width": 8, "slots": [2, 5]}]}
    answer = json.dumps({"answers": {}, "joint": joint}).encode()
    response = build_systemone(SETTINGS, ASKED | {"joint": True}).read(json_reply(answer))

    assert response.joint == JointDiagnostics([JointCanvas(["a", "b"], 8, [2, 5])])


def test_answers_other_than_objects_are_a_parse_error() -> None:
    with pytest.raises(ParseError) as caught:
        build_systemone(SETTINGS, ASKED).read(json_reply(b'{"answers": {"wet": "yes"}}'))

    assert caught.value.where == "$.answers['wet']"


def test_misspelt_option_is_rejected() -> None:
    with pytest.raises(RequestError, match="no option 'image'; did you mean images"):
        build_systemone(SETTINGS, ASKED | {"image": "a.png"})
