"""pytest's fixture `simulated_vllm`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from . import SimulatedVllm


@pytest.fixture
def simulated_vllm() -> Iterator[SimulatedVllm]:
    """A `vllm_client.testing.SimulatedVllm` that answers, fresh for this test."""
    # Imported here, so that test runs that do not use it load nothing.
    from . import SimulatedVllm

    with SimulatedVllm() as server:
        yield server
