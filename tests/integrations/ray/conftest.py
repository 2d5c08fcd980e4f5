"""A longer bound for tests with Ray and Dask, and an environment for Ray."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.facades.conftest import bounded

# Ray is a dozen processes, and each of them imports it: minutes on a busy machine.
MAX_TEST_SECONDS = 300

RAY_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "disabled",  # no token in the user's home
    "RAY_worker_niceness": "0",  # 15 by default: actors would starve beside other programs
}


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    with bounded(MAX_TEST_SECONDS):
        yield
