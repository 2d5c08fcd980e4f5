"""Control of a server in dev mode: each call returns the data of a plain request."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.helpers.responses import without_nulls
from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from tests.live.occupied import CHOICES
from vllm_client import ApiError

Ask = Callable[[Any], Any]


@pytest.fixture
def operator(address_of: AddressOf) -> Iterator[httpx.Client]:
    """Yield a client for plain requests; wake the server up at the end."""
    address = address_of("chat-dev")
    # vLLM 0.32 closes the connection after some errors of 500, without `connection: close`
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(
        base_url=address.root, trust_env=False, timeout=60, limits=limits
    ) as operator:
        yield operator
        operator.post("/wake_up").raise_for_status()
        operator.post("/resume").raise_for_status()
        operator.post("/update_weight_version", json={"new_version": "default"}).raise_for_status()


# The call, the plain request, its body, and, if the answer is not an object, its only field.
SAME: dict[str, tuple[Ask, str, Any, str | None]] = {
    "pause": (
        lambda client: client.pause(mode="wait", clear_cache=False),
        "POST /pause?mode=wait&clear_cache=false",
        None,
        None,
    ),
    "resume": (lambda client: client.resume(), "POST /resume", None, None),
    "is_paused": (lambda client: client.is_paused(), "GET /is_paused", None, "is_paused"),
    "sleep": (
        lambda client: client.sleep(level=0, mode="keep"),
        "POST /sleep?level=0&mode=keep",
        None,
        None,
    ),
    "sleep by default": (lambda client: client.sleep(), "POST /sleep", None, None),
    "is_sleeping": (lambda client: client.is_sleeping(), "GET /is_sleeping", None, "is_sleeping"),
    "wake_up": (lambda client: client.wake_up(), "POST /wake_up", None, None),
    "wake_up with tags": (
        lambda client: client.wake_up(tags=["weights", "kv_cache"]),
        "POST /wake_up?tags=weights&tags=kv_cache",
        None,
        None,
    ),
    "abort_requests": (lambda client: client.abort_requests(), "POST /abort_requests", {}, None),
    "reset_prefix_cache": (
        lambda client: client.reset_prefix_cache(reset_running_requests=True),
        "POST /reset_prefix_cache?reset_running_requests=true",
        None,
        "success",
    ),
    "reset_mm_cache": (lambda client: client.reset_mm_cache(), "POST /reset_mm_cache", None, None),
    "reset_encoder_cache": (
        lambda client: client.reset_encoder_cache(),
        "POST /reset_encoder_cache",
        None,
        None,
    ),
    "collective_rpc": (
        lambda client: client.collective_rpc(method="check_health", rpc_timeout=30),
        "POST /collective_rpc",
        {"method": "check_health", "timeout": 30},
        "results",
    ),
    "update_weight_version": (
        lambda client: client.update_weight_version(new_version="v2"),
        "POST /update_weight_version",
        {"new_version": "v2"},
        None,
    ),
    "weight_info": (lambda client: client.weight_info(), "GET /weight_info", None, None),
    "weight_checker": (
        lambda client: client.weight_checker(action="checksum"),
        "POST /weight_checker",
        {"action": "checksum"},
        None,
    ),
    "weight_checker with a baseline": (
        lambda client: client.weight_checker(action="compare", baseline={"a": "b"}),
        "POST /weight_checker",
        {"action": "compare", "baseline": {"a": "b"}},
        None,
    ),
    "get_world_size": (
        lambda client: client.get_world_size(include_dp=False),
        "GET /get_world_size?include_dp=false",
        None,
        "world_size",
    ),
    "scale_elastic_ep": (
        lambda client: client.scale_elastic_ep(new_data_parallel_size=1, drain_timeout=30),
        "POST /scale_elastic_ep",
        {"new_data_parallel_size": 1, "drain_timeout": 30},
        None,
    ),
    "is_scaling_elastic_ep": (
        lambda client: client.is_scaling_elastic_ep(),
        "POST /is_scaling_elastic_ep",
        None,
        "is_scaling_elastic_ep",
    ),
}

# Requests that this server rejects, because of its state or its configuration.
REFUSED: dict[str, tuple[Ask, str, Any]] = {
    "release_kv_cache_memory": (
        lambda client: client.release_kv_cache_memory(),
        "POST /release_kv_cache_memory",
        None,
    ),
    "sleep": (lambda client: client.sleep(level=9), "POST /sleep?level=9", None),
    "collective_rpc": (
        lambda client: client.collective_rpc(method="no_such_method"),
        "POST /collective_rpc",
        {"method": "no_such_method"},
    ),
    "init_weight_transfer_engine": (
        lambda client: client.init_weight_transfer_engine(init_info={"nobody": "knows"}),
        "POST /init_weight_transfer_engine",
        {"init_info": {"nobody": "knows"}},
    ),
    "start_draft_weight_update": (
        lambda client: client.start_draft_weight_update(),
        "POST /start_draft_weight_update",
        None,
    ),
    "update_weights": (
        lambda client: client.update_weights(update_info={}),
        "POST /update_weights",
        {"update_info": {}},
    ),
    "finish_weight_update": (
        lambda client: client.finish_weight_update(weight_version="v3"),
        "POST /finish_weight_update",
        {"weight_version": "v3"},
    ),
    "weight_checker": (
        lambda client: client.weight_checker(action="compare"),
        "POST /weight_checker",
        {"action": "compare"},
    ),
}


def plainly(operator: httpx.Client, request: str, body: Any) -> httpx.Response:
    method, path = request.split(" ")
    return operator.request(method, path, json=body)


@pytest.mark.parametrize(("ask", "request_line", "body", "field"), SAME.values(), ids=SAME)
def test_call_returns_the_same_as_a_plain_request(
    chat_dev: Driver,
    operator: httpx.Client,
    ask: Ask,
    request_line: str,
    body: Any,
    field: str | None,
) -> None:
    got = chat_dev.call(ask)
    answer = plainly(operator, request_line, body)

    assert answer.status_code == 200
    if not answer.content:
        assert got is None
    elif field is not None:
        assert got == answer.json()[field]
    else:
        assert got.to_dict() == without_nulls(answer.json())
        assert got.unknown_fields == {}


@pytest.mark.parametrize(("ask", "request_line", "body"), REFUSED.values(), ids=REFUSED)
def test_error_is_the_same_as_for_a_plain_request(
    chat_dev: Driver, operator: httpx.Client, ask: Ask, request_line: str, body: Any
) -> None:
    with pytest.raises(ApiError) as caught:
        chat_dev.call(ask)
    answer = plainly(operator, request_line, body)

    assert caught.value.code == answer.status_code
    assert caught.value.message == answer.json()["error"]["message"]


def test_the_server_sleeps_and_wakes(chat_dev: Driver, operator: httpx.Client) -> None:
    assert chat_dev.call(lambda client: client.is_sleeping()) is False
    chat_dev.call(lambda client: client.sleep(level=1))
    assert chat_dev.call(lambda client: client.is_sleeping()) is True
    assert chat_dev.call(lambda client: client.wake_up()).status == "awake"
    assert chat_dev.call(lambda client: client.is_sleeping()) is False


def test_running_request_is_aborted_by_its_id(chat_dev: Driver, operator: httpx.Client) -> None:
    body = {
        "model": "tiny",
        "messages": [{"role": "user", "content": "Never stop."}],
        "stream": True,
        "ignore_eos": True,
        "n": CHOICES,
    }
    with operator.stream("POST", "/v1/chat/completions", json=body) as generation:
        events = (json.loads(line[6:]) for line in generation.iter_lines() if line[6:7] == "{")
        name = next(events)["id"]
        answer = chat_dev.call(lambda client: client.abort_requests(request_ids=[name]))
        reasons = [choice["finish_reason"] for event in events for choice in event["choices"]]

    assert (answer.status, answer.aborted) == ("aborted", 1)
    assert "abort" in reasons
    assert set(reasons) <= {None, "abort"}


def test_weights_are_updated(chat_dev: Driver, operator: httpx.Client) -> None:
    """Send an update without any weights, the only one that is possible on a CPU."""
    no_weights = {"names": [], "dtype_names": [], "shapes": [], "ipc_handles": []}
    steps: dict[Ask, str] = {
        lambda client: client.init_weight_transfer_engine(init_info={}): (
            "Weight transfer initialized"
        ),
        lambda client: client.start_weight_update(): "Weight update started",
        lambda client: client.update_weights(update_info=no_weights): "Weights updated",
        lambda client: client.finish_weight_update(weight_version="v3"): "Weight update finished",
        lambda client: client.shutdown_weight_transfer_engine(): "Weight transfer shut down",
    }
    chat_dev.call(lambda client: client.pause())
    for step, sentence in steps.items():
        assert chat_dev.call(step).message == sentence
    chat_dev.call(lambda client: client.resume())

    assert operator.get("/weight_info").json() == {"weight_version": "v3"}


PROFILE: dict[str, Any] = {"profile_prefix": "live", "max_iterations": 1, "profiler_kwargs": {}}


def test_server_without_scaling_is_idle(chat_dev: Driver) -> None:
    status = chat_dev.call(lambda client: client.elastic_ep_status())
    assert (status.is_scaling_elastic_ep, status.phase) == (False, "idle")
    assert status.unknown_fields == {}


def test_a_profile_is_taken(chat_dev: Driver, operator: httpx.Client) -> None:
    chat_dev.call(lambda client: client.start_profile(**PROFILE))
    try:
        with pytest.raises(ApiError, match="already active") as caught:
            chat_dev.call(lambda client: client.start_profile())
    finally:
        stopped = chat_dev.call(lambda client: client.stop_profile())

    assert caught.value.code == 409
    assert stopped is None


def test_kv_event_sources_are_listed(chat_dev: Driver, operator: httpx.Client) -> None:
    sources = chat_dev.call(lambda client: client.kv_event_sources())
    said = operator.get("/kv_event_sources").json()

    assert said["0"]["publisher"] == "zmq"
    assert {str(rank): source.to_dict() for rank, source in sources.items()} == without_nulls(said)
    assert sources[0].unknown_fields == {}


def test_kv_event_sources_may_be_empty(chat: Driver) -> None:
    assert chat.call(lambda client: client.kv_event_sources()) == {}
