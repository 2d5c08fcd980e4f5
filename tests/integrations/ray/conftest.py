"""A longer bound for tests with Ray and Dask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.facades.conftest import bounded

# Ray is a dozen processes, and each of them imports it: half a minute on a busy machine.
MAX_TEST_SECONDS = 200


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    with bounded(MAX_TEST_SECONDS):
        yield
