"""Rows lined up by the server they prefer."""

from __future__ import annotations

import pytest

from tests.helpers.virtual.several_servers import NAMES, bulk_run
from vllm_client.balancing.look_ahead import MAX_ROWS, LookAhead
from vllm_client.balancing.servers import ServerSet


def test_a_slot_takes_the_oldest_row_that_prefers_its_server() -> None:
    rows: LookAhead[int] = LookAhead()
    for row, server in enumerate("abab"):
        rows.add(row, server)

    assert [rows.take("b"), rows.take("b"), rows.take("a")] == [1, 3, 0]


def test_without_one_it_takes_the_head_of_the_longest_line() -> None:
    rows: LookAhead[int] = LookAhead()
    for row, server in enumerate("abb"):
        rows.add(row, server)

    assert [rows.take("c"), rows.take("c"), rows.take("c"), rows.take("c")] == [1, 0, 2, None]
    assert len(rows) == 0


def test_it_is_full_with_its_rows() -> None:
    rows: LookAhead[int] = LookAhead()
    for row in range(MAX_ROWS):
        assert not rows.is_full
        rows.add(row, "a")

    assert rows.is_full


@pytest.mark.parametrize("seed", [1, 2])
def test_look_ahead_raises_cache_hits_and_throughput(seed: int) -> None:
    servers = ServerSet(NAMES, "least_loaded")

    with_it = bulk_run(servers, seed, look_ahead=True)
    without = bulk_run(servers, seed, look_ahead=False)

    assert with_it.hits > without.hits + 0.3
    assert with_it.rate > 1.2 * without.rate
