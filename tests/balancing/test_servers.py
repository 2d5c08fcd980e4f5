"""The choice of a server for a request."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.helpers.virtual.several_servers import (
    NAMES as EIGHT,
    by_policy,
    open_loop,
    two_random_choices,
)
from vllm_client import RequestError
from vllm_client.balancing import servers as servers_module
from vllm_client.balancing.affinity import key_of
from vllm_client.balancing.health import RECOVERY_SECONDS
from vllm_client.balancing.server import REST_SECONDS, RunLoad, Server
from vllm_client.balancing.servers import ServerSet
from vllm_client.balancing.wanted import Wanted
from vllm_client.call.servers import Policy

ANY = Wanted()


def _set(policy: Policy = "least_loaded", names: str = "abc") -> ServerSet:
    return ServerSet(names, policy)


def _busy(servers: ServerSet, **in_flight: int) -> ServerSet:
    for name, number in in_flight.items():
        for _ in range(number):
            servers.begin(servers[name], object(), 0.0)
    return servers


def _out(servers: ServerSet, *names: str, now: float = 0.0) -> ServerSet:
    for name in names:
        for _ in range(3):
            servers.connect_failed(servers[name], now, "refused")
    return servers


def _send(servers: ServerSet, wanted: Wanted = ANY, now: float = 0.0) -> str:
    server = servers.choose(wanted, now)
    servers.begin(server, object(), now)
    return server.name


def test_least_loaded_server_has_the_fewest_requests_in_flight() -> None:
    assert _send(_busy(_set(), a=3, b=1, c=2)) == "b"


def test_idle_servers_take_turns() -> None:
    servers = _set()
    names = []
    for _ in range(6):
        server, flight = servers.choose(ANY, 0.0), object()
        servers.begin(server, flight, 0.0)
        servers.end(server, flight, 0.0)
        names.append(server.name)

    assert names == ["a", "b", "c"] * 2


def test_request_that_ends_twice_is_counted_once() -> None:
    servers = _busy(_set(), a=1)
    flight = object()
    servers.begin(servers["a"], flight, 0.0)

    servers.end(servers["a"], flight, 0.0)
    servers.end(servers["a"], flight, 0.0)

    assert servers["a"].in_flight == 1


def test_in_a_bulk_run_requests_in_flight_are_relative_to_concurrency() -> None:
    servers = _set(names="ab")
    servers.run_reported(servers["a"], "run", RunLoad(64), 0.0)
    servers.run_reported(servers["b"], "run", RunLoad(4), 0.0)
    _busy(servers, a=8, b=2)

    assert _send(servers) == "a"


def test_round_robin_ignores_the_load() -> None:
    servers = _busy(_set("round_robin"), b=2, c=1, a=3)

    assert [_send(servers) for _ in range(6)] == ["b", "c", "a"] * 2


def test_pinned_server_is_chosen_even_if_it_is_out_or_draining() -> None:
    servers = _out(_set(), "b")
    servers.drain("b")

    assert _send(servers, Wanted(server="b")) == "b"


def test_error_for_an_unknown_server_names_the_known_ones() -> None:
    with pytest.raises(RequestError, match=r"server: expected one of a, b, c, got 'd'"):
        _set().choose(Wanted(server="d"), 0.0)


def test_servers_that_are_out_get_nothing_until_they_are_back() -> None:
    servers = _out(_set(), "a", "b")
    assert {_send(servers) for _ in range(9)} == {"c"}

    servers.probed(servers["a"], 5.0, None, connected=True)

    assert {_send(servers, now=5.0) for _ in range(9)} == {"a", "c"}


def test_recovered_server_gets_half_as_many_requests_for_a_while() -> None:
    servers = _out(_set(names="ab"), "a")
    servers.answered(servers["a"], 10.0)

    names = Counter(_send(servers, now=10.0) for _ in range(30))
    assert names == {"a": 10, "b": 20}

    later = Counter(_send(servers, now=10.0 + RECOVERY_SECONDS) for _ in range(10))
    assert later == {"a": 10}


def test_all_servers_are_tried_when_all_are_out() -> None:
    servers = _out(_set(), *"abc")

    assert {_send(servers) for _ in range(9)} == {"a", "b", "c"}


def test_a_server_that_refused_is_the_last_choice_for_a_second() -> None:
    servers = _busy(_set(names="ab"), b=5)
    servers.failed(servers["a"], 0.0, refused=True)

    assert _send(servers, now=0.5) == "b"
    assert _send(servers, now=REST_SECONDS) == "a"


def test_failed_requests_are_counted_and_schedule_a_probe() -> None:
    servers = _set()
    servers.failed(servers["b"], 3.0)

    assert servers["b"].errors == 1
    assert servers["b"].state == "in"
    assert servers.next_probe() == (3.0, servers["b"])


def test_no_probe_is_due_for_healthy_servers() -> None:
    assert _set().next_probe()[1] is None


def test_servers_that_failed_a_request_are_avoided_if_another_may_get_it() -> None:
    servers = _busy(_set(), c=9)

    assert _send(servers, Wanted(avoid=("a", "b"))) == "c"
    assert servers.has_another(Wanted(avoid=("a", "b")))
    assert not servers.has_another(Wanted(avoid=("a", "b", "c")))
    assert _send(servers, Wanted(avoid=("a", "b", "c"))) in "abc"


def test_prompt_goes_to_the_server_that_got_its_prefix() -> None:
    servers = _set("prefix", "abcdefgh")
    keys = [(key_of(f"system {i}"), i) for i in range(20)]
    first = [servers.choose(Wanted(keys=each), 0.0).name for each in keys]

    assert [servers.choose(Wanted(keys=each), 0.0).name for each in keys] == first
    assert len(set(first)) > 2


def test_prompt_moves_if_its_preferred_server_is_much_busier() -> None:
    servers = _set("prefix")
    key = key_of("system")
    home = servers.preferred([key], None)
    _busy(servers, **{home: 3})
    assert servers.choose(Wanted(keys=(key,)), 0.0).name == home

    _busy(servers, **{home: 20})
    moved = servers.choose(Wanted(keys=(key, 1)), 0.0).name
    assert moved != home

    # the conversation stays there although its first server is idle again
    servers[home].flights.clear()
    servers[home].update_load(0.0)
    assert servers.choose(Wanted(keys=(key, 1, 2)), 0.0).name == moved
    assert servers.choose(Wanted(keys=(key, 3)), 0.0).name == home


@pytest.mark.parametrize("policy", ["least_loaded", "prefix", "round_robin"])
def test_a_session_stays_at_its_server_under_each_policy(policy: Policy) -> None:
    servers = _set(policy)
    wanted = Wanted(keys=(key_of("session"),) * 2, session=True)

    assert len({servers.choose(wanted, 0.0).name for _ in range(9)}) == 1


def test_a_server_that_was_out_has_lost_its_cache() -> None:
    servers = _set("prefix", "ab")
    key = key_of("system")
    home = servers.preferred([key], None)
    (other,) = {"a", "b"} - {home}
    _busy(servers, **{home: 20})
    assert servers.choose(Wanted(keys=(key, 1)), 0.0).name == other

    _out(servers, other)
    servers.probed(servers[other], 9.0, None, connected=True)
    servers[home].flights.clear()
    servers[home].update_load(9.0)

    assert servers.choose(Wanted(keys=(key, 1)), 9.0).name == home


def test_request_goes_to_servers_that_may_serve_its_model() -> None:
    servers = _set()
    servers["a"].models = frozenset({"x"})
    servers["b"].models = frozenset({"y"})
    assert {_send(servers, Wanted(model="y")) for _ in range(6)} == {"b", "c"}
    assert servers.has_model("z")

    servers["c"].models = frozenset({"x", "a"})
    assert {_send(servers, Wanted(model="y")) for _ in range(6)} == {"b"}
    assert not servers.has_model("z")
    assert servers.models() == [("a", ["x"]), ("b", ["y"]), ("c", ["a", "x"])]
    assert not servers.has_another(Wanted(model="y", avoid=("b",)))


def test_models_are_unknown_again_after_a_server_was_out() -> None:
    servers = _set()
    servers["a"].models = frozenset({"x"})
    _out(servers, "a")
    servers.probed(servers["a"], 9.0, None, connected=True)

    assert servers["a"].models is None


def test_draining_server_gets_no_new_requests_and_keeps_those_in_flight() -> None:
    servers = _busy(_set(), a=2)
    servers.drain("a")

    assert {_send(servers) for _ in range(9)} == {"b", "c"}
    assert servers["a"].in_flight == 2
    assert servers["a"].state == "draining"


def test_servers_are_added_and_removed() -> None:
    servers = _set(names="ab")
    servers.take(Server("c"))
    assert {_send(servers) for _ in range(9)} == {"a", "b", "c"}

    servers.remove("a")
    assert {_send(servers) for _ in range(9)} == {"b", "c"}
    with pytest.raises(RequestError, match="got 'a'"):
        servers.remove("a")


def test_resumed_server_gets_requests_again() -> None:
    servers = _set(names="ab")
    servers.drain("a")
    servers.resume("a")

    assert {_send(servers) for _ in range(9)} == {"a", "b"}


def test_choice_without_a_server_that_accepts_requests_is_an_error() -> None:
    servers = _set(names="a")
    servers.drain("a")

    with pytest.raises(RequestError, match="no server accepts requests"):
        servers.choose(ANY, 0.0)


def test_a_prefix_prefers_a_server_even_if_all_are_out() -> None:
    servers = _out(_set(), *"abc")

    assert servers.preferred([key_of("system")], None) == _set().preferred([key_of("system")], None)


def test_the_server_of_a_stored_response_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers_module, "MAX_RESPONSES", 2)
    servers = _set()
    for number, name in enumerate("abc"):
        servers.keep_response(f"resp_{number}", servers[name])

    assert servers.holder_of("resp_0") is None
    assert servers.holder_of("resp_2") == "c"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_least_loaded_policy_has_the_lowest_latency_with_unequal_servers(seed: int) -> None:
    least = open_loop(by_policy, _set(names="".join(EIGHT)), seed)
    random = open_loop(two_random_choices, _set(names="".join(EIGHT)), seed)
    turns = open_loop(by_policy, _set("round_robin", "".join(EIGHT)), seed)

    assert least.p99 < 1.1 * random.p99
    assert least.p99 < 0.7 * turns.p99
