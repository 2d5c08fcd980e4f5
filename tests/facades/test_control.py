"""Control calls are sent once, over a new connection; and errors of missing routes."""

from __future__ import annotations

import inspect
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.facades.dialogue import hear
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from vllm_client import ApiError, IoError, Readiness, RequestError, RetryPolicy
from vllm_client._async.control import AsyncControlCalls
from vllm_client._async.lora import AsyncLoraCalls
from vllm_client._async.scaling import AsyncScalingCalls
from vllm_client._async.weights import AsyncWeightCalls
from vllm_client.testing import ErrorReply, RawReply, SimulatedVllm

Call = Callable[[Any], Any]

AT_ONCE = RetryPolicy(max_retries=3, first_wait=0.001)

COMMANDS: dict[str, Call] = {
    "sleep": lambda client: client.sleep(level=1, mode="abort"),
    "wake_up": lambda client: client.wake_up(tags=["weights"]),
    "release_kv_cache_memory": lambda client: client.release_kv_cache_memory(),
    "pause": lambda client: client.pause(mode="keep"),
    "resume": lambda client: client.resume(),
    "abort_requests": lambda client: client.abort_requests(["chatcmpl-1"]),
    "reset_prefix_cache": lambda client: client.reset_prefix_cache(reset_external=True),
    "reset_mm_cache": lambda client: client.reset_mm_cache(),
    "reset_encoder_cache": lambda client: client.reset_encoder_cache(),
    "collective_rpc": lambda client: client.collective_rpc("check_health"),
    "start_profile": lambda client: client.start_profile(profile_prefix="run"),
    "stop_profile": lambda client: client.stop_profile(),
    "init_weight_transfer_engine": lambda client: client.init_weight_transfer_engine(init_info={}),
    "shutdown_weight_transfer_engine": lambda client: client.shutdown_weight_transfer_engine(),
    "start_weight_update": lambda client: client.start_weight_update(),
    "start_draft_weight_update": lambda client: client.start_draft_weight_update(),
    "update_weights": lambda client: client.update_weights(update_info={}),
    "finish_weight_update": lambda client: client.finish_weight_update(weight_version="v2"),
    "update_weight_version": lambda client: client.update_weight_version(new_version="v2"),
    "weight_checker": lambda client: client.weight_checker(action="checksum"),
    "scale_elastic_ep": lambda client: client.scale_elastic_ep(new_data_parallel_size=2),
    "fault_tolerance_apply": lambda client: client.fault_tolerance_apply(instruction="retry"),
    "load_lora_adapter": lambda client: client.load_lora_adapter(lora_name="n", lora_path="/p"),
    "unload_lora_adapter": lambda client: client.unload_lora_adapter("n"),
    "register_adapter": lambda client: client.register_adapter(name="n", src="/p"),
    "unregister_adapter": lambda client: client.unregister_adapter("n"),
}
QUESTIONS: dict[str, Call] = {
    "is_sleeping": lambda client: client.is_sleeping(),
    "is_paused": lambda client: client.is_paused(),
    "weight_info": lambda client: client.weight_info(),
    "get_world_size": lambda client: client.get_world_size(include_dp=False),
    "is_scaling_elastic_ep": lambda client: client.is_scaling_elastic_ep(),
    "elastic_ep_status": lambda client: client.elastic_ep_status(),
    "fault_tolerance_status": lambda client: client.fault_tolerance_status(),
    "kv_event_sources": lambda client: client.kv_event_sources(),
}
each_command = pytest.mark.parametrize("call", COMMANDS.values(), ids=COMMANDS)
each_question = pytest.mark.parametrize("call", QUESTIONS.values(), ids=QUESTIONS)

EMPTY = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


def _read_and_leave(visit: Visit) -> None:
    visit.read_request()


def test_every_call_is_tested() -> None:
    kinds = (AsyncControlCalls, AsyncLoraCalls, AsyncScalingCalls, AsyncWeightCalls)
    methods = {name for kind in kinds for name, _ in inspect.getmembers(kind, inspect.isfunction)}

    assert methods == {*COMMANDS, *QUESTIONS}


@each_command
def test_control_call_that_may_have_arrived_is_not_sent_again(
    any_facade: SyncFacade, call: Call
) -> None:
    with RawServer(_read_and_leave) as server:
        with pytest.raises(IoError) as caught:
            call(any_facade.client(server.base_url, retry=AT_ONCE))
        assert server.visits == 1
    assert caught.value.may_have_arrived
    assert len(caught.value.request_ids) == 1


def test_control_call_that_a_busy_server_refused_is_not_sent_again(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    server.reply(ErrorReply(503, retry_after=0), path="/sleep")
    with pytest.raises(ApiError) as caught:
        facade.client(server.base_url, retry=AT_ONCE).sleep()
    assert (caught.value.code, len(server.requests)) == (503, 1)


def test_control_call_uses_a_new_connection(facade: SyncFacade) -> None:
    """Nobody could tell of a used one, when it dies, whether the command had arrived."""
    with SimulatedVllm(dev_mode=True) as server:
        client = facade.client(server.base_url)
        assert client.health()
        assert client.pause().status == "paused"
        assert client.is_paused() is True
        assert client.resume().status == "resumed"
        assert server.connections_made == 3


def test_control_call_is_retried_if_the_connection_is_refused(facade: SyncFacade) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    policy = RetryPolicy(first_wait=0.001, budget=0.5)
    with pytest.raises(IoError) as caught:
        facade.client(f"http://127.0.0.1:{port}", retry=policy).sleep()
    assert not caught.value.may_have_arrived
    assert len(caught.value.request_ids) > 2


@each_question
def test_query_is_retried(facade: SyncFacade, call: Call) -> None:
    with RawServer(_read_and_leave) as server:
        with pytest.raises(IoError) as caught:
            call(facade.client(server.base_url, retry=AT_ONCE))
        assert server.visits == 5, "four attempts, and one look whether the server speaks TLS"
    assert len(caught.value.request_ids) == 4


def test_misspelt_keyword_is_refused_before_anything_is_sent(
    client: Any, server: SimulatedVllm
) -> None:
    with pytest.raises(RequestError, match="did you mean level"):
        client.sleep(levle=2)
    with pytest.raises(RequestError, match="did you mean load_inplace"):
        client.load_lora_adapter(lora_name="n", lora_path="/p", load_in_place=True)
    assert not server.requests


def test_server_sleeps_and_wakes(facade: SyncFacade) -> None:
    with SimulatedVllm(dev_mode=True) as server:
        client = facade.client(server.base_url)
        answer = client.sleep(level=2)
        assert (answer.status, answer.level) == ("sleeping", 2)
        assert client.is_sleeping() is True
        assert client.wait_ready(timeout=0.1) is Readiness.PAUSED
        assert client.wake_up().status == "awake"
        assert client.is_sleeping() is False
        assert client.wait_ready() is Readiness.READY


def test_adapter_is_loaded_by_its_path(client: Any, server: SimulatedVllm) -> None:
    said = "Success: LoRA adapter 'n' added successfully."
    server.reply(RawReply(200, said), path="/v1/load_lora_adapter")
    assert client.load_lora_adapter(lora_name="n", lora_path="/p", load_inplace=True) == said
    assert server.requests[-1].json == {"lora_name": "n", "lora_path": "/p", "load_inplace": True}


def test_control_call_without_a_body_sends_content_length_zero(facade: SyncFacade) -> None:
    heads: list[bytes] = []

    def answer(visit: Visit) -> None:
        heads.append(visit.read_head())
        visit.send(EMPTY)

    with RawServer(answer) as server:
        facade.client(server.base_url).reset_mm_cache()
    assert heads[0].startswith(b"POST /reset_mm_cache HTTP/1.1\r\n")
    assert b"content-length: 0" in heads[0]


def test_model_is_retrieved_or_not_found(client: Any, server: SimulatedVllm) -> None:
    (card,) = client.models.list()
    assert client.models.retrieve(card.id).id == card.id
    with pytest.raises(ApiError) as caught:
        client.models.retrieve("gpt")
    error = caught.value
    assert (error.code, error.type, error.path) == (404, "NotFoundError", "/v1/models")
    assert error.request_id == server.requests[-1].headers["x-request-id"]


@each_command
def test_error_says_which_servers_offer_a_missing_route(facade: SyncFacade, call: Call) -> None:
    with (
        SimulatedVllm(task="classify") as server,
        facade.client(server.base_url) as client,
        pytest.raises(ApiError, match=r"vLLM .*has it .*(in dev mode|with|for)") as caught,
    ):
        call(client)
    assert caught.value.code == 404
    assert json.loads(caught.value.body) == {"detail": "Not Found"}


def test_error_of_a_stream_says_which_servers_offer_a_missing_route(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(RawReply(404, {"detail": "Not Found"}))
    error = hear(client).error
    assert isinstance(error, ApiError)
    assert "--runner generate" in error.message
