"""The servers on which the sample program is tested, and the scripts of the simulated one."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest

from tests.live.conftest import address_of, servers
from vllm_client.testing import Call, Reply, SimulatedVllm

__all__ = ["address_of", "servers"]

# The model of the real server (tests/live/dialogues.py) gives almost the same answers.
SCRIPTS: dict[str, list[Any]] = {
    "test_answer_contains_the_tools_result": [
        Reply(tool_calls=[Call("get_weather", {"location": "Tokyo"})]),
        Reply("It is 22°C and sunny in Tokyo.", reasoning="The tool says 22 degrees and sunny."),
    ],
    "test_two_cities_are_compared": [
        Reply(tool_calls=[Call("get_weather", {"location": city}) for city in ("Tokyo", "Paris")]),
        "Tokyo is warmer: 22°C and sunny, while Paris has 18°C and rain.",
    ],
    "test_greeting_is_short": ["Hello! How can I help you today?"],
    "test_greeting_may_be_truncated": ["Hello! How can I help you today?"],
}


class Served(Protocol):
    """A server, reduced to what clients need."""

    @property
    def base_url(self) -> str:
        """The base URL for clients."""


@pytest.fixture(params=["simulated", "cassette", pytest.param("real", marks=pytest.mark.live)])
def served(request: pytest.FixtureRequest) -> Served:
    """Return a server of each kind in turn. Only the real one needs `-m live`."""
    return SERVERS[request.param](request)


@pytest.fixture
def tiny() -> Iterator[SimulatedVllm]:
    with SimulatedVllm(models=["tiny"]) as server:
        yield server


def _simulated(request: pytest.FixtureRequest) -> Served:
    """Return a server that serves only the model "tiny", with the script of this test."""
    server: SimulatedVllm = request.getfixturevalue("tiny")
    server.reply(*SCRIPTS.get(request.node.originalname, ()))
    return server


def _cassette(request: pytest.FixtureRequest) -> Served:
    cassette: Served = request.getfixturevalue("vllm_cassette")
    return cassette


def _real(request: pytest.FixtureRequest) -> Served:
    address: Served = request.getfixturevalue("address_of")("chat")
    return address


SERVERS: dict[str, Callable[[pytest.FixtureRequest], Served]] = {
    "simulated": _simulated,
    "cassette": _cassette,
    "real": _real,
}
