"""State of the server: present, ready, and its models."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.live.conftest import AddressOf
from tests.live.drivers import Driver, connect
from vllm_client import IoError, Readiness


@pytest.fixture
def dead_url() -> Iterator[str]:
    """Yield the URL of a port on which nothing can listen during the test."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{holder.getsockname()[1]}/v1"


def test_models(chat: Driver) -> None:
    (model,) = chat.call(lambda client: client.models.list()).data
    assert model.id == "tiny"
    assert model.max_model_len == 2048


def test_model_with_two_names(chat_dev: Driver) -> None:
    models = chat_dev.call(lambda client: client.models.list()).data
    assert {model.id for model in models} >= {"tiny", "tiny-alias"}


def test_health(chat: Driver) -> None:
    assert chat.call(lambda client: client.health()) is True


def test_version(chat: Driver) -> None:
    assert chat.call(lambda client: client.version()).startswith("0.33")


def test_health_without_a_server(facade: str, dead_url: str) -> None:
    with connect(facade, dead_url, retry=None) as lonely, pytest.raises(IoError):
        lonely.call(lambda client: client.health())


def test_missing_server_is_absent(facade: str, dead_url: str) -> None:
    with connect(facade, dead_url) as lonely:
        readiness = lonely.call(lambda client: client.wait_ready(timeout=0.2))
    assert readiness is Readiness.ABSENT
    assert not readiness


def test_serving_server_is_ready(chat: Driver) -> None:
    assert chat.call(lambda client: client.wait_ready(timeout=60)) is Readiness.READY


def test_a_server_can_be_paused(chat_dev: Driver, address_of: AddressOf) -> None:
    address = address_of("chat-dev")
    with httpx.Client(base_url=address.root, trust_env=False, timeout=60) as operator:
        operator.post("/pause").raise_for_status()
        try:
            # vLLM 0.32 answers yes to both /is_paused and /is_sleeping in either state
            assert Readiness.PAUSED in _looks(chat_dev)
        finally:
            operator.post("/resume").raise_for_status()
    assert chat_dev.call(lambda client: client.wait_ready(timeout=60)) is Readiness.READY


def _looks(driver: Driver) -> Iterator[Readiness]:
    """Poll the readiness with growing timeouts, as a busy machine needs longer."""
    for seconds in (0.2, 2, 20):
        yield driver.call(lambda client, seconds=seconds: client.wait_ready(timeout=seconds))
