"""Check a call and a stream of a library on our transport, sync and async.

library_ways.py CLASS

It runs against the simulated server and prints a JSON object: for each way to call the library,
whether it returned the scripted answer and used our transport.
"""

import asyncio
import json
import sys

import libraries

from vllm_client.integrations import AsyncVllmTransport, SyncVllmTransport
from vllm_client.testing import SimulatedVllm

TEXT = "It calls itself."
ANSWER = json.dumps({"text": TEXT})  # instructor parses an object


class Counted:
    sent = 0


class SyncCounted(SyncVllmTransport):
    def handle_request(self, request):
        Counted.sent += 1
        return super().handle_request(request)


class AsyncCounted(AsyncVllmTransport):
    async def handle_async_request(self, request):
        Counted.sent += 1
        return await super().handle_async_request(request)


async def ways(library, server):
    """Yield each way and whether it works. Sync calls run in a thread without an event loop."""
    for name in ("call", "stream_text", "acall", "astream"):
        if not hasattr(library, name):
            continue
        Counted.sent = 0
        server.reply(ANSWER)
        way = getattr(library, name)
        if name.startswith("a"):
            text = await way("model")
        else:
            text = await asyncio.to_thread(way, "model")
        yield name, TEXT in text and Counted.sent == 1


async def main():
    kind = getattr(libraries, sys.argv[1])
    kind.sync_transport, kind.async_transport = SyncCounted, AsyncCounted
    with SimulatedVllm(models="model") as server:
        library = kind(server.base_url, 1)
        print(json.dumps({name: done async for name, done in ways(library, server)}))
        await library.aclose()


asyncio.run(main())
