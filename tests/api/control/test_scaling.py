"""Test calls for data-parallel engines: scaling, fault tolerance and event sources."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply
from tests.recordings import load
from vllm_client.api.control.scaling import (
    ELASTIC_EP_STATUS,
    FAULT_TOLERANCE_APPLY,
    FAULT_TOLERANCE_STATUS,
    IS_SCALING_ELASTIC_EP,
    KV_EVENT_SOURCES,
    SCALE_ELASTIC_EP,
    EngineStatus,
    FaultToleranceResponse,
    FaultToleranceStatus,
    KvEventSource,
    ScaleResponse,
    ScalingStatus,
)
from vllm_client.call.request import RequestSpec
from vllm_client.call.response import HttpResponse
from vllm_client.call.settings import ClientSettings
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers

BELOW = ClientSettings(BaseUrl.parse("http://server/llm/v1"))

# in the format of vLLM 0.32
SCALED = b'{"message":"Scaled to 2 data parallel engines"}'
ACCEPTED = (
    b'{"message":"Request accepted; poll /fault_tolerance/status for updates.","request_id":"r"}'
)
STATUS = b"""{"schema_version":1,"total_engines":2,"engines":[{"id":0,"status":"healthy"},
{"id":1,"status":"unhealthy","fault_info":"RuntimeError","last_ft_request_id":"r","ft_error":"x"}]}
"""
SOURCES = b"""{"0":{"enable_kv_cache_events":true,"publisher":"zmq","endpoint":"tcp://*:5557",
"replay_endpoint":null,"buffer_steps":10000,"hwm":100000,"max_queue_size":100000,"topic":""}}"""


def test_scaling_is_never_sent_twice() -> None:
    spec = SCALE_ELASTIC_EP(BELOW, {"new_data_parallel_size": 2, "drain_timeout": 5})

    assert (spec.method, spec.target, spec.replayable) == ("POST", "/llm/scale_elastic_ep", False)
    assert json.loads(spec.body) == {"new_data_parallel_size": 2, "drain_timeout": 5}
    assert spec.read(reply(SCALED)) == ScaleResponse("Scaled to 2 data parallel engines")


def test_scaling_status_is_requested_by_post() -> None:
    spec = IS_SCALING_ELASTIC_EP(BELOW, {})

    assert (spec.method, spec.target) == ("POST", "/llm/is_scaling_elastic_ep")
    assert spec.replayable
    assert spec.read(reply(b'{"is_scaling_elastic_ep":false}')) is False


def test_phase_of_a_change_of_size_is_decoded() -> None:
    recording = load("chat-scale-out", "is_scaling_elastic_ep")
    spec = ELASTIC_EP_STATUS(BELOW, {})

    assert (spec.method, spec.target) == ("POST", "/llm/is_scaling_elastic_ep")
    assert spec.read(reply(recording.body)) == ScalingStatus(False, "idle")
    assert spec.read(reply(b'{"is_scaling_elastic_ep":true}')) == ScalingStatus(True)  # 0.32


def test_fault_tolerance_instruction_is_never_sent_twice() -> None:
    spec = FAULT_TOLERANCE_APPLY(BELOW, {"instruction": "retry", "params": {"timeout": 5}})

    assert (spec.method, spec.target) == ("POST", "/llm/fault_tolerance/apply")
    assert not spec.replayable
    assert json.loads(spec.body) == {"instruction": "retry", "params": {"timeout": 5}}
    answer = spec.read(HttpResponse(202, Headers(), ACCEPTED))
    assert isinstance(answer, FaultToleranceResponse)
    assert answer.to_dict() == json.loads(ACCEPTED)


def test_state_of_the_engines_is_decoded() -> None:
    spec = FAULT_TOLERANCE_STATUS(BELOW, {})
    status = spec.read(reply(STATUS))

    assert (spec.method, spec.target, spec.replayable) == (
        "GET",
        "/llm/fault_tolerance/status",
        True,
    )
    assert isinstance(status, FaultToleranceStatus)
    assert status.engines[1] == EngineStatus(1, "unhealthy", "RuntimeError", "r", "x")
    assert status.to_dict() == json.loads(STATUS)


def test_event_sources_are_keyed_by_rank() -> None:
    spec = KV_EVENT_SOURCES(BELOW, {})

    assert (spec.method, spec.target, spec.replayable) == ("GET", "/llm/kv_event_sources", True)
    assert spec.read(reply(load("chat-dev", "kv_event_sources").body)) == {}
    assert spec.read(reply(SOURCES)) == {
        0: KvEventSource(
            enable_kv_cache_events=True,
            publisher="zmq",
            endpoint="tcp://*:5557",
            buffer_steps=10000,
            hwm=100000,
            max_queue_size=100000,
            topic="",
        )
    }


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"[]", "$"),
        (b'{"0":[]}', "$['0']"),
        (b'{"zero":{}}', "$"),
        (b'{"\xc2\xb2":{}}', "$"),
    ],
)
def test_malformed_event_sources_are_a_parse_error(body: bytes, where: str) -> None:
    with pytest.raises(ParseError) as caught:
        KV_EVENT_SOURCES(SETTINGS, {}).read(reply(body))

    assert (caught.value.where, caught.value.status) == (where, 200)


@pytest.mark.parametrize(
    ("build", "name"),
    [
        (
            lambda options: SCALE_ELASTIC_EP(SETTINGS, {"new_data_parallel_size": 1, **options}),
            "scale_elastic_ep",
        ),
        (
            lambda options: FAULT_TOLERANCE_APPLY(SETTINGS, {"instruction": "retry", **options}),
            "fault_tolerance_apply",
        ),
        (
            lambda options: FAULT_TOLERANCE_STATUS(SETTINGS, options),
            "fault_tolerance_status",
        ),
    ],
)
def test_misspelt_keyword_is_rejected(
    build: Callable[[dict[str, Any]], RequestSpec[Any]], name: str
) -> None:
    with pytest.raises(RequestError, match=rf"^{name}\(\) has no option 'parms'"):
        build({"parms": {}})
