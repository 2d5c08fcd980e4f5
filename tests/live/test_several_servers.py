"""Two real servers behind one client: prefix caches, and a server killed during a bulk run."""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live.configurations import CONFIGURATIONS
from tests.live.servers import SECONDS_TO_START, wait_until
from tests.live.test_launch import python  # noqa: F401  # a fixture
from vllm_client import BulkReport, Metrics, Servers, SyncVllmClient, user
from vllm_client.call.servers import Policy
from vllm_client.launch import Launch, launch

ROWS = 2000
# Rows that are answered before a server is killed, and rows that wait until it is back.
BEFORE, AFTER = 300, 500
# Enough tokens for several blocks of vLLM's prefix cache (128 tokens on a CPU) per document, and
# few enough for all documents to fit into the cache.
LINES_OF_A_DOCUMENT = 40
QUESTIONS = ("How many lines are there?", "What is the last sum?", "Who wrote this?")


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


def client_of(servers: Launch, policy: Policy) -> SyncVllmClient:
    return SyncVllmClient(Servers(dict(zip("ab", servers.base_urls, strict=True)), policy=policy))


def questions_about(documents: int) -> list[str]:
    """Return the questions about each of `documents` documents, one document after the other."""
    return [
        f"{document(number)} {question}" for number in range(documents) for question in QUESTIONS
    ]


def document(number: int) -> str:
    lines = (f"Line {n}: {n} and {number} is {n + number}." for n in range(LINES_OF_A_DOCUMENT))
    return f"Document {number}. {' '.join(lines)}"


def sum_of(client: SyncVllmClient, counter: str) -> float:
    """Return the sum of a counter over both servers."""
    found = client.on_all_servers(lambda server: server.metrics())
    return sum(metrics.value(counter) for metrics in found.values() if isinstance(metrics, Metrics))


def tokens_found(client: SyncVllmClient, ask: Callable[[], int]) -> float:
    """Return how many prompt tokens the servers found in their prefix caches.

    Args:
        ask: Function that sends calls and returns how many were answered.
    """
    hits, answers = "vllm:prefix_cache_hits_total", "vllm:request_success_total"
    found, answered = sum_of(client, hits), sum_of(client, answers)
    due = answered + ask()
    wait_until("all answers are counted", lambda: sum_of(client, answers) == due)
    return sum_of(client, hits) - found


def found_by_calls(servers: Launch, policy: Policy) -> float:
    questions = questions_about(6)
    with client_of(servers, policy) as client:
        ask = client.chat.completions.create().max_tokens(1).options(cache_salt=f"calls {policy}")

        def call() -> int:
            for question in questions:
                ask.messages([user(question)]).send()
            return len(questions)

        return tokens_found(client, call)


def found_by_rows(servers: Launch, policy: Policy) -> float:
    questions = questions_about(24)
    with client_of(servers, policy) as client:
        ask = client.chat.completions.create().max_tokens(1).options(cache_salt=f"rows {policy}")
        # Send all rows at once, so that a slow server does not get fewer.
        rows = ask.map(questions, concurrency=len(questions), ordered=False)
        return tokens_found(client, lambda: len(list(rows)))


def test_calls_find_the_cached_document_of_the_previous_call(servers: Launch) -> None:
    in_turns = found_by_calls(servers, "round_robin")

    # Round robin sends the third of three calls to the server of the first; "prefix" sends all.
    assert found_by_calls(servers, "prefix") == 2 * in_turns > 0


def test_rows_find_the_cached_document_of_other_rows(servers: Launch) -> None:
    in_turns = found_by_rows(servers, "round_robin")

    assert found_by_rows(servers, "prefix") > 1.5 * in_turns > 0


def test_rows_survive_the_kill_and_restart_of_a_server(servers: Launch, tmp_path: Path) -> None:
    killed = threading.Event()
    texts = [f"Row {number} of a run." for number in range(ROWS)]

    def kill(report: BulkReport) -> None:
        if report.done >= BEFORE and not killed.is_set():
            os.killpg(servers.pids[1], signal.SIGKILL)
            killed.set()

    with client_of(servers, "least_loaded") as client:

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
    assert answered > 0  # since its restart
