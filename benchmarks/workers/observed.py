"""Run rounds of plain answers or of streams, one for each line on stdin.

observed.py WHO URL

WHO is the observer: nobody, no-op or opentelemetry. A line is `sync plain N`, `async stream N` and
so on: N answers, or one stream of N tokens. It prints the CPU seconds of each round.
"""

import asyncio
import sys
from time import process_time

from request import plain_body

from vllm_client import AsyncVllmClient, StreamEvent, SyncVllmClient


def observers(who):
    if who == "nobody":
        return {}
    if who == "no-op":
        return {"observers": [no_op()]}
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace import TracerProvider

    from vllm_client.integrations import OpenTelemetryObserver

    observer = OpenTelemetryObserver(TracerProvider(), MeterProvider([InMemoryMetricReader()]))
    return {"observers": [observer]}


def no_op():
    from vllm_client import Observer

    class NoOp(Observer):
        def started(self, call):
            pass

        def attempt(self, call, attempt):
            pass

        def retrying(self, call, error, wait):
            pass

        def first_token(self, call):
            pass

        def ended(self, call):
            pass

    return NoOp()


class Sync:
    def __init__(self, url, keywords):
        self._client = SyncVllmClient(url, **keywords)

    def plain(self, count):
        for _ in range(count):
            self._client.chat.completions.create(**plain_body("plain"))

    def stream(self, tokens):
        with self._client.chat.completions.stream(**plain_body(f"stream:{tokens}")) as stream:
            for event in stream:
                isinstance(event, StreamEvent.Content)


class Async:
    def __init__(self, url, keywords):
        self._client = AsyncVllmClient(url, **keywords)
        self._runner = asyncio.Runner()

    def plain(self, count):
        self._runner.run(self._plain(count))

    def stream(self, tokens):
        self._runner.run(self._stream(tokens))

    async def _plain(self, count):
        for _ in range(count):
            await self._client.chat.completions.create(**plain_body("plain"))

    async def _stream(self, tokens):
        body = plain_body(f"stream:{tokens}")
        async with self._client.chat.completions.stream(**body) as stream:
            async for event in stream:
                isinstance(event, StreamEvent.Content)


def main():
    who, url = sys.argv[1:]
    clients = {"sync": Sync(url, observers(who)), "async": Async(url, observers(who))}
    for line in sys.stdin:
        side, scenario, count = line.split()
        began = process_time()
        getattr(clients[side], scenario)(int(count))
        print(process_time() - began, flush=True)


if __name__ == "__main__":
    main()
