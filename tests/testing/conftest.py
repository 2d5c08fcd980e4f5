"""A simulated server for each test that uses the fixture."""

from collections.abc import Iterator

import pytest

from vllm_client.testing import SimulatedVllm


@pytest.fixture
def server() -> Iterator[SimulatedVllm]:
    with SimulatedVllm() as server:
        yield server
