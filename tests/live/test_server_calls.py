"""Information about a real server."""

import json
import re

import pytest

from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from tests.live.servers import wait_until
from vllm_client import ApiError, SyncVllmClient

GENERATING = {
    "chat",
    "completions",
    "responses",
    "messages",
    "generative_scoring",
    "tokenize",
    "elastic",
}


def test_ping(chat: Driver) -> None:
    assert chat.call(lambda client: client.ping()) is True


def test_load(chat: Driver) -> None:
    assert chat.call(lambda client: client.load()) == 0


def test_load_counts_requests_in_flight(address_of: AddressOf) -> None:
    endless = {"prompt": "Hi", "max_tokens": 2000, "ignore_eos": True}
    with SyncVllmClient(address_of("chat-scale-out").base_url) as client:
        with client.completions.stream(**endless):
            under_way = client.load()
        wait_until("nothing is under way", lambda: client.load() == 0)

    assert under_way == 1


def test_metrics(chat: Driver, address_of: AddressOf) -> None:
    metrics = chat.call(lambda client: client.metrics())
    text = address_of("chat").get("/metrics")

    lines = [line for line in text.splitlines() if not line.startswith("#")]
    samples = {sample.name for family in metrics.values() for sample in family.samples}
    assert samples == {re.split(r"[{ ]", line)[0] for line in lines}
    assert metrics.value("vllm:engine_sleep_state", sleep_state="awake") == 1
    assert metrics["vllm:num_requests_running"].type == "gauge"


def test_metrics_count(chat_scale_out: Driver) -> None:
    def generated() -> float:
        metrics = chat_scale_out.call(lambda client: client.metrics())
        return float(metrics.value("vllm:generation_tokens_total"))

    before = generated()
    chat_scale_out.call(
        lambda client: client.completions.create(prompt="Hi", max_tokens=7, ignore_eos=True)
    )

    assert generated() - before == 7
    first_token = chat_scale_out.call(lambda client: client.metrics()).histogram(
        "vllm:time_to_first_token_seconds"
    )
    assert first_token.buckets[float("inf")] == first_token.count > 0
    assert 0 < first_token.quantile(0.5) < 60


@pytest.mark.parametrize("config_format", [None, "text", "json"])
def test_server_info(chat_dev: Driver, address_of: AddressOf, config_format: str | None) -> None:
    query = f"?config_format={config_format}" if config_format else ""
    told = json.loads(address_of("chat-dev").get(f"/server_info{query}"))

    answer = chat_dev.call(lambda client: client.server_info(config_format=config_format))

    assert answer.to_dict() == told
    assert answer.unknown_fields == {}
    assert type(answer.vllm_config) is (dict if config_format == "json" else str)


def test_server_info_needs_dev_mode(chat: Driver) -> None:
    with pytest.raises(ApiError) as caught:
        chat.call(lambda client: client.server_info())

    assert caught.value.code == 404


def test_capabilities(chat: Driver) -> None:
    offered = chat.call(lambda client: client.capabilities())

    assert offered.families == GENERATING
    assert offered.offers("embeddings") is False
    assert [(model.id, model.max_model_len) for model in offered.models] == [("tiny", 2048)]
    assert offered.version.startswith("0.33")


def test_capabilities_with_scale_out(chat_scale_out: Driver) -> None:
    offered = chat_scale_out.call(lambda client: client.capabilities())

    assert offered.families == GENERATING | {"inference", "render"}


def test_capabilities_in_dev_mode(chat_dev: Driver) -> None:
    offered = chat_dev.call(lambda client: client.capabilities())

    assert offered.families >= GENERATING | {"lora", "dev_mode"}
    assert {model.id for model in offered.models} >= {"tiny", "tiny-alias"}
