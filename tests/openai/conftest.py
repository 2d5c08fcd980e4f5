"""Fixtures that isolate tests from environment variables and the module-level client."""

from collections.abc import Iterator

import pytest

from vllm_client.openai import _module_client
from vllm_client.testing import SimulatedVllm


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "VLLM_API_KEY", "VLLM_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    yield
    _module_client.close()


@pytest.fixture
def server() -> Iterator[SimulatedVllm]:
    with SimulatedVllm() as running:
        yield running
