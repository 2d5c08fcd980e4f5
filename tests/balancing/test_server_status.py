"""The status of a server and its text."""

from __future__ import annotations

from vllm_client import ServerStatus
from vllm_client.balancing.server import RunLoad, Server


def test_text_omits_unknown_values() -> None:
    assert str(ServerStatus("a", "in", 3)) == "a: in, 3 in flight"


def test_text_has_all_known_values() -> None:
    status = ServerStatus("a", "out", 3, 1200, 7, 0.5, 1, "connection refused")

    assert str(status) == (
        "a: out (connection refused), 3 of 1,200 in flight, 7 waiting, cache 50%, 1 error"
    )


def test_status_has_the_state_of_a_server_and_the_loads_of_its_runs() -> None:
    server = Server("a")
    server.flights.update(range(3))
    server.errors = 2
    assert str(server.status) == "a: in, 3 in flight, 2 errors"

    server.runs["one"] = RunLoad(16, 1, 0.1)
    server.runs["other"] = RunLoad(32, 2, 0.2)
    assert server.status == ServerStatus("a", "in", 3, 48, 2, 0.2, 2)
