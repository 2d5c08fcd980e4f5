"""The servers that may get a row of a bulk run."""

from __future__ import annotations

import pytest

from vllm_client import RequestError
from vllm_client.balancing.look_ahead import ANYWHERE, Place
from vllm_client.balancing.places import place_of
from vllm_client.balancing.servers import ServerSet
from vllm_client.balancing.wanted import Wanted


def _set(policy: str = "least_loaded") -> ServerSet:
    return ServerSet("abc", policy)  # type: ignore[arg-type]


def _home(key: int) -> str:
    return _set().preferred([key], None)


def test_a_row_without_requirements_may_go_anywhere() -> None:
    assert place_of(Wanted(model="m"), _set()) == ANYWHERE


def test_pinned_row_may_go_only_to_its_server_even_if_it_is_draining() -> None:
    servers = _set()
    servers.drain("b")

    assert place_of(Wanted(server="b"), servers) == Place("b", frozenset("b"))
    with pytest.raises(RequestError, match="got 'd'"):
        place_of(Wanted(server="d"), servers)


def test_a_prefix_prefers_a_server_and_may_go_to_any() -> None:
    assert place_of(Wanted(keys=(7, 8)), _set("prefix")) == Place(_home(7), None)


def test_a_prefix_prefers_the_server_that_got_it_before() -> None:
    servers = _set("prefix")
    (other, *_) = {"a", "b", "c"} - {_home(7)}
    servers.remember((7, 8), other)

    assert place_of(Wanted(keys=(7, 8, 9)), servers).preferred == other


def test_session_may_go_only_to_its_server_until_it_is_draining_or_out() -> None:
    servers, session = _set(), Wanted(keys=(7, 7), session=True)
    home = _home(7)
    assert place_of(session, servers) == Place(home, frozenset({home}))

    servers.drain(home)
    second = place_of(session, servers).preferred
    assert second not in (home, None)

    servers.went_away(servers[second or ""], 0.0, "refused")
    (third,) = {"a", "b", "c"} - {home, second}
    assert place_of(session, servers) == Place(third, frozenset({third}))


def test_row_may_go_only_to_servers_that_may_serve_its_model() -> None:
    servers = _set()
    servers["a"].models = frozenset({"x"})
    servers["b"].models = frozenset({"y"})

    assert place_of(Wanted(model="x"), servers) == Place(None, frozenset("ac"))
    servers["c"].models = frozenset({"y"})
    assert place_of(Wanted(model="x"), servers) == Place(None, frozenset("a"))
    assert place_of(Wanted(model="nobody has it"), servers) == ANYWHERE


def test_servers_that_failed_a_row_get_it_only_if_there_is_no_other() -> None:
    servers = _set()
    failed = Wanted().without("a").without("b")
    assert place_of(failed, servers) == Place(None, frozenset("c"))

    servers.went_away(servers["c"], 0.0, "refused")
    assert place_of(failed, servers) == ANYWHERE
    assert failed.anew() == Wanted()


def test_a_draining_server_gets_no_row_that_does_not_name_it() -> None:
    servers = _set()
    servers.drain("a")
    assert place_of(Wanted(), servers) == Place(None, frozenset("bc"))

    for name in "bc":
        servers.drain(name)
    with pytest.raises(RequestError, match="no server accepts requests"):
        place_of(Wanted(), servers)
