"""Many rows through one client: `map`, with both clients."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count, islice
from typing import Any

import httpx
import pytest

from tests.facades.drivers import SyncFacade
from tests.facades.row_server import MAX_WAIT, Lost, RowServer, error_body
from vllm_client import (
    ApiError,
    AsyncVllmClient,
    BadRequestError,
    BulkError,
    BulkItem,
    Concurrency,
    IoError,
    RequestError,
    SyncVllmClient,
    Timeout,
)
from vllm_client._async import row_tasks, server_watch
from vllm_client.bulk import gate, row_retry
from vllm_client.testing import ErrorReply, Reply, SimulatedVllm


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reduce the waits for a server to hundredths of a second."""
    for module in (gate, row_retry):
        monkeypatch.setattr(module, "FIRST_WAIT", 0.02)
        monkeypatch.setattr(module, "MAX_WAIT", 0.05)
    monkeypatch.setattr(server_watch, "POLL_INTERVAL", 0.05)
    monkeypatch.setattr(server_watch, "LOOK_INTERVAL", 0.05)


def _ask(facade: SyncFacade, url: str, **settings: Any) -> Any:
    return facade.client(url, **settings).chat.completions.create()


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


# Order and laziness.


def test_answers_come_in_the_order_of_the_rows(facade: SyncFacade) -> None:
    with RowServer() as server:

        def respond(text: str, visit: int) -> str:
            if text == "q0":  # the first row is answered last
                server.wait_until(lambda: len(server.visits) == 4)
            return text

        server.respond = respond
        ask = _ask(facade, server.base_url)

        assert _contents(ask.map(_texts(4))) == ["q0", "q1", "q2", "q3"]


def test_unordered_answers_come_as_they_are_ready(facade: SyncFacade) -> None:
    taken = threading.Event()

    def respond(text: str, visit: int) -> str:
        if text == "q0":
            assert taken.wait(MAX_WAIT)
        return text

    with RowServer(respond) as server:
        run = _ask(facade, server.base_url).map(_texts(4), ordered=False, errors="return")
        first = [item.index for item in islice(run, 3)]
        taken.set()
        last = [item.index for item in run]

    assert (sorted(first), last) == ([1, 2, 3], [0])


def test_rows_are_read_only_when_there_is_room_for_their_answers(facade: SyncFacade) -> None:
    pulled = 0

    def rows() -> Iterator[str]:
        nonlocal pulled
        for number in count():
            pulled = number + 1
            yield f"q{number}"

    with RowServer() as server:
        run = _ask(facade, server.base_url).map(rows(), concurrency=2)
        assert pulled == 0
        for taken in range(40):
            next(run)
            # max rows held: four per slot, and one per slot read ahead
            assert pulled <= taken + 1 + 4 * 2 + 2
        run.close()


def test_no_more_requests_are_in_flight_than_concurrency_allows(facade: SyncFacade) -> None:
    with RowServer() as server:
        ask = _ask(facade, server.base_url)

        assert len(_contents(ask.map(_texts(50), concurrency=3))) == 50
        assert server.most_in_flight <= 3


def test_max_connections_limits_the_run(facade: SyncFacade) -> None:
    with RowServer() as server:
        ask = _ask(facade, server.base_url, max_connections=3)
        run = ask.map(_texts(30), concurrency=Concurrency(min=4, start=20))

        assert len(_contents(run)) == 30
        assert run.concurrency == 2
        assert server.most_in_flight <= 2


def test_generators_are_read_in_one_separate_thread(facade: SyncFacade) -> None:
    threads = set()

    def rows() -> Iterator[str]:
        for text in _texts(20):
            threads.add(threading.get_ident())
            yield text

    with RowServer() as server:
        assert len(_contents(_ask(facade, server.base_url).map(rows()))) == 20

    assert len(threads) == 1
    assert threads.isdisjoint({threading.get_ident()})


def test_no_rows_are_no_answers_and_no_requests(facade: SyncFacade) -> None:
    with RowServer() as server:
        ask = _ask(facade, server.base_url)

        assert _contents(ask.map([])) == []
        assert _contents(ask.map(iter(()))) == []
        assert server.bodies == []


# Rows that fail.


def _bad_request(text: str, visit: int) -> Any:
    return 400 if text == "bad" else text


def test_the_error_of_a_bad_row_is_raised_in_its_place(facade: SyncFacade) -> None:
    with RowServer(_bad_request) as server:
        run = _ask(facade, server.base_url).map(["a", "b", "bad", "c"])

        assert [next(run).content, next(run).content] == ["a", "b"]
        with pytest.raises(ApiError, match="400"):
            next(run)
        assert list(run) == []


def test_errors_can_be_returned(facade: SyncFacade) -> None:
    rows = ["a", "bad", {"nonsense": 1}, "c"]
    with RowServer(_bad_request) as server:
        items = list(_ask(facade, server.base_url).map(rows, errors="return"))

    assert all(isinstance(item, BulkItem) for item in items)
    assert [(item.index, item.input, item.ok) for item in items] == [
        (0, "a", True),
        (1, "bad", False),
        (2, {"nonsense": 1}, False),
        (3, "c", True),
    ]
    assert [item.attempts for item in items] == [1, 1, 0, 1]
    assert items[0].unwrap().content == "a"
    assert [type(item.error) for item in items[1:3]] == [BadRequestError, RequestError]
    assert items[0].seconds > 0


def test_body_makes_the_request_of_a_row_and_its_error_fails_the_row(facade: SyncFacade) -> None:
    with RowServer() as server:
        run = _ask(facade, server.base_url).map(
            [{"q": "Why?"}, {}], body=lambda row: row["q"], errors="return"
        )
        good, bad = run

    assert good.response.content == "re: Why?"
    assert isinstance(bad.error, KeyError)


@pytest.mark.parametrize("status", [429, 503])
def test_refused_rows_are_sent_again_until_they_are_accepted(
    facade: SyncFacade, status: int
) -> None:
    with RowServer(lambda text, visit: status if visit <= 5 else text) as server:
        items = list(_ask(facade, server.base_url).map(_texts(3), errors="return"))

    assert [(item.ok, item.attempts) for item in items] == [(True, 6)] * 3


def test_a_server_error_is_tried_twice_more(facade: SyncFacade) -> None:
    def respond(text: str, visit: int) -> Any:
        return 500 if text == "always" or visit <= 2 else text

    with RowServer(respond) as server:
        items = list(_ask(facade, server.base_url).map(["always", "twice"], errors="return"))

    assert [(item.ok, item.attempts) for item in items] == [(False, 3), (True, 3)]


def test_a_request_that_kills_its_server_fails_after_two_more_sends(facade: SyncFacade) -> None:
    def respond(text: str, visit: int) -> str:
        if text == "poison":
            raise Lost
        return text

    with RowServer(respond) as server:
        run = _ask(facade, server.base_url).map(["a", "poison", "b"], errors="return")
        items = list(run)

    assert [item.ok for item in items] == [True, False, True]
    assert items[1].attempts == 3
    # the first request may have used a pooled connection, whose loss is not counted
    assert server.visits["poison"] in (3, 4)
    assert isinstance(items[1].error, IoError)


def test_an_answer_may_take_longer_than_the_token_timeout(facade: SyncFacade) -> None:
    with SimulatedVllm() as server:
        server.reply(Reply("slow", pace=0.05))
        ask = _ask(facade, server.base_url, timeout=Timeout(token=0.01))

        assert _contents(ask.map(["Hi"])) == ["slow"]


# The ends of a run.


def test_a_wrong_key_ends_the_run_at_once(facade: SyncFacade) -> None:
    with RowServer(lambda text, visit: 401) as server:
        run = _ask(facade, server.base_url).map(count(), body=str, concurrency=4, errors="return")

        with pytest.raises(ApiError, match="401"):
            next(run)
        assert list(run) == []
        assert len(server.bodies) <= 4


@pytest.mark.parametrize(
    "answer",
    [(404, {"detail": "Not Found"}), (404, error_body(404, param="model"))],
    ids=["missing route", "unknown model"],
)
def test_an_error_that_affects_every_row_ends_the_run(facade: SyncFacade, answer: Any) -> None:
    with RowServer(lambda text, visit: answer) as server:
        run = _ask(facade, server.base_url).map(count(), body=str, concurrency=2, errors="return")

        with pytest.raises(ApiError, match="404"):
            next(run)
        assert len(server.bodies) <= 2


def test_an_unknown_model_fails_its_row_alone_once_another_has_succeeded(
    facade: SyncFacade,
) -> None:
    def respond(text: str, visit: int) -> Any:
        return (404, error_body(404, param="model")) if text == "q1" else text

    with RowServer(respond) as server:
        run = _ask(facade, server.base_url).map(_texts(3), concurrency=1, errors="return")

        assert [item.ok for item in run] == [True, False, True]


def test_too_many_failed_rows_end_the_run(facade: SyncFacade) -> None:
    with RowServer(lambda text, visit: 400) as server:
        run = _ask(facade, server.base_url).map(
            count(), body=str, concurrency=1, errors="return", max_errors=2
        )

        assert [next(run).ok for _ in range(3)] == [False] * 3
        with pytest.raises(BulkError, match=r"3 of 3 rows failed \(max_errors=2\)"):
            next(run)


def test_an_input_that_raises_ends_the_run_after_the_answers_to_its_rows(
    facade: SyncFacade,
) -> None:
    def rows() -> Iterator[str]:
        yield from _texts(3)
        raise LookupError("no more rows")

    with RowServer() as server:
        run = _ask(facade, server.base_url).map(rows())

        assert [next(run).content for _ in range(3)] == ["re: q0", "re: q1", "re: q2"]
        with pytest.raises(LookupError, match="no more rows"):
            next(run)
        assert list(run) == []


def test_a_stopped_run_finishes_what_is_in_flight(facade: SyncFacade) -> None:
    may_answer = threading.Event()

    def respond(text: str, visit: int) -> str:
        assert may_answer.wait(MAX_WAIT)
        return text

    with RowServer(respond) as server:
        run = _ask(facade, server.base_url).map(count(), body=str, concurrency=3)
        answers: list[Any] = []
        reader = threading.Thread(target=lambda: answers.extend(_contents(run)), daemon=True)
        reader.start()
        server.wait_until(lambda: server.in_flight == 3)
        run.stop()
        may_answer.set()
        reader.join(MAX_WAIT)

        assert answers == ["0", "1", "2"]


def test_a_run_that_was_stopped_or_closed_before_it_began_sends_nothing(
    facade: SyncFacade,
) -> None:
    with RowServer() as server:
        ask = _ask(facade, server.base_url)
        stopped, closed = ask.map(_texts(3)), ask.map(_texts(3))
        stopped.stop()
        closed.close()

        assert (list(stopped), list(closed), server.bodies) == ([], [], [])


# The reader stops early.


def test_leaving_the_block_closes_the_connections_in_flight(facade: SyncFacade) -> None:
    with SimulatedVllm() as server:
        server.reply("at once")
        for _ in range(20):
            server.reply(Reply("a long story, which takes its time", pace=5.0))
        ask = _ask(facade, server.base_url)
        with ask.map(count(), body=str, concurrency=4, ordered=False) as run:
            next(run)
            server.wait_until(lambda: server.running > 0, MAX_WAIT)

        server.wait_until(lambda: server.running == 0, MAX_WAIT)


def test_break_closes_the_run_and_its_generator(facade: SyncFacade) -> None:
    closed = threading.Event()

    def rows() -> Iterator[str]:
        try:
            for number in count():
                yield f"q{number}"
        finally:
            closed.set()

    with RowServer() as server:
        for answer in _ask(facade, server.base_url).map(rows(), concurrency=2):
            assert answer.content == "re: q0"
            break

        assert closed.wait(MAX_WAIT)
        server.wait_until(lambda: server.in_flight == 0)


# The server is down.


def test_a_restart_of_the_server_does_not_count_as_an_attempt(facade: SyncFacade) -> None:
    with RowServer() as server:
        ask = _ask(facade, server.base_url)
        run = ask.map(count(), body=str, concurrency=1, errors="return")
        first = next(run)
        server.kill()
        timer = threading.Timer(0.3, server.start)
        timer.start()
        items = [first, *islice(run, 10)]
        timer.join()
        run.close()

    assert all(item.ok for item in items)


def test_the_gate_opens_for_all_rows_that_waited(facade: SyncFacade) -> None:
    server = RowServer()
    server.start()
    server.kill()
    ask = _ask(facade, server.base_url)
    run = ask.map(_texts(40), errors="return")
    timer = threading.Timer(0.2, server.start)
    timer.start()
    items = list(run)
    timer.join()
    server.kill()

    assert [(item.ok, item.attempts) for item in items] == [(True, 1)] * 40


def test_server_patience_ends_a_run_whose_server_is_down(facade: SyncFacade) -> None:
    with RowServer() as server:
        server.kill()
        run = _ask(facade, server.base_url).map(_texts(3), server_patience=0.2, errors="return")

        with pytest.raises(BulkError, match=r"no answer from the server for 0\.2 s"):
            next(run)


def test_a_dead_engine_closes_the_gate_until_it_is_healthy(facade: SyncFacade) -> None:
    with RowServer(lambda text, visit: 500 if server.health == 503 else text) as server:
        server.health = 503
        run = _ask(facade, server.base_url).map(["a"], errors="return")
        items: list[Any] = []
        reader = threading.Thread(target=lambda: items.extend(run), daemon=True)
        reader.start()
        _wait_until(lambda: "its engine is dead" in run.stats.reason)
        server.health = 200
        reader.join(MAX_WAIT)

    assert [item.ok for item in items] == [True]


def test_hanging_connections_to_a_server_that_is_down_are_dropped(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "GRACE_SECONDS", 0.1)
    released = threading.Event()

    def respond(text: str, visit: int) -> str:
        if visit == 1:  # like a server that shuts down: no bytes and no end
            released.wait(MAX_WAIT)
        return text

    with RowServer(respond) as server:
        run = _ask(facade, server.base_url).map(_texts(2), errors="return")
        items: list[Any] = []
        reader = threading.Thread(target=lambda: items.extend(run), daemon=True)
        reader.start()
        server.wait_until(lambda: server.in_flight == 2)
        server.stop_listening()
        timer = threading.Timer(0.5, server.start)
        timer.start()
        reader.join(MAX_WAIT)
        timer.join()
        released.set()

    assert [(item.ok, item.error) for item in items] == [(True, None)] * 2


# Statistics.


def test_stats_have_rows_tokens_and_the_reason(facade: SyncFacade) -> None:
    with RowServer(_bad_request) as server:
        run = _ask(facade, server.base_url).map(["a", "bad", "b"], errors="return")
        assert (run.stats.done, run.stats.total) == (0, 3)
        list(run)
        stats = run.stats

    assert (stats.done, stats.failed, stats.failures) == (2, 1, {"400 Error": 1})
    assert (stats.prompt_tokens, stats.completion_tokens) == (6, 10)
    assert (stats.in_flight, stats.reason) == (0, "ended")
    assert "2 of 3 rows done, 1 failed" in repr(run)


def test_gauges_of_the_server_are_polled(facade: SyncFacade) -> None:
    may_answer = threading.Event()

    def respond(text: str, visit: int) -> str:
        assert may_answer.wait(MAX_WAIT)
        return text

    with RowServer(respond) as server:
        server.metrics = (
            "vllm:num_requests_running 3\nvllm:num_requests_waiting 7\n"
            "vllm:kv_cache_usage_perc 0.5\n"
        )
        run = _ask(facade, server.base_url).map(_texts(3))
        reader = threading.Thread(target=lambda: list(run), daemon=True)
        reader.start()
        _wait_until(lambda: run.stats.waiting == 7)
        may_answer.set()
        reader.join(MAX_WAIT)


def test_a_run_that_ends_as_it_polls_can_be_closed(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave_it_to_the_poll(tasks: Any, row: Any, task: Any) -> None:
        tasks._rows.pop(row)

    monkeypatch.setattr(row_tasks.RowTasks, "_attended", leave_it_to_the_poll)
    with RowServer() as server:
        run = _ask(facade, server.base_url).map(["a", "b"])

        assert _contents(run) == ["re: a", "re: b"]
        run.close()


# Several runs, other clients, other processes.


def test_two_runs_on_one_client(facade: SyncFacade) -> None:
    with RowServer() as server:
        ask = _ask(facade, server.base_url)
        first, second = ask.map(_texts(20)), ask.map(_texts(20))
        pairs = [(next(first).content, next(second).content) for _ in range(20)]

        assert pairs == [(f"re: q{n}", f"re: q{n}") for n in range(20)]
        first.close()
        second.close()


def test_a_closed_client_starts_no_run(facade: SyncFacade) -> None:
    with RowServer() as server:
        client = facade.client(server.base_url)
        run = client.chat.completions.create().map(["Hi"])
        client.close()

        with pytest.raises(RequestError, match="the client is closed"):
            next(run)


def test_over_httpx(facade_over_httpx: SyncFacade) -> None:
    with RowServer() as server:
        ask = _ask(facade_over_httpx, server.base_url)

        assert _contents(ask.map(_texts(5))) == [f"re: q{n}" for n in range(5)]


def test_a_sync_client_with_an_http_client_refuses() -> None:
    with httpx.Client() as http_client:
        client = SyncVllmClient("http://localhost:9/v1", http_client=http_client)

        with pytest.raises(RequestError, match="a sync client with an http_client cannot run bulk"):
            client.chat.completions.create().map(["Hi"])
        client.close()


def test_a_sync_client_refuses_an_async_iterable() -> None:
    async def rows() -> AsyncIterator[str]:
        yield "Hi"

    with (
        SyncVllmClient("http://localhost:9/v1") as client,
        pytest.raises(RequestError, match="an async iterable needs AsyncVllmClient"),
    ):
        client.chat.completions.create().map(rows())  # type: ignore[call-overload]


async def _async_contents(url: str, rows: Any, take: int | None = None) -> list[Any]:
    async with AsyncVllmClient(url) as client:
        contents: list[Any] = []
        async with client.chat.completions.create().map(rows, concurrency=2) as run:
            async for answer in run:
                contents.append(answer.content)
                if len(contents) == take:
                    break
        return contents


def test_async_iterables_are_read_as_there_is_room() -> None:
    pulled, closed = 0, False

    async def rows() -> AsyncIterator[str]:
        nonlocal pulled, closed
        try:
            for number in count():
                pulled = number + 1
                await asyncio.sleep(0)
                yield f"q{number}"
        finally:
            closed = True

    with RowServer() as server:
        contents = asyncio.run(_async_contents(server.base_url, rows(), take=10))

    assert contents == [f"re: q{n}" for n in range(10)]
    assert pulled <= 10 + 4 * 2 + 2
    assert closed


def test_an_async_iterable_that_raises_ends_the_run() -> None:
    async def rows() -> AsyncIterator[str]:
        yield "q0"
        raise LookupError("no more rows")

    with RowServer() as server, pytest.raises(LookupError, match="no more rows"):
        asyncio.run(_async_contents(server.base_url, rows()))


def test_cancelled_read_loses_no_answer() -> None:
    may_answer = threading.Event()

    def respond(text: str, visit: int) -> str:
        assert may_answer.wait(MAX_WAIT)
        return text

    async def main(url: str) -> list[Any]:
        async with (
            AsyncVllmClient(url) as client,
            client.chat.completions.create().map(["a", "b"]) as run,
        ):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(run), 0.05)
            may_answer.set()
            return [answer.content async for answer in run]

    with RowServer(respond) as server:
        assert asyncio.run(main(server.base_url)) == ["a", "b"]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent to a process of POSIX")
def test_ctrl_c_stops_a_sync_run_and_further_reads_return_the_rows_in_flight() -> None:
    may_answer = threading.Event()

    def respond(text: str, visit: int) -> str:
        assert may_answer.wait(MAX_WAIT)
        return text

    with RowServer(respond) as server, SyncVllmClient(server.base_url) as client:
        run = client.chat.completions.create().map(count(), body=str, concurrency=2)

        def interrupt() -> None:
            server.wait_until(lambda: server.in_flight == 2)
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            next(run)
        may_answer.set()

        assert _contents(run) == ["0", "1"]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_cannot_read_its_parents_run_but_can_start_its_own() -> None:
    with RowServer() as server, SyncVllmClient(server.base_url) as client:
        ask = client.chat.completions.create()
        run = ask.map(count(), body=str, concurrency=2)
        next(run)
        child = os.fork()
        if child == 0:
            try:
                next(run)
            except RequestError:
                os._exit(0 if _contents(ask.map(["Hi"])) == ["re: Hi"] else 2)
            os._exit(1)
        _, status = os.waitpid(child, 0)
        run.close()

    assert os.waitstatus_to_exitcode(status) == 0


def test_unscripted_simulator_answers_each_row_with_its_own_text(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    server.reply(ErrorReply(503, "busy"))
    answers = _contents(_ask(facade, server.base_url).map(_texts(30)))

    assert all(f'"q{n}"' in answer for n, answer in enumerate(answers))
    assert len(answers) == 30
