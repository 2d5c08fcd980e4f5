"""A bulk run over two real servers, one of which is killed on the way and started again."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.configurations import CONFIGURATIONS
from tests.live.servers import SECONDS_TO_START, wait_until
from tests.live.test_launch import python  # noqa: F401  # a fixture
from vllm_client import BulkReport, Servers, SyncVllmClient
from vllm_client.launch import Launch, launch

ROWS = 2000
# Rows that are answered before a server is killed, and those that wait until it is back.
BEFORE, AFTER = 300, 500


@pytest.fixture(scope="module")
def servers(python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:  # noqa: F811
    served = CONFIGURATIONS["chat"]
    launched = launch(
        served.model,
        replicas=2,
        args=served.args,
        env=served.env,
        python=python,
        logs=tmp_path_factory.mktemp("logs"),
        timeout=SECONDS_TO_START,
    )
    with launched:
        yield launched


def test_rows_survive_a_server_that_is_killed_and_started_again(
    servers: Launch, tmp_path: Path
) -> None:
    killed = threading.Event()
    texts = [f"Row {number} of a run." for number in range(ROWS)]

    def kill(report: BulkReport) -> None:
        if report.done >= BEFORE and not killed.is_set():
            os.killpg(servers.pids[1], signal.SIGKILL)
            killed.set()

    named = Servers(dict(zip("ab", servers.base_urls, strict=True)))
    with SyncVllmClient(named) as client:

        def is_in() -> bool:
            return client.servers.status()["b"].state == "in"

        def rows() -> Iterator[dict[str, str]]:
            for number, text in enumerate(texts):
                if number == ROWS - AFTER:
                    assert killed.wait(SECONDS_TO_START)
                    servers.restart(1)
                    wait_until("the server is in", is_in, SECONDS_TO_START)
                yield {"id": text, "prompt": text}

        ask = client.completions.create().max_tokens(2).options(echo=True)
        report = ask.bulk(rows(), tmp_path / "out.jsonl", key="id", progress=kill)
        answered = client.servers["b"].metrics().value("vllm:request_success_total")

    assert (report.done, report.failed, report.is_complete) == (ROWS, 0, True)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    heard = {line["custom_id"]: line["response"]["body"]["choices"][0]["text"] for line in lines}
    assert len(lines) == len(heard) == ROWS
    assert all(heard[text].startswith(text) for text in texts)
    assert answered > 0  # since it was started again
