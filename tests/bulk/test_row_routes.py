"""The choice of the row to send next and of its server."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from tests.helpers.virtual.several_servers import bulk_run
from vllm_client import IoError
from vllm_client.balancing.servers import ServerSet
from vllm_client.balancing.wanted import Wanted
from vllm_client.bulk.concurrency import Concurrency, ConcurrencyController
from vllm_client.bulk.gate import Gate
from vllm_client.bulk.row_routes import OneServer, SeveralServers
from vllm_client.bulk.run_row import Row
from vllm_client.bulk.server_lane import ServerLane
from vllm_client.call.servers import Policy


def _lane(name: str = "", limit: int = 2) -> ServerLane:
    return ServerLane(ConcurrencyController(Concurrency.of(limit)), Gate(None), name)


def _several(policy: Policy = "least_loaded", **limits: int) -> SeveralServers:
    routes = SeveralServers(ServerSet(limits, policy))
    routes.lanes = [_lane(name, limit) for name, limit in limits.items()]
    return routes


def _occupy(row: Row | None) -> str | None:
    """Send a row; return the name of its server."""
    if row is None:
        return None
    row.lane.controller.sent(0.0)
    row.lane.update_load()
    return row.lane.name


def _add(routes: SeveralServers, *wishes: Wanted) -> None:
    for wanted in wishes:
        routes.add(Row(len(routes._new), None, wanted=wanted))


def _sent_to(routes: SeveralServers) -> list[str | None]:
    return [_occupy(routes.next_row()) for _ in range(routes.waiting)]


def test_one_server_takes_rows_in_their_order_while_it_has_slots() -> None:
    routes = OneServer(_lane(limit=2))
    rows = [Row(number, None) for number in range(3)]
    for row in rows:
        routes.add(row)

    assert [routes.next_row(), routes.next_again()] == [rows[0], None]
    _occupy(rows[0])
    _occupy(rows[0])
    assert (routes.next_row(), routes.room) == (None, 0)
    routes.put_back(rows[0])
    assert (routes.next_again(), routes.waiting) == (None, 3)
    assert (routes.drop(after=-1), routes.waiting) == (2, 1)
    assert not routes.has_another(rows[0])
    assert routes.place_again() == []


def test_server_with_the_lowest_load_relative_to_its_limit_comes_first() -> None:
    routes = _several(a=2, b=8)
    _add(routes, *[Wanted()] * 10)

    assert _sent_to(routes) == ["a", "b", "b", "b", "b", "a", "b", "b", "b", "b"]


def test_servers_take_turns_with_round_robin() -> None:
    routes = _several("round_robin", a=2, b=8)
    _add(routes, *[Wanted()] * 6)

    assert _sent_to(routes) == ["a", "b", "a", "b", "b", "b"]


def test_row_waits_for_its_server_while_later_rows_are_sent() -> None:
    routes = _several(a=1, b=2)
    pinned = Wanted(server="a")
    _add(routes, pinned, pinned, Wanted())

    assert _sent_to(routes) == ["a", "b", None]


def test_with_prefix_a_slot_takes_a_row_that_prefers_its_server() -> None:
    routes = _several("prefix", a=8, b=8)
    servers = routes._servers
    keys = [(key, key) for key in range(40)]
    wishes = [Wanted(keys=key) for key in keys]
    homes = [servers.preferred(key, None) for key in keys]
    mine = [wish for wish, home in zip(wishes, homes, strict=True) if home == "a"][:4]
    others = [wish for wish, home in zip(wishes, homes, strict=True) if home == "b"][:4]
    _add(routes, *mine, *others)

    for _ in range(8):
        row = routes.next_row()
        assert row is not None
        assert _occupy(row) == homes[row.wanted.keys[0]]
    assert routes.reads_ahead


def test_the_server_that_got_a_prefix_is_remembered() -> None:
    routes = _several("prefix", a=8, b=8)
    home = routes._servers.preferred((7, 8), None)
    (other,) = {"a", "b"} - {home}
    away = next(lane for lane in routes.lanes if lane.name == home)
    away.is_gone = True
    away.update_load()
    _add(routes, Wanted(keys=(7, 8)))
    assert _sent_to(routes) == [other]

    assert routes._servers.preferred((7, 8), None) == other


def test_prompts_of_a_document_stay_together_with_a_shared_system_prompt() -> None:
    routes = _several("prefix", a=200, b=200)
    rows = [(1, 2, document, 1000 * document + row) for row in range(3) for document in range(100)]
    random.Random(1).shuffle(rows)
    _add(routes, *(Wanted(keys=keys) for keys in rows))

    homes: defaultdict[int, list[str]] = defaultdict(list)
    while (row := routes.next_row()) is not None:
        _occupy(row)
        homes[row.wanted.keys[2]].append(row.lane.name)

    assert 100 < sum(home.count("a") for home in homes.values()) < 200
    # A random choice would send a quarter of them to each server.
    assert sum(len(set(home)) == 1 for home in homes.values()) > 50


def test_oldest_row_can_be_taken_before_rows_that_prefer_the_server() -> None:
    routes = _several("prefix", a=1)
    _add(routes, Wanted(keys=(1, 1)), Wanted(keys=(2, 2)))

    assert routes.next_row(number=1) is None
    row = routes.next_row(oldest=True)
    assert row is not None
    assert row.index == 0


def test_rows_that_are_sent_again_keep_the_order_of_the_input() -> None:
    routes = _several(a=2, b=2)
    for number in (5, 3):
        routes.put_back(Row(number, None, wanted=Wanted().without("a")))

    rows = [routes.next_again(), routes.next_again()]

    assert [row and row.lane.name for row in rows] == ["b", "b"]
    assert routes.next_again() is None


def test_other_server_must_be_available_and_must_not_have_failed_the_row() -> None:
    routes = _several(a=1, b=1)
    row = Row(0, None, wanted=Wanted().without("a"))
    assert routes.has_another(row)

    routes.lanes[1].gate.close(0.0, IoError("refused"))
    assert not routes.has_another(row)
    routes._servers.drain("a")
    routes._servers.drain("b")
    assert not routes.has_another(row)


def test_server_that_failed_a_row_gets_it_again_when_the_others_are_unreachable() -> None:
    routes = _several(a=1, b=1)
    row = Row(0, None, wanted=Wanted().without("a"))
    routes.put_back(row)
    routes._servers.went_away(routes._servers["b"], 0.0, "refused")
    routes.lanes[1].gate.close(0.0, IoError("refused"))
    routes.lanes[1].update_load()
    routes.place_again()

    assert routes.next_again() is row
    assert (row.lane.name, row.wanted.avoid) == ("a", ())


def test_a_pinned_row_has_no_other_server() -> None:
    routes = _several(a=1, b=1)

    assert not routes.has_another(Row(0, None, wanted=Wanted(server="a")))


def test_rows_are_queued_again_when_the_servers_have_changed() -> None:
    routes = _several(a=1, b=1)
    session, pinned = Wanted(keys=(7, 7), session=True), Wanted(server="a")
    _add(routes, session, pinned)
    routes._servers.remove("a")
    routes.lanes = routes.lanes[1:]

    failed = routes.place_again()

    assert [(row.index, str(error)) for row, error in failed] == [
        (1, "server: expected one of b, got 'a'")
    ]
    assert _sent_to(routes) == ["b"]


@pytest.mark.parametrize("seed", [1, 2])
def test_look_ahead_raises_cache_hits_and_throughput(seed: int) -> None:
    with_it = bulk_run("prefix", seed)
    without = bulk_run("least_loaded", seed)

    assert with_it.hits > without.hits + 0.3
    assert with_it.tokens > 1.2 * without.tokens
