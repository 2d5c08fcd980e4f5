"""Text that no URL or header can carry, and servers that stop under traffic."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.facades.dialogue import ask, hear
from tests.facades.drivers import SyncFacade
from vllm_client import RequestError
from vllm_client.testing import Reply, SimulatedVllm

HALF = "a\ud83d"
REFUSED: dict[str, Callable[[SyncFacade, str], Any]] = {
    "query name": lambda facade, url: facade.client(url).request(
        "GET", "/health", params={HALF: "1"}
    ),
    "query value": lambda facade, url: facade.client(url).request(
        "GET", "/health", params={"a": HALF}
    ),
    "api_prefix": lambda facade, url: ask(facade.client(url, api_prefix=f"/{HALF}")),
    "user": lambda facade, url: ask(facade.client(url.replace("://", f"://{HALF}@"))),
    "path": lambda facade, url: ask(facade.client(f"{url}/{HALF}")),
    "host": lambda facade, _: ask(facade.client(f"http://{HALF}/v1")),
    "header": lambda facade, url: ask(facade.client(url), extra_headers={"x-a": HALF}),
    "header with a line break": lambda facade, url: ask(
        facade.client(url), extra_headers={"x-a": "1\r\nx-b: 2"}
    ),
    "key": lambda facade, url: ask(facade.client(url, api_key=HALF)),
}


@pytest.mark.parametrize("use", REFUSED.values(), ids=REFUSED)
def test_text_that_cannot_be_sent_is_a_request_error(
    facade: SyncFacade, server: SimulatedVllm, use: Callable[[SyncFacade, str], Any]
) -> None:
    with pytest.raises(RequestError):
        use(facade, server.base_url)
    assert server.requests == []


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_server_stops_and_starts_under_traffic(facade: SyncFacade, streamed: bool) -> None:
    server = SimulatedVllm(pace=0.002)
    server.start()
    client = facade.client(server.base_url, retry=None)
    over = threading.Event()

    def work(_: int) -> int:
        answered = 0
        while not over.is_set():
            if streamed:
                answered += hear(client, max_tokens=5).error is None
            else:
                try:
                    answered += bool(ask(client, max_tokens=5).finish_reason)
                except OSError:
                    continue
        return answered

    with ThreadPoolExecutor(8) as threads:
        working = [threads.submit(work, number) for number in range(8)]
        for _ in range(5):
            over.wait(0.05)
            server.stop()
            server.start()
        server.reply(Reply("still here"))
        over.wait(0.1)
        over.set()
        answers = [worker.result(timeout=30) for worker in working]
    assert sum(answers) > 0
    assert ask(client).finish_reason
    server.stop()
