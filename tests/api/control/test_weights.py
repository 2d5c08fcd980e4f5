"""Test calls that change weights: the request, which is never repeated, and the answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply
from tests.recordings import load
from vllm_client.api.control.weights import (
    FINISH_WEIGHT_UPDATE,
    GET_WORLD_SIZE,
    INIT_WEIGHT_TRANSFER_ENGINE,
    SHUTDOWN_WEIGHT_TRANSFER_ENGINE,
    START_DRAFT_WEIGHT_UPDATE,
    START_WEIGHT_UPDATE,
    UPDATE_WEIGHT_VERSION,
    UPDATE_WEIGHTS,
    WEIGHT_CHECKER,
    WEIGHT_INFO,
    WeightCheck,
    WeightInfo,
    WeightUpdateResponse,
    WeightVersionResponse,
)
from vllm_client.call.request import RequestSpec
from vllm_client.call.settings import ClientSettings
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.base_url import BaseUrl

BELOW = ClientSettings(BaseUrl.parse("http://server/llm/v1"))
Build = Callable[..., RequestSpec[Any]]

# builder, options, route, body
COMMANDS: list[tuple[Build, dict[str, Any], str, bytes]] = [
    (
        INIT_WEIGHT_TRANSFER_ENGINE,
        {"init_info": {"port": 1}},
        "init_weight_transfer_engine",
        b'{"init_info":{"port":1}}',
    ),
    (SHUTDOWN_WEIGHT_TRANSFER_ENGINE, {}, "shutdown_weight_transfer_engine", b""),
    (START_WEIGHT_UPDATE, {}, "start_weight_update", b""),
    (START_DRAFT_WEIGHT_UPDATE, {}, "start_draft_weight_update", b""),
    (
        UPDATE_WEIGHTS,
        {"update_info": {"names": ["w"]}},
        "update_weights",
        b'{"update_info":{"names":["w"]}}',
    ),
    (UPDATE_WEIGHTS, {"update_info": [{}, {}]}, "update_weights", b'{"update_info":[{},{}]}'),
    (FINISH_WEIGHT_UPDATE, {}, "finish_weight_update", b"{}"),
    (
        UPDATE_WEIGHT_VERSION,
        {"new_version": "v2"},
        "update_weight_version",
        b'{"new_version":"v2"}',
    ),
    (WEIGHT_CHECKER, {"action": "checksum"}, "weight_checker", b'{"action":"checksum"}'),
]
STEPS = [row for row in COMMANDS if row[0] not in (UPDATE_WEIGHT_VERSION, WEIGHT_CHECKER)]


@pytest.mark.parametrize(("build", "given", "route", "body"), COMMANDS)
def test_a_command_is_sent_to_the_root_and_never_twice(
    build: Build, given: dict[str, Any], route: str, body: bytes
) -> None:
    spec = build(BELOW, given)

    assert (spec.method, spec.target, spec.body) == ("POST", f"/llm/{route}", body)
    assert not spec.replayable


@pytest.mark.parametrize(("build", "given", "route", "body"), COMMANDS)
def test_misspelt_keyword_is_rejected(
    build: Build, given: dict[str, Any], route: str, body: bytes
) -> None:
    with pytest.raises(RequestError, match=rf"^{route}\(\) has no option 'tmeout'"):
        build(SETTINGS, {**given, "tmeout": 1})


def test_keywords_are_sent_in_the_body() -> None:
    finish = FINISH_WEIGHT_UPDATE(SETTINGS, {"weight_version": "v3"})
    check = WEIGHT_CHECKER(SETTINGS, {"action": "compare", "baseline": {"w": "ab"}})

    assert json.loads(finish.body) == {"weight_version": "v3"}
    assert json.loads(check.body) == {"action": "compare", "baseline": {"w": "ab"}}


@pytest.mark.parametrize(("build", "given", "route", "body"), STEPS)
def test_each_step_of_an_update_returns_a_message(
    build: Build, given: dict[str, Any], route: str, body: bytes
) -> None:
    read = build(SETTINGS, given).read

    assert read(reply(b'{"message":"Weights updated"}')) == WeightUpdateResponse("Weights updated")
    assert read(reply(b"{}")) == WeightUpdateResponse()
    with pytest.raises(ParseError) as caught:
        read(reply(b"[]"))
    assert caught.value.where == "$"


def test_version_of_the_weights_is_read_and_set() -> None:
    question = WEIGHT_INFO(BELOW, {})
    recording = load("chat-dev", "weight_info")
    info = question.read(reply(recording.body))
    answer = b'{"success":true,"new_version":"v2"}'  # an answer of vLLM 0.32

    assert (question.method, question.target, question.replayable) == (
        "GET",
        "/llm/weight_info",
        True,
    )
    assert info == WeightInfo("default")
    assert info.to_dict() == recording.json
    update = UPDATE_WEIGHT_VERSION(BELOW, {"new_version": "v2"})
    assert update.read(reply(answer)) == WeightVersionResponse(success=True, new_version="v2")


@pytest.mark.parametrize(
    ("action", "body", "answer"),
    [
        ("checksum", b'{"checksums":{"w":"27e3"}}', WeightCheck(checksums={"w": "27e3"})),
        (
            "compare",
            b'{"match":false,"mismatches":["w"]}',
            WeightCheck(match=False, mismatches=["w"]),
        ),
        ("reset", b'{"status":"reset"}', WeightCheck(status="reset")),
    ],
)
def test_check_returns_the_requested_fields(action: Any, body: bytes, answer: WeightCheck) -> None:
    read = WEIGHT_CHECKER(SETTINGS, {"action": action}).read(reply(body))

    assert read == answer
    assert read.to_dict() == json.loads(body)


def test_malformed_checksum_is_a_parse_error() -> None:
    with pytest.raises(ParseError) as caught:
        WEIGHT_CHECKER(SETTINGS, {"action": "checksum"}).read(reply(b'{"checksums":{"w":1}}'))

    assert caught.value.where == "$.checksums['w']"


def test_world_size_may_exclude_data_parallel_ranks() -> None:
    spec = GET_WORLD_SIZE(BELOW, {"include_dp": False})

    assert (spec.method, spec.target) == ("GET", "/llm/get_world_size?include_dp=false")
    assert spec.replayable
    assert spec.read(reply(load("chat-dev", "get_world_size").body)) == 1
    with pytest.raises(ParseError, match=r"\$\.world_size: expected int, got '1'"):
        spec.read(reply(b'{"world_size":"1"}'))
    with pytest.raises(RequestError, match="did you mean include_dp"):
        GET_WORLD_SIZE(BELOW, {"include_pd": False})
