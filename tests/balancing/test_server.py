"""The load of a server, and what it may have."""

from __future__ import annotations

from math import inf

import pytest

from vllm_client.balancing.server import REST_SECONDS, RunLoad, Server


def _busy(number: int, concurrency: int | None = None) -> Server:
    server = Server("a")
    server.flights.update(range(number))
    if concurrency is not None:
        server.runs["run"] = RunLoad(concurrency)
    server.update_load(0.0, is_relative=concurrency is not None)
    return server


def test_load_is_requests_in_flight_and_one_more_relative_to_concurrency() -> None:
    assert Server("a").load == 1.0
    assert _busy(3).load == 4.0
    assert _busy(3, concurrency=8).load == 0.5


def test_requests_in_flight_count_twice_while_a_server_recovers() -> None:
    server = _busy(3)
    server.health.recovered_at = 5.0
    assert server.changes_at(0.0) == 5.0

    server.update_load(4.0)
    assert server.load == 7.0

    server.update_load(5.0)
    assert server.load == 4.0
    assert server.changes_at(5.0) == inf


def test_of_equal_loads_the_server_that_was_chosen_longer_ago_has_the_lower_one() -> None:
    one, other = _busy(3), _busy(3)
    one.last_choice = 7
    one.update_load(0.0)

    assert other.load < one.load == pytest.approx(4.0)


def test_a_resting_server_has_a_higher_load_than_any_other() -> None:
    server = _busy(0)
    server.rests_until = REST_SECONDS
    server.update_load(0.0)

    assert server.load > _busy(10_000).load


def test_a_server_may_have_any_model_until_its_models_are_known() -> None:
    server = Server("a")
    assert server.may_have("x")

    server.models = frozenset({"y"})
    assert not server.may_have("x")
    assert server.may_have("y")
