"""Bulk runs over files, with both clients."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.facades.drivers import SyncFacade
from tests.facades.row_server import MAX_WAIT, RowServer
from vllm_client import (
    ApiError,
    AsyncVllmClient,
    BulkError,
    BulkFileError,
    BulkReport,
    RequestError,
    SyncVllmClient,
)
from vllm_client._async import bulk_files
from vllm_client._background.bulk_files import _FilesThread
from vllm_client._background.engine_thread import TwinOptions
from vllm_client.bulk import gate, row_retry
from vllm_client.bulk.file_task import batch_task

CHAT = "/v1/chat/completions"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (gate, row_retry):
        monkeypatch.setattr(module, "FIRST_WAIT", 0.02)
        monkeypatch.setattr(module, "MAX_WAIT", 0.05)
    monkeypatch.setattr(bulk_files, "PROGRESS_SECONDS", 0.02)


def _write_batch(path: Path, texts: list[str], url: str = CHAT) -> Path:
    with path.open("w") as file:
        for text in texts:
            body = {"messages": [{"role": "user", "content": text}]}
            row = {"custom_id": text, "method": "POST", "url": url, "body": body}
            file.write(json.dumps(row) + "\n")
    return path


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _answers(path: Path) -> dict[str, str]:
    return {
        line["custom_id"]: line["response"]["body"]["choices"][0]["message"]["content"]
        for line in _lines(path)
    }


def _texts(number: int) -> list[str]:
    return [f"q{index}" for index in range(number)]


def test_every_row_of_a_batch_file_has_its_answer(facade: SyncFacade, tmp_path: Path) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", _texts(30)), tmp_path / "out.jsonl"
    with RowServer() as server:
        report = facade.client(server.base_url).bulk(source, output)

    assert _answers(output) == {text: f"re: {text}" for text in _texts(30)}
    assert (report.done, report.failed, report.is_complete) == (30, 0, True)
    assert (report.stats.total, report.stats.prompt_tokens) == (30, 90)


def test_a_second_run_sends_the_unanswered_rows(facade: SyncFacade, tmp_path: Path) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", _texts(10)), tmp_path / "out.jsonl"
    with RowServer(lambda text, visit: 400 if text == "q3" and visit == 1 else text) as server:
        client = facade.client(server.base_url)
        first = client.bulk(source, output)
        failed = _lines(tmp_path / "out.errors.jsonl")
        second = client.bulk(source, output, sort=True)
        visits = dict(server.visits)

    assert (first.done, first.failed, first.errors_file) == (
        9,
        1,
        str(tmp_path / "out.errors.jsonl"),
    )
    assert [line["custom_id"] for line in failed] == ["q3"]
    assert (second.done, second.done_before, second.errors_file) == (1, 9, None)
    assert visits == {text: 2 if text == "q3" else 1 for text in _texts(10)}
    assert [line["custom_id"] for line in _lines(tmp_path / "out.sorted.jsonl")] == _texts(10)


def test_failed_rows_can_be_skipped_in_a_second_run(facade: SyncFacade, tmp_path: Path) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", _texts(3)), tmp_path / "out.jsonl"
    with RowServer(lambda text, visit: 400 if text == "q1" else text) as server:
        client = facade.client(server.base_url)
        client.bulk(source, output)
        report = client.bulk(source, output, keep_failed=True)

    assert (report.done, report.failed, report.failed_before) == (0, 0, 1)
    assert len(server.bodies) == 3


def test_rows_of_python_code_are_named_by_a_column(facade: SyncFacade, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    rows = [{"id": number, "q": f"q{number}"} for number in range(5)]
    with RowServer() as server:
        ask = facade.client(server.base_url).chat.completions.create().max_tokens(9)
        report = ask.bulk(rows, output, key="id", body=lambda row: row["q"])
        again = ask.bulk(reversed(rows), output, key="id", body=lambda row: row["q"])

    assert _answers(output) == {str(number): f"re: q{number}" for number in range(5)}
    assert (report.done, again.done, again.done_before) == (5, 0, 5)
    assert {body["max_tokens"] for body in server.bodies} == {9}


def test_lines_of_a_text_file_are_prompts(facade: SyncFacade, tmp_path: Path) -> None:
    source, output = tmp_path / "prompts.txt", tmp_path / "out.jsonl"
    source.write_text("one\ntwo\n")
    with RowServer() as server:
        ask = facade.client(server.base_url).chat.completions.create()
        ask.bulk(source, output)

    assert sorted(_answers(output).values()) == ["re: one", "re: two"]


def test_progress_is_reported_to_the_end(facade: SyncFacade, tmp_path: Path) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", _texts(3)), tmp_path / "out.jsonl"
    reports: list[BulkReport] = []

    def respond(text: str, visit: int) -> str:
        deadline = time.monotonic() + MAX_WAIT
        while not reports and time.monotonic() < deadline:
            time.sleep(0.005)
        return text

    with RowServer(respond) as server:
        final = facade.client(server.base_url).bulk(source, output, progress=reports.append)

    assert reports[0].stats.in_flight > 0
    assert not reports[0].is_complete
    assert reports[-1].done == final.done == 3


def test_a_dry_run_sends_and_writes_nothing(facade: SyncFacade, tmp_path: Path) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", _texts(3)), tmp_path / "out.jsonl"
    with RowServer() as server:
        report = facade.client(server.base_url).bulk(source, output, dry_run=True)

    assert (report.to_send, server.bodies) == (3, [])
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


# The ends of a run; finished rows are kept.


def test_an_error_that_ends_the_run_has_the_report(facade: SyncFacade, tmp_path: Path) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", _texts(10)), tmp_path / "out.jsonl"
    with RowServer(lambda text, visit: 401 if text == "q5" else text) as server:
        client = facade.client(server.base_url)
        with pytest.raises(ApiError, match="401") as caught:
            client.bulk(source, output, concurrency=1)
        server.respond = lambda text, visit: text
        report = client.bulk(source, output)

    assert any("5 rows done" in note for note in caught.value.__notes__)
    assert (report.done, report.done_before) == (5, 5)
    assert len(_lines(output)) == 10


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"max_errors": 0}, "max_errors"), ({"server_patience": 0.1}, "server_patience")],
)
def test_the_report_has_the_reason_of_the_end(
    facade: SyncFacade, tmp_path: Path, options: dict[str, Any], reason: str
) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", _texts(3)), tmp_path / "out.jsonl"
    with RowServer(lambda text, visit: 400 if reason == "max_errors" else 503) as server:
        client = facade.client(server.base_url)
        with pytest.raises(BulkError) as caught:
            client.bulk(source, output, **options)

    assert caught.value.reason == reason


def test_an_invalid_input_is_refused_before_anything_is_sent(
    facade: SyncFacade, tmp_path: Path
) -> None:
    source = _write_batch(tmp_path / "in.jsonl", ["a", "b"], url="/v1/nonsense")
    with RowServer() as server:
        client = facade.client(server.base_url)
        with pytest.raises(RequestError, match=r"in\.jsonl:1:"):
            client.bulk(source, tmp_path / "out.jsonl")

    assert server.bodies == []


def test_an_output_that_cannot_be_written_ends_the_run(
    facade: SyncFacade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", _texts(20)), tmp_path / "out.jsonl"

    def full(self: Any, row: Any, answer: bytes, **options: Any) -> None:
        raise BulkFileError("cannot write: no space left", str(output), 28)

    monkeypatch.setattr("vllm_client._io.bulk_files.BulkFiles.succeeded", full)
    with RowServer() as server:
        client = facade.client(server.base_url)
        with pytest.raises(BulkFileError, match="no space left"):
            client.bulk(source, output)


def test_a_failed_row_that_cannot_be_written_ends_the_run(
    facade: SyncFacade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", ["a"]), tmp_path / "out.jsonl"

    def full(self: Any, row: Any, error: Exception, **options: Any) -> None:
        raise BulkFileError("cannot write: no space left", str(output), 28)

    monkeypatch.setattr("vllm_client._io.bulk_files.BulkFiles.failed", full)
    with RowServer(lambda text, visit: 400) as server:
        client = facade.client(server.base_url)
        with pytest.raises(BulkFileError, match="no space left"):
            client.bulk(source, output)


def test_a_closed_client_writes_nothing(facade: SyncFacade, tmp_path: Path) -> None:
    source = _write_batch(tmp_path / "in.jsonl", ["a"])
    client = facade.client("http://localhost:9/v1")
    client.close()

    with pytest.raises(RequestError, match="the client is closed"):
        client.bulk(source, tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


# Interrupts.


def _held_server(release: threading.Event) -> RowServer:
    def respond(text: str, visit: int) -> str:
        release.wait(MAX_WAIT)
        return text

    return RowServer(respond)


def test_a_cancellation_finishes_the_rows_in_flight(tmp_path: Path) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", _texts(20)), tmp_path / "out.jsonl"
    release = threading.Event()

    async def main(server: RowServer) -> None:
        async with AsyncVllmClient(server.base_url) as client:
            task = asyncio.create_task(client.bulk(source, output, concurrency=3))
            await asyncio.to_thread(server.wait_until, lambda: server.in_flight == 3)
            task.cancel()
            await asyncio.sleep(0)
            release.set()
            with pytest.raises(asyncio.CancelledError):
                await task

    with _held_server(release) as server:
        asyncio.run(main(server))

    assert len(_lines(output)) == len(server.bodies) == 3
    assert json.loads((tmp_path / "out.run.json").read_text())["complete"] is False


def test_a_second_cancellation_closes_the_connections(tmp_path: Path) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", _texts(20)), tmp_path / "out.jsonl"
    release = threading.Event()

    async def main(server: RowServer) -> None:
        async with AsyncVllmClient(server.base_url) as client:
            task = asyncio.create_task(client.bulk(source, output, concurrency=3))
            await asyncio.to_thread(server.wait_until, lambda: server.in_flight == 3)
            for _ in range(2):
                task.cancel()
                await asyncio.sleep(0.01)
            with pytest.raises(asyncio.CancelledError):
                await task

    with _held_server(release) as server:
        asyncio.run(main(server))
        release.set()

    assert _lines(output) == []


@pytest.mark.skipif(os.name != "posix", reason="signals are sent to a process of POSIX")
def test_ctrl_c_finishes_the_rows_in_flight_of_a_sync_run(tmp_path: Path) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", _texts(20)), tmp_path / "out.jsonl"
    release = threading.Event()

    def interrupt(server: RowServer) -> None:
        server.wait_until(lambda: server.in_flight == 3)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)
        release.set()

    with _held_server(release) as server, SyncVllmClient(server.base_url) as client:
        threading.Thread(target=interrupt, args=(server,), daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            client.bulk(source, output, concurrency=3)

    assert len(_lines(output)) == len(server.bodies)
    assert len(server.bodies) < 20


def test_rows_may_come_from_an_async_iterable(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"

    async def rows() -> AsyncIterator[str]:
        for text in _texts(5):
            yield text

    async def main(url: str) -> None:
        async with AsyncVllmClient(url) as client:
            await client.chat.completions.create().bulk(rows(), output)

    with RowServer() as server:
        asyncio.run(main(server.base_url))
        with (
            SyncVllmClient(server.base_url) as client,
            pytest.raises(RequestError, match="an async iterable needs AsyncVllmClient"),
        ):
            client.chat.completions.create().bulk(rows(), output)  # type: ignore[arg-type]

    assert len(_lines(output)) == 5


def test_a_cancellation_inside_an_async_iterable_is_not_its_end(
    tmp_path: Path,
) -> None:
    async def rows() -> AsyncIterator[str]:
        yield "q0"
        raise asyncio.CancelledError

    async def main(url: str) -> None:
        async with AsyncVllmClient(url) as client:
            with pytest.raises(RequestError, match="async iterable was cancelled"):
                await client.chat.completions.create().bulk(rows(), tmp_path / "out.jsonl")

    with RowServer() as server:
        asyncio.run(main(server.base_url))

    assert json.loads((tmp_path / "out.run.json").read_text())["complete"] is False


def test_rows_whose_close_fails_do_not_leave_the_files_open(tmp_path: Path) -> None:
    async def rows() -> AsyncIterator[str]:
        try:
            for text in _texts(1000):
                yield text
        finally:
            raise ZeroDivisionError

    async def main(url: str) -> None:
        async with AsyncVllmClient(url) as client:
            ask = client.chat.completions.create()
            with pytest.raises(BulkError, match="max_errors"):
                await ask.bulk(rows(), tmp_path / "out.jsonl", max_errors=0)
            assert not (tmp_path / "out.lock").exists()

    with RowServer(lambda text, visit: 400) as server:
        asyncio.run(main(server.base_url))


def test_rows_that_cannot_be_iterated_do_not_leave_the_files_open(tmp_path: Path) -> None:
    class Broken:
        def __aiter__(self) -> AsyncIterator[str]:
            raise ZeroDivisionError

    async def main() -> None:
        async with AsyncVllmClient("http://127.0.0.1:9/v1") as client:
            with pytest.raises(ZeroDivisionError):
                await client.chat.completions.create().bulk(Broken(), tmp_path / "out.jsonl")

    asyncio.run(main())
    assert not (tmp_path / "out.lock").exists()


def test_an_input_that_is_truncated_during_the_run_is_an_error(
    facade: SyncFacade, tmp_path: Path
) -> None:
    source = _write_batch(tmp_path / "in.jsonl", ["q0", "x" * 2_000_000, "q2"])

    def respond(text: str, visit: int) -> str:
        lines = source.read_bytes().splitlines(keepends=True)
        os.truncate(source, sum(map(len, lines[:2])))
        return text

    with RowServer(respond) as server, pytest.raises(RequestError, match="it had 3 rows when"):
        facade.client(server.base_url).bulk(source, tmp_path / "out.jsonl", concurrency=1)

    assert json.loads((tmp_path / "out.run.json").read_text())["complete"] is False


def test_an_output_that_is_replaced_during_the_run_is_an_error(
    facade: SyncFacade, tmp_path: Path
) -> None:
    source, output = _write_batch(tmp_path / "in.jsonl", _texts(3)), tmp_path / "out.jsonl"

    def respond(text: str, visit: int) -> str:
        output.rename(tmp_path / "moved")
        output.touch()
        return text

    with (
        RowServer(respond) as server,
        pytest.raises(BulkFileError, match="program replaced or truncated"),
    ):
        facade.client(server.base_url).bulk(source, output, concurrency=1)


@pytest.mark.skipif(os.name != "posix", reason="a FIFO of POSIX")
def test_a_second_cancellation_does_not_wait_for_a_fifo_to_open(tmp_path: Path) -> None:
    fifo = tmp_path / "in.jsonl"
    os.mkfifo(fifo)

    async def main() -> None:
        async with AsyncVllmClient("http://127.0.0.1:9/v1") as client:
            task = asyncio.create_task(client.bulk(fifo, tmp_path / "out.jsonl"))
            for _ in range(3):
                await asyncio.sleep(0)
                task.cancel()
                await asyncio.sleep(0.01)
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    os.close(os.open(fifo, os.O_WRONLY))  # let the thread that opens it end


@pytest.mark.skipif(os.name != "posix", reason="a FIFO of POSIX")
def test_a_second_cancellation_does_not_wait_for_the_reader_of_a_pipe(tmp_path: Path) -> None:
    source, fifo = _write_batch(tmp_path / "in.jsonl", _texts(20)), tmp_path / "out"
    os.mkfifo(fifo)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)

    async def main(server: RowServer) -> None:
        async with AsyncVllmClient(server.base_url) as client:
            task = asyncio.create_task(client.bulk(source, fifo, concurrency=2))
            await asyncio.to_thread(server.wait_until, lambda: len(server.bodies) >= 8)
            for _ in range(2):
                task.cancel()
                await asyncio.sleep(0.01)
            with pytest.raises(asyncio.CancelledError):
                await task

    with RowServer(lambda text, visit: text * 100_000) as server:
        asyncio.run(main(server))
        assert len(server.bodies) < 20  # a slow reader slows the run down
    os.close(reading)


def test_ctrl_c_after_the_end_of_the_run_is_ignored(tmp_path: Path) -> None:
    source = _write_batch(tmp_path / "in.jsonl", _texts(1))
    with RowServer() as server, SyncVllmClient(server.base_url) as client:
        task = batch_task(client._caller.settings, source, tmp_path / "out.jsonl", {})
        thread = _FilesThread(TwinOptions(client._caller), task, False)
        assert thread._has_ended.wait(MAX_WAIT)

        thread._cancel()

        assert thread.result().done == 1
