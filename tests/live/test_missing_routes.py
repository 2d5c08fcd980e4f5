"""Routes that a server lacks, and errors that explain how vLLM offers them."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from tests.vllm.test_routes import registered
from vllm_client import ApiError
from vllm_client.call.server_errors import error_of_answer, explained
from vllm_client.http.headers import Headers
from vllm_client.vllm.routes import ROUTES


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda client: client.sleep(), "in dev mode (VLLM_SERVER_DEV_MODE=1)"),
        (lambda client: client.is_paused(), "in dev mode (VLLM_SERVER_DEV_MODE=1)"),
        (lambda client: client.weight_info(), "in dev mode (VLLM_SERVER_DEV_MODE=1)"),
        (
            lambda client: client.load_lora_adapter(lora_name="n", lora_path="/p"),
            "with VLLM_ALLOW_RUNTIME_LORA_UPDATING=1 (and --enable-lora)",
        ),
        (
            lambda client: client.unregister_adapter("n"),
            "with VLLM_ALLOW_RUNTIME_LORA_UPDATING=1 (and --enable-lora)",
        ),
        (lambda client: client.start_profile(), "with --profiler-config that names a profiler"),
        (lambda client: client.fault_tolerance_status(), "with --enable-fault-tolerance"),
    ],
)
def test_error_names_the_flag(chat: Driver, ask: Callable[[Any], Any], words: str) -> None:
    with pytest.raises(ApiError) as caught:
        chat.call(ask)

    assert caught.value.code == 404
    assert caught.value.message.startswith("Not Found: no such route here.")
    assert caught.value.message.endswith(words)


# Routes that configurations.py enables by a flag, in addition to the default routes of that kind.
BY_FLAG = {"whisper": {"GET /tokenizer_info"}}


@pytest.mark.parametrize("config", ["chat", "embed", "bert_rank", "bert_class", "whisper"])
def test_missing_routes_of_each_kind_of_server_are_explained(
    address_of: AddressOf, config: str
) -> None:
    offered = {str(route): route.servers for route in ROUTES}
    lacking = offered.keys() - registered()[config] - BY_FLAG.get(config, set())
    root = address_of(config).root
    with httpx.Client(base_url=root, trust_env=False, timeout=60) as plain:
        for route in lacking:
            method, path = route.split(" ")
            answer = plain.request(method, path, json={})
            error = error_of_answer(answer.status_code, Headers(), answer.content, date=0.0)
            assert offered[route] in explained(error, method, path).message
