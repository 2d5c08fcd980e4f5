"""The load of a server, and the models it may serve."""

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


def test_load_is_requests_in_flight_plus_one_divided_by_concurrency() -> None:
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


def test_among_equally_busy_servers_the_least_recently_chosen_has_the_lowest_load() -> None:
    one, other = _busy(3), _busy(3)
    one.last_choice = 7
    one.update_load(0.0)

    assert other.load < one.load == pytest.approx(4.0)


def test_server_that_just_refused_has_a_higher_load_than_any_other() -> None:
    server = _busy(0)
    server.rests_until = REST_SECONDS
    server.update_load(0.0)

    assert server.load > _busy(10_000).load


def test_server_may_serve_any_model_until_its_models_are_known() -> None:
    server = Server("a")
    assert server.may_have("x")

    server.models = frozenset({"y"})
    assert not server.may_have("x")
    assert server.may_have("y")
