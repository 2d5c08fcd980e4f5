"""Changes of weights: what is sent, once only, and what comes back."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply
from tests.recordings import load
from vllm_client.api.control.weights import (
    WeightCheck,
    WeightInfo,
    WeightUpdateResponse,
    WeightVersionResponse,
    build_finish_weight_update,
    build_get_world_size,
    build_init_weight_transfer_engine,
    build_shutdown_weight_transfer_engine,
    build_start_draft_weight_update,
    build_start_weight_update,
    build_update_weight_version,
    build_update_weights,
    build_weight_checker,
    build_weight_info,
)
from vllm_client.call.request import RequestSpec
from vllm_client.call.settings import ClientSettings
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.base_url import BaseUrl

BELOW = ClientSettings(BaseUrl.parse("http://server/llm/v1"))
Build = Callable[..., RequestSpec[Any]]

# builder, what it is given, the route, the body
COMMANDS: list[tuple[Build, tuple[Any, ...], str, bytes]] = [
    (
        build_init_weight_transfer_engine,
        ({"port": 1},),
        "init_weight_transfer_engine",
        b'{"init_info":{"port":1}}',
    ),
    (build_shutdown_weight_transfer_engine, (), "shutdown_weight_transfer_engine", b""),
    (build_start_weight_update, (), "start_weight_update", b""),
    (build_start_draft_weight_update, (), "start_draft_weight_update", b""),
    (
        build_update_weights,
        ({"names": ["w"]},),
        "update_weights",
        b'{"update_info":{"names":["w"]}}',
    ),
    (build_update_weights, ([{}, {}],), "update_weights", b'{"update_info":[{},{}]}'),
    (build_finish_weight_update, (), "finish_weight_update", b"{}"),
    (build_update_weight_version, ("v2",), "update_weight_version", b'{"new_version":"v2"}'),
    (build_weight_checker, ("checksum",), "weight_checker", b'{"action":"checksum"}'),
]
STEPS = [
    row for row in COMMANDS if row[0] not in (build_update_weight_version, build_weight_checker)
]


@pytest.mark.parametrize(("build", "given", "route", "body"), COMMANDS)
def test_a_command_is_sent_to_the_root_and_never_twice(
    build: Build, given: tuple[Any, ...], route: str, body: bytes
) -> None:
    spec = build(BELOW, *given, {})

    assert (spec.method, spec.target, spec.body) == ("POST", f"/llm/{route}", body)
    assert not spec.replayable


@pytest.mark.parametrize(("build", "given", "route", "body"), COMMANDS)
def test_a_misspelt_keyword_is_refused(
    build: Build, given: tuple[Any, ...], route: str, body: bytes
) -> None:
    with pytest.raises(RequestError, match=rf"^{route}\(\) has no option 'tmeout'"):
        build(SETTINGS, *given, {"tmeout": 1})


def test_keywords_go_into_the_body() -> None:
    finish = build_finish_weight_update(SETTINGS, {"weight_version": "v3"})
    check = build_weight_checker(SETTINGS, "compare", {"baseline": {"w": "ab"}})

    assert json.loads(finish.body) == {"weight_version": "v3"}
    assert json.loads(check.body) == {"action": "compare", "baseline": {"w": "ab"}}


@pytest.mark.parametrize(("build", "given", "route", "body"), STEPS)
def test_each_step_of_an_update_answers_a_sentence(
    build: Build, given: tuple[Any, ...], route: str, body: bytes
) -> None:
    read = build(SETTINGS, *given, {}).read

    assert read(reply(b'{"message":"Weights updated"}')) == WeightUpdateResponse("Weights updated")
    with pytest.raises(ParseError) as caught:
        read(reply(b"{}"))
    assert caught.value.where == "$.message"


def test_the_version_of_the_weights_is_told_and_set() -> None:
    question = build_weight_info(BELOW, {})
    recording = load("chat-dev", "weight_info")
    info = question.read(reply(recording.body))
    answer = b'{"success":true,"new_version":"v2"}'  # as vLLM 0.32 has it

    assert (question.method, question.target, question.replayable) == (
        "GET",
        "/llm/weight_info",
        True,
    )
    assert info == WeightInfo("default")
    assert info.to_dict() == recording.json
    update = build_update_weight_version(BELOW, "v2", {})
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
def test_a_check_answers_what_was_asked_for(action: Any, body: bytes, answer: WeightCheck) -> None:
    read = build_weight_checker(SETTINGS, action, {}).read(reply(body))

    assert read == answer
    assert read.to_dict() == json.loads(body)


def test_a_wrong_checksum_is_a_parse_error() -> None:
    with pytest.raises(ParseError) as caught:
        build_weight_checker(SETTINGS, "checksum", {}).read(reply(b'{"checksums":{"w":1}}'))

    assert caught.value.where == "$.checksums['w']"


def test_the_world_size_may_leave_out_data_parallel_ranks() -> None:
    spec = build_get_world_size(BELOW, {"include_dp": False})

    assert (spec.method, spec.target) == ("GET", "/llm/get_world_size?include_dp=false")
    assert spec.replayable
    assert spec.read(reply(load("chat-dev", "get_world_size").body)) == 1
    with pytest.raises(ParseError, match=r"\$\.world_size: expected int, got '1'"):
        spec.read(reply(b'{"world_size":"1"}'))
    with pytest.raises(RequestError, match="did you mean include_dp"):
        build_get_world_size(BELOW, {"include_pd": False})
