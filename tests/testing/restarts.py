"""Clients that never pause, while their server is stopped and started again.

To run it by hand, for longer than in a test: `python -m tests.testing.restarts 500`.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count

from vllm_client import (
    AsyncVllmClient,
    IoError,
    RetryPolicy,
    StreamError,
    SyncVllmClient,
    VllmError,
    user,
)
from vllm_client.testing import SimulatedVllm

ASYNC_WORKERS = 24
SYNC_WORKERS = 4
# Generous limits in seconds: for a stop, for traffic to resume, for the workers.
MAX_STOP, MAX_WAIT, MAX_REQUEST = 5.0, 30.0, 20.0
REQUESTS_PER_RUN = 40
RETRY = RetryPolicy(max_retries=3, first_wait=0.005, max_wait=0.02)


class Traffic:
    """The result of each request: "answer", or the class of its error."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._over = threading.Event()
        self.outcomes: Counter[str] = Counter()
        self.unexpected: list[BaseException] = []
        threads = [threading.Thread(target=self._run_async, daemon=True)]
        threads += [threading.Thread(target=self._sync, daemon=True) for _ in range(SYNC_WORKERS)]
        self._threads = threads

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(2 * MAX_REQUEST)
            assert not thread.is_alive(), "a worker waits for an answer"

    def _ended(self, error: BaseException | None) -> None:
        self.outcomes["answer" if error is None else type(error).__name__] += 1
        if error is not None and type(error) not in (IoError, StreamError):
            self.unexpected.append(error)

    def _run_async(self) -> None:
        asyncio.run(self._all_async())

    async def _all_async(self) -> None:
        async with AsyncVllmClient(self._url, retry=None, timeout=MAX_REQUEST) as client:
            await asyncio.gather(*(self._async(client, n) for n in range(ASYNC_WORKERS)))

    async def _async(self, client: AsyncVllmClient, number: int) -> None:
        for turn in count(number):
            if self._over.is_set():
                return
            request = client.chat.completions.create().messages([user("Hi")])
            try:
                if turn % 2:
                    async with request.send_stream() as stream:
                        await stream.response()
                else:
                    await request.send()
            except VllmError as error:
                self._ended(error)
                await asyncio.sleep(0.001)  # avoid a busy loop between two runs
            else:
                self._ended(None)

    def _sync(self) -> None:
        with SyncVllmClient(self._url, retry=RETRY, timeout=MAX_REQUEST) as client:
            while not self._over.is_set():
                try:
                    client.models.list()
                except VllmError as error:
                    self._ended(error)
                else:
                    self._ended(None)


def restart(server: SimulatedVllm, times: int, progress: Callable[[int], None]) -> float:
    """Restart under traffic; return the duration of the longest stop in seconds."""
    slowest = 0.0
    for number in range(times):
        enough = len(server.requests) + REQUESTS_PER_RUN
        server.wait_until(partial(_has_received, server, enough), MAX_WAIT)
        began = time.monotonic()
        server.stop()
        slowest = max(slowest, time.monotonic() - began)
        assert (server.connections, server.running) == (0, 0)
        server.start()
        progress(number)
    return slowest


def _has_received(server: SimulatedVllm, requests: int) -> bool:
    return len(server.requests) >= requests


def restarts_under_traffic(
    times: int, progress: Callable[[int], None] = lambda _: None
) -> tuple[Traffic, float]:
    """Return the traffic after these restarts, and the longest stop in seconds."""
    with SimulatedVllm(pace=0.0005) as server:
        traffic = Traffic(server.base_url)
        traffic.start()
        slowest = restart(server, times, progress)
        traffic.end()
    return traffic, slowest


if __name__ == "__main__":
    traffic, slowest = restarts_under_traffic(
        int(sys.argv[1]), lambda number: print(number + 1, end="\r", flush=True)
    )
    print(dict(traffic.outcomes), f"longest stop {slowest:.3f} s", traffic.unexpected[:3])
