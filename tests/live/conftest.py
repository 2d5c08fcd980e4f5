"""The live servers as fixtures: `chat` drives a client of the server `chat`, sync and async."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.drivers import FACADES, Driver, connect
from tests.live.servers import Address, NoServer, Servers

AddressOf = Callable[[str], Address]

CONFIGS = frozenset(
    {
        "bert_class",
        "bert_embed",
        "bert_rank",
        "chat-decides",
        "chat-dev",
        "chat-raw",
        "chat-scale-out",
        "chat-uds",
        "chat_decides",
        "chat_dev",
        "chat_raw",
        "chat_scale_out",
        "chat_uds",
        "embed",
        "idefics3",
        "qwen3_rank",
        "token_embed",
        "whisper",
    }
)
"""The servers except `chat`, by their names as fixtures and in configurations.py."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.live)
    # group the tests by server, since only a few servers run at once
    if config.getoption("markexpr") == "live":
        items.sort(key=_servers_of)


def _servers_of(item: pytest.Item) -> list[str]:
    """Return the configurations in a test's fixtures and parameters, except `chat`."""
    called = getattr(item, "callspec", None)
    parameters = map(str, called.params.values()) if called else ()
    named = {*getattr(item, "fixturenames", ()), *parameters}
    return sorted(named & CONFIGS)


def pytest_runtest_setup() -> None:
    """Skip all tests at one place, so that the summary has one line for them."""
    if not any(name == "VLLM_PY" or name.startswith("VLLM_LIVE_") for name in os.environ):
        pytest.skip("no vLLM: neither VLLM_PY nor VLLM_LIVE_… is set (see tests/live/README.md)")


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    servers = Servers()
    yield servers
    servers.stop()


@pytest.fixture
def address_of(servers: Servers) -> AddressOf:
    """Return the address of a configuration's server; skip the test if there is none."""

    def address_of(config: str) -> Address:
        try:
            return servers.address(config)
        except NoServer as absence:
            pytest.skip(str(absence))

    return address_of


@pytest.fixture(params=FACADES)
def facade(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _driver_of(config: str) -> Any:
    def driver(facade: str, address_of: AddressOf) -> Iterator[Driver]:
        address = address_of(config)
        with connect(facade, address.base_url, uds=address.uds) as driver:
            yield driver

    return pytest.fixture(driver, name=config.replace("-", "_"))


chat = _driver_of("chat")
chat_raw = _driver_of("chat-raw")
chat_dev = _driver_of("chat-dev")
chat_scale_out = _driver_of("chat-scale-out")
chat_decides = _driver_of("chat-decides")
chat_uds = _driver_of("chat-uds")
idefics3 = _driver_of("idefics3")
embed = _driver_of("embed")
bert_embed = _driver_of("bert_embed")
bert_rank = _driver_of("bert_rank")
bert_class = _driver_of("bert_class")
qwen3_rank = _driver_of("qwen3_rank")
token_embed = _driver_of("token_embed")
whisper = _driver_of("whisper")
