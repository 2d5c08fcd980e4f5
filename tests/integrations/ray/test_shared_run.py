"""One run shared by batches of several threads, with a server on a real socket."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.facades.row_server import RowServer
from vllm_client import ApiError, RequestError, SyncVllmClient
from vllm_client.integrations.ray import shared_run
from vllm_client.integrations.ray.shared_run import SharedRun

BOUND = 30.0


@pytest.fixture
def server() -> Iterator[RowServer]:
    with RowServer() as running:
        yield running


def shared(server: RowServer, **keywords: Any) -> SharedRun:
    ask = SyncVllmClient(server.base_url).chat.completions.create()
    return SharedRun(
        lambda rows: ask.map(
            rows, body=lambda row: row.value, ordered=False, errors="return", **keywords
        )
    )


def texts(items: list[Any]) -> list[Any]:
    return [item.response.content if item.ok else item.error for item in items]


def test_the_answers_of_a_batch_come_in_the_order_of_its_rows(server: RowServer) -> None:
    run = shared(server)

    assert texts(run.send(["a", "b", "c"]).result()) == ["re: a", "re: b", "re: c"]
    run.close()


def test_batches_of_several_threads_go_through_one_run(server: RowServer) -> None:
    run = shared(server, concurrency=4)
    together = threading.Barrier(4)

    def respond(text: str, visit: int) -> str:
        together.wait(BOUND)  # now a row of each batch is in flight
        return f"re: {text}"

    server.respond = respond
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda name: texts(run.send([name]).result()), "abcd"))

    assert answers == [["re: a"], ["re: b"], ["re: c"], ["re: d"]]
    assert server.most_in_flight == 4
    run.close()


def test_a_batch_is_finished_while_another_one_waits(server: RowServer) -> None:
    may_answer = threading.Event()

    def respond(text: str, visit: int) -> str:
        assert text != "slow" or may_answer.wait(BOUND)
        return text

    server.respond = respond
    run = shared(server)
    slow = run.send(["slow"])

    assert texts(run.send(["quick"]).result()) == ["quick"]
    assert not slow.is_done
    may_answer.set()
    assert texts(slow.result()) == ["slow"]
    run.close()


def test_a_batch_without_rows_is_done_immediately() -> None:
    run = SharedRun(lambda rows: pytest.fail("there is nothing to send"))

    assert run.send([]).result() == []


def test_failed_rows_keep_their_position(server: RowServer) -> None:
    server.respond = lambda text, visit: 400 if text == "b" else text
    run = shared(server)

    a, b, c = texts(run.send(["a", "b", "c"]).result())

    assert (a, c) == ("a", "c")
    assert isinstance(b, ApiError)
    run.close()


def test_an_error_of_the_run_fails_every_batch_and_the_next_batch_starts_a_new_run(
    server: RowServer,
) -> None:
    server.respond = lambda text, visit: 401
    run = shared(server)
    batches = [run.send(["a"]), run.send(["b"])]

    for batch in batches:
        with pytest.raises(ApiError) as caught:
            batch.result()
        assert caught.value.code == 401
    server.respond = lambda text, visit: text
    assert texts(run.send(["c"]).result()) == ["c"]
    run.close()


def test_requests_for_several_rows_do_not_wait_for_further_rows(server: RowServer) -> None:
    def respond(text: str, visit: int) -> Any:
        data = [{"index": n, "embedding": [n]} for n in range(len(server.bodies[-1]["input"]))]
        return 200, {"data": data}

    server.respond = respond
    ask = SyncVllmClient(server.base_url).embeddings.create().options(encoding_format="float")
    run = SharedRun(
        lambda rows: ask.map(
            rows, body=lambda row: row.value, batch=2, ordered=False, errors="return"
        )
    )

    items = run.send(["a", "b", "c"]).result()

    assert [item.response[0].embedding for item in items] == [[0.0], [1.0], [0.0]]
    assert sorted(len(body["input"]) for body in server.bodies) == [1, 2]
    run.close()


def test_a_forked_child_starts_its_own_run(
    server: RowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = shared(server)
    run.send(["a"]).result()
    parent = run._reader

    monkeypatch.setattr("os.getpid", lambda: -1)  # as in a child process

    assert texts(run.send(["b"]).result()) == ["re: b"]
    assert parent is not None
    assert run._reader is not parent
    run.close()
    monkeypatch.undo()
    parent.run.close()


def test_closing_fails_waiting_batches(server: RowServer) -> None:
    arrived = threading.Event()
    may_answer = threading.Event()

    def respond(text: str, visit: int) -> str:
        arrived.set()
        may_answer.wait(BOUND)
        return text

    server.respond = respond
    run = shared(server)
    batch = run.send(["a"])
    assert arrived.wait(BOUND)

    run.close()

    with pytest.raises(RequestError, match="closed"):
        batch.result()
    may_answer.set()


def test_rows_of_an_abandoned_batch_are_not_sent(
    server: RowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer = threading.Event()

    def respond(text: str, visit: int) -> str:
        assert may_answer.wait(BOUND)
        return text

    server.respond = respond
    run = shared(server, concurrency=1)
    first, second = run.send(["a"]), run.send(["b"])
    server.wait_until(lambda: server.in_flight == 1)

    def interrupted(timeout: float | None = None) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(second._is_done, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        second.result()
    may_answer.set()

    assert texts(first.result()) == ["a"]
    assert texts(run.send(["c"]).result()) == ["c"]
    assert server.visits.keys() == {"a", "c"}
    run.close()


def test_the_log_shows_the_state_and_the_end_of_the_run(
    server: RowServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_run, "SECONDS_BETWEEN_LOG_LINES", 0.0)
    with caplog.at_level(logging.INFO, "ray.data"):
        run = shared(server)
        run.send(["a"]).result()
        reader = run._reader
        assert reader is not None
        del run  # the run ends when the last object that can send rows is deleted
        gc.collect()
        reader.thread.join(BOUND)

    assert [record.name for record in caplog.records] == ["ray.data.vllm_client"] * 2
    assert caplog.messages[0].startswith("1 rows done; ")
    assert "(ended)" in caplog.messages[1]
