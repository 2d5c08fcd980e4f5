"""A longer time limit for tests with Ray and Dask, and the environment of Ray."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.facades.conftest import bounded

# Ray starts a dozen processes that import it, which takes minutes on a busy machine.
MAX_TEST_SECONDS = 300

RAY_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "disabled",  # do not write a token to the home folder
    "RAY_worker_niceness": "0",  # default 15, which starves the actors on a busy machine
}


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    with bounded(MAX_TEST_SECONDS):
        yield
