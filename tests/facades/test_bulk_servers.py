"""Many rows over several servers: each row is answered exactly once."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

from tests.facades.drivers import SyncFacade
from tests.facades.frozen_server import FrozenServer
from tests.facades.row_server import MAX_WAIT, Lost, RowServer
from vllm_client import (
    ApiError,
    BulkError,
    RequestError,
    RunStats,
    Servers,
    ServerStats,
    SyncVllmClient,
)
from vllm_client._async import server_watch
from vllm_client.bulk import gate, row_retry
from vllm_client.testing import SimulatedVllm

GAUGES = "vllm:num_requests_running 3\nvllm:num_requests_waiting 7\nvllm:kv_cache_usage_perc 0.5\n"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reduce the waits for a server to hundredths of a second."""
    for module in (gate, row_retry):
        monkeypatch.setattr(module, "FIRST_WAIT", 0.02)
        monkeypatch.setattr(module, "MAX_WAIT", 0.05)
    monkeypatch.setattr(gate, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(server_watch, "POLL_INTERVAL", 0.05)
    monkeypatch.setattr(server_watch, "LOOK_INTERVAL", 0.05)


@pytest.fixture
def pair(_no_socket_is_left_open: None) -> Iterator[dict[str, RowServer]]:
    with RowServer() as one, RowServer() as other:
        yield {"a": one, "b": other}


def _client(facade: SyncFacade, servers: Any, policy: Any = "least_loaded") -> Any:
    urls = {name: server.base_url for name, server in servers.items()}
    return facade.client(Servers(urls, policy=policy))  # type: ignore[arg-type]


def _texts(number: int) -> list[str]:
    return [f"q{index}" for index in range(number)]


def _contents(run: Any) -> list[Any]:
    return [answer.content for answer in run]


def _wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(int(MAX_WAIT / 0.005)):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("this never came to be")


@pytest.mark.parametrize("policy", ["least_loaded", "prefix", "round_robin"])
def test_rows_are_spread_over_the_servers_and_answers_are_in_order(
    facade: SyncFacade, pair: dict[str, RowServer], policy: str
) -> None:
    run = _client(facade, pair, policy).chat.completions.create().map(_texts(100), concurrency=4)

    assert _contents(run) == [f"re: q{n}" for n in range(100)]
    assert sum(Counter(pair["a"].visits + pair["b"].visits).values()) == 100
    assert min(len(server.bodies) for server in pair.values()) > 10
    assert [server.name for server in run.stats.servers] == ["a", "b"]
    assert [server.done for server in run.stats.servers] == [
        len(server.bodies) for server in pair.values()
    ]


def test_concurrency_applies_to_each_server(facade: SyncFacade, pair: dict[str, RowServer]) -> None:
    may_answer = threading.Event()
    for server in pair.values():
        server.respond = lambda text, visit: may_answer.wait(MAX_WAIT) and text
    client = _client(facade, pair)
    run = client.chat.completions.create().map(_texts(9), concurrency=3)
    reader = threading.Thread(target=lambda: list(run), daemon=True)
    reader.start()
    for server in pair.values():
        server.wait_until(lambda server=server: server.in_flight == 3)  # type: ignore[misc]
    assert (run.concurrency, run.stats.in_flight) == (6, 6)
    assert [str(server) for server in run.stats.servers] == ["a: 3 of 3", "b: 3 of 3"]
    may_answer.set()
    reader.join(MAX_WAIT)


def test_two_thousand_rows_survive_a_server_that_is_stopped_and_started_again() -> None:
    with SimulatedVllm() as one, SimulatedVllm() as other:
        requests_before: list[int] = []  # one number, once the server was started again

        def is_used_again() -> bool:
            later = other.requests[requests_before[0] :] if requests_before else []
            return any(request.path.endswith("/chat/completions") for request in later)

        def texts() -> Iterator[str]:
            """Yield 2,000 rows, and further ones until the server that was stopped gets some."""
            ends = time.monotonic() + MAX_WAIT
            for number in count():
                if number >= 2000 and (is_used_again() or time.monotonic() > ends):
                    return
                yield f"q{number}"

        servers = Servers({"a": one.base_url, "b": other.base_url})
        with SyncVllmClient(servers) as client:
            run = client.chat.completions.create().map(texts(), errors="return")
            items = list(islice(run, 300))
            other.stop()
            items += islice(run, 500)
            requests_before.append(len(other.requests))
            other.start()
            items += run

        assert is_used_again()
    assert len(items) >= 2000
    assert [item.index for item in items] == list(range(len(items)))
    assert all(f'"q{n}"' in item.unwrap().content for n, item in enumerate(items))


def test_rows_of_a_killed_server_are_sent_to_the_other_and_count_as_lost_once(
    facade: SyncFacade, pair: dict[str, RowServer]
) -> None:
    released = threading.Event()
    pair["b"].respond = lambda text, visit: released.wait(MAX_WAIT) and text
    run = (
        _client(facade, pair)
        .chat.completions.create()
        .map(_texts(20), concurrency=2, errors="return")
    )
    items: list[Any] = []
    reader = threading.Thread(target=lambda: items.extend(run), daemon=True)
    reader.start()
    pair["b"].wait_until(lambda: pair["b"].in_flight == 2)
    lost = set(pair["b"].visits)
    threading.Thread(target=pair["b"].kill, daemon=True).start()
    reader.join(MAX_WAIT)
    released.set()

    assert all(item.ok for item in items)
    assert {item.input for item in items if item.attempts == 2} == lost


def test_refused_connections_do_not_count_as_attempts_of_a_row(
    facade: SyncFacade, pair: dict[str, RowServer]
) -> None:
    pair["b"].kill()
    client = _client(facade, pair)
    ask = client.chat.completions.create()
    with ask.map(count(), body=str, concurrency=2, errors="return") as run:
        items = list(islice(run, 30))
        words, shown = str(run.stats), repr(client.servers)

    assert [(item.ok, item.attempts) for item in items] == [(True, 1)] * 30
    assert "b: away" in words
    assert "a: in" in shown
    assert "b: out (no connection to" in shown


def test_a_row_that_kills_servers_reaches_at_most_three(facade: SyncFacade) -> None:
    def respond(text: str, visit: int) -> str:
        if text == "poison":
            raise Lost
        return text

    servers = {name: RowServer(respond) for name in "abcde"}
    for server in servers.values():
        server.start()
    run = (
        _client(facade, servers)
        .chat.completions.create()
        .map(["x", "poison", "y"], errors="return", concurrency=1)
    )
    items = list(run)
    for server in servers.values():
        server.kill()

    assert [item.ok for item in items] == [True, False, True]
    assert items[1].attempts == 3
    assert len([s for s in servers.values() if s.visits["poison"]]) == 3


def test_a_refused_row_goes_to_another_server_at_once(
    facade: SyncFacade, pair: dict[str, RowServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_retry, "FIRST_WAIT", MAX_WAIT)
    monkeypatch.setattr(row_retry, "MAX_WAIT", MAX_WAIT)
    pair["a"].respond = lambda text, visit: 503
    run = _client(facade, pair).chat.completions.create().map(_texts(10), errors="return")

    items = list(islice(run, 10))

    assert all(item.ok for item in items)
    assert {item.attempts for item in items} == {1, 2}
    run.close()


def test_rows_refused_by_all_servers_wait_for_a_free_slot(
    facade: SyncFacade, pair: dict[str, RowServer]
) -> None:
    for server in pair.values():
        server.respond = lambda text, visit: 503 if visit < 3 else text
    run = _client(facade, pair).chat.completions.create().map(_texts(6), errors="return")

    assert all(item.ok for item in run)


def test_a_server_error_is_tried_at_another_server(
    facade: SyncFacade, pair: dict[str, RowServer]
) -> None:
    pair["a"].respond = lambda text, visit: 500
    run = _client(facade, pair).chat.completions.create().map(_texts(10), errors="return")

    assert {(item.ok, item.attempts) for item in run} == {(True, 1), (True, 2)}


def test_rows_of_a_frozen_server_are_sent_to_other_servers(
    facade: SyncFacade, server: SimulatedVllm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_watch, "POLL_TIMEOUT", 0.2)
    monkeypatch.setattr(server_watch, "LOOK_SECONDS", 0.2)
    with FrozenServer() as frozen:
        client = _client(facade, {"frozen": frozen, "well": server})
        run = client.chat.completions.create().map(_texts(50), concurrency=4, errors="return")
        items = list(run)

    assert len([item for item in items if item.attempts > 1]) >= 4  # the number of rows in flight
    assert all(f'"{item.input}"' in item.unwrap().content for item in items)


def test_a_single_frozen_server_ends_the_run_after_server_patience(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_watch, "POLL_TIMEOUT", 0.1)
    monkeypatch.setattr(server_watch, "LOOK_SECONDS", 0.1)
    with FrozenServer() as frozen:
        client = facade.client(frozen.base_url)
        run = client.chat.completions.create().map(["Hi"], server_patience=0.3)  # type: ignore[attr-defined]

        with pytest.raises(BulkError, match="server_patience"):
            next(run)


def test_a_run_waits_while_all_servers_are_down(
    facade: SyncFacade, pair: dict[str, RowServer]
) -> None:
    for server in pair.values():
        server.kill()
    run = _client(facade, pair).chat.completions.create().map(_texts(20), errors="return")
    timer = threading.Timer(0.2, pair["b"].start)
    timer.start()
    items = list(run)
    timer.join()

    assert [(item.ok, item.attempts) for item in items] == [(True, 1)] * 20


def test_the_run_ends_if_no_server_answers_for_server_patience(
    facade: SyncFacade, pair: dict[str, RowServer]
) -> None:
    for server in pair.values():
        server.kill()
    run = _client(facade, pair).chat.completions.create().map(_texts(3), server_patience=0.2)

    with pytest.raises(BulkError, match=r"no answer from the server for 0\.2 s"):
        next(run)


def test_pinned_rows_and_sessions_stay_at_their_server(
    facade: SyncFacade, pair: dict[str, RowServer]
) -> None:
    client = _client(facade, pair)
    sessions = {f"session {key}": {"session_id": key} for key in "ABCDEFGH"}
    rows = [
        {"messages": [{"role": "user", "content": f"{key}/{n}"}], **options}
        for n in range(5)
        for key, options in {"pinned": {"server": "b"}, **sessions}.items()
    ]
    assert len(_contents(client.chat.completions.create().map(rows, concurrency=2))) == 45

    keys = {name: Counter(t.split("/")[0] for t in s.visits) for name, s in pair.items()}
    assert keys["b"]["pinned"] == 5
    assert {keys["a"][key] for key in sessions} == {0, 5}
    with pytest.raises(RequestError, match="got 'c'"):
        _contents(client.chat.completions.create().map(rows, body=lambda r: {**r, "server": "c"}))


def test_a_pinned_client_and_pinned_options_use_one_server(
    facade: SyncFacade, pair: dict[str, RowServer]
) -> None:
    client = _client(facade, pair)
    pinned = client.servers.__getitem__("b")

    assert len(_contents(pinned.chat.completions.create().map(_texts(5)))) == 5
    assert len(_contents(client.chat.completions.create().options(server="b").map(_texts(5)))) == 5
    assert (len(pair["a"].bodies), len(pair["b"].bodies)) == (0, 10)


def test_rows_are_sent_to_a_server_that_has_their_model(facade: SyncFacade) -> None:
    with SimulatedVllm(models=["x"]) as one, SimulatedVllm(models=["y", "z"]) as other:
        client = _client(facade, {"a": one, "b": other})
        rows = [{"messages": [{"role": "user", "content": "Hi"}], "model": m} for m in "xyzx" * 5]
        run = client.chat.completions.create().map(rows, errors="return")
        items = list(run)
        unknown = client.chat.completions.create().map([{**rows[0], "model": "w"}])

        assert [item.unwrap().model for item in items] == list("xyzx" * 5)
        with pytest.raises(ApiError, match="a has x; b has y, z"):
            next(unknown)


def test_servers_are_added_drained_and_removed_during_a_run(facade: SyncFacade) -> None:
    with RowServer() as one, RowServer() as two, RowServer() as three:
        client = _client(facade, {"a": one, "b": two})
        run = client.chat.completions.create().map(count(), body=str, concurrency=2)
        heard = list(islice(run, 10))

        client.servers.add("c", three.base_url)
        _wait_until(lambda: next(run) and bool(three.bodies))
        client.servers.drain("a")
        _wait_until(lambda: next(run) and _is_drained(run.stats.servers[0]))
        drained = len(one.bodies)
        client.servers.remove("b")
        _wait_until(lambda: next(run) and _has_only(run.stats, "a", "c"))
        removed = len(two.bodies)
        list(islice(run, 20))
        assert (len(one.bodies), len(two.bodies)) == (drained, removed)

        client.servers.resume("a")
        _wait_until(lambda: next(run) and len(one.bodies) > drained)
        run.close()
    assert len(heard) == 10


def _is_drained(server: ServerStats) -> bool:
    return server.reason == "draining" and server.in_flight == 0


def _has_only(stats: RunStats, *names: str) -> bool:
    """Return whether the run has exactly these servers and no request to a removed one."""
    in_flight = sum(server.in_flight for server in stats.servers)
    return tuple(s.name for s in stats.servers) == names and stats.in_flight == in_flight


def test_a_run_ends_when_no_server_is_left(facade: SyncFacade, pair: dict[str, RowServer]) -> None:
    client = _client(facade, pair)
    ask = client.chat.completions.create()
    run = ask.map(count(), body=str, concurrency=2, errors="return")
    next(run)
    client.servers.drain("a")
    client.servers.drain("b")

    with pytest.raises(RequestError, match="no server accepts requests"):
        list(run)


def test_the_servers_of_the_client_show_the_run(
    facade: SyncFacade, pair: dict[str, RowServer]
) -> None:
    may_answer = threading.Event()
    for server in pair.values():
        server.metrics = GAUGES
        server.respond = lambda text, visit: may_answer.wait(MAX_WAIT) and text
    client = _client(facade, pair)
    run = client.chat.completions.create().map(_texts(8), concurrency=3)
    reader = threading.Thread(target=lambda: list(run), daemon=True)
    reader.start()
    shown = "a: in, 3 of 3 in flight, 7 waiting, cache 50%"
    _wait_until(lambda: shown in repr(client.servers))
    may_answer.set()
    reader.join(MAX_WAIT)

    assert "a: in, 0 in flight; b: in, 0 in flight" in repr(client.servers)


def test_files_are_written_and_continued_over_several_servers(
    facade: SyncFacade, pair: dict[str, RowServer], tmp_path: Path
) -> None:
    def line(number: int) -> str:
        body = {"messages": [{"role": "user", "content": f"q{number}"}]}
        url = "/v1/chat/completions"
        row = {"custom_id": f"r{number}", "method": "POST", "url": url, "body": body}
        return json.dumps(row) + "\n"

    path, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    client = _client(facade, pair)
    path.write_text("".join(map(line, range(50))))
    pair["b"].kill()
    first = client.bulk(path, output)
    pair["b"].start()
    path.write_text("".join(map(line, range(100))))
    second = client.bulk(path, output)

    assert (first.done, second.done, second.done_before, second.failed) == (50, 50, 50, 0)
    keys = [json.loads(row)["custom_id"] for row in output.read_text().splitlines()]
    assert sorted(keys) == sorted(f"r{n}" for n in range(100))
    assert json.loads((tmp_path / "out.run.json").read_text())["complete"] is True
    assert "b answered" in str(second)


def test_a_row_of_a_file_cannot_name_its_server(
    facade: SyncFacade, pair: dict[str, RowServer], tmp_path: Path
) -> None:
    ask = _client(facade, pair).chat.completions.create()
    rows = [{"messages": [{"role": "user", "content": "Hi"}], "server": "b"}]

    with pytest.raises(RequestError, match="server: set it for all rows of a bulk run"):
        ask.bulk(rows, tmp_path / "out.jsonl")
    assert ask.options(server="b").bulk(["Hi"], tmp_path / "out.jsonl").done == 1
    assert [len(server.bodies) for server in pair.values()] == [0, 1]
