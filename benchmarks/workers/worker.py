"""Take one sample in a fresh process and print it as a JSON object.

worker.py SCENARIO MODULE:CLASS URL OPTIONS

It runs in the peer's environment, where only the peer and the standard library are installed.
A client class has two methods. `stream(model)` returns the time of the first text and the total
number of characters. `plain(model)` returns the number of characters of the answer.
"""

import asyncio
import importlib
import json
import sys
from pathlib import Path
from time import perf_counter, process_time

WARM_UP = 3


def main() -> None:
    scenario, target, url, options = sys.argv[1:]
    module, name = target.split(":")
    client_class = getattr(importlib.import_module(module), name)
    print(json.dumps(SCENARIOS[scenario](client_class, url, **json.loads(options))))


class Stopwatch:
    """CPU and wall seconds since its construction."""

    def __init__(self):
        self._wall, self._cpu = perf_counter(), process_time()

    def read(self):
        cpu, wall = process_time() - self._cpu, perf_counter() - self._wall
        return {"cpu": cpu, "wall": wall}


def stream_sync(client_class, url, tokens):
    client = client_class(url, 1)
    for _ in range(WARM_UP):
        client.stream("stream:100")
    watch = Stopwatch()
    _, characters = client.stream(f"stream:{tokens}")
    return watch.read() | {"characters": characters}


def stream_async(client_class, url, tokens):
    async def run():
        client = client_class(url, 1)
        for _ in range(WARM_UP):
            await client.stream("stream:100")
        watch = Stopwatch()
        _, characters = await client.stream(f"stream:{tokens}")
        result = watch.read() | {"characters": characters}
        await client.aclose()
        return result

    return asyncio.run(run())


def plain_sync(client_class, url, answers):
    client = client_class(url, 1)
    for _ in range(WARM_UP):
        client.plain("plain")
    watch = Stopwatch()
    characters = sum(client.plain("plain") for _ in range(answers))
    return watch.read() | {"characters": characters}


def plain_async(client_class, url, at_once, rounds):
    async def ask(client, times):
        return sum([await client.plain("plain") for _ in range(times)])

    async def run():
        client = client_class(url, at_once)
        await asyncio.gather(*(ask(client, 1) for _ in range(at_once)))
        watch = Stopwatch()
        characters = await asyncio.gather(*(ask(client, rounds) for _ in range(at_once)))
        result = watch.read() | {"characters": sum(characters)}
        await client.aclose()
        return result

    return asyncio.run(run())


def rows_with_semaphore(client_class, url, model, rows, at_once):
    """Run one task for each row, limited by a semaphore, as a typical script does."""

    async def run():
        client = client_class(url, at_once)
        await asyncio.gather(*(client.plain("plain") for _ in range(WARM_UP)))
        semaphore = asyncio.Semaphore(at_once)

        async def ask():
            async with semaphore:
                return await client.plain(model)

        watch = Stopwatch()
        characters = sum(await asyncio.gather(*(ask() for _ in range(rows))))
        result = watch.read() | {"characters": characters}
        await client.aclose()
        return result

    return asyncio.run(run())


def rows_of_a_run(client_class, url, model, rows, at_once):
    async def run():
        job = client_class(url)
        await job.run("plain", 100, at_once)
        watch = Stopwatch()
        characters = await job.run(model, rows, at_once)
        return watch.read() | {"characters": characters}

    return asyncio.run(run())


def many_streams(client_class, url, streams, tokens, pace_ms):
    model = f"stream:{tokens}:{pace_ms}"

    async def read(client):
        start = perf_counter()
        first, characters = await client.stream(model)
        return first - start, perf_counter() - start, characters

    async def run():
        client = client_class(url, streams)
        await client.stream("stream:100")
        watch = Stopwatch()
        seen = await asyncio.gather(*(read(client) for _ in range(streams)))
        result = watch.read()
        await client.aclose()
        firsts, lengths, characters = zip(*seen, strict=True)
        return result | {
            "firsts": sorted(firsts),
            "lengths": sorted(lengths),
            "characters": sum(characters),
            "peak_bytes": peak_memory(),
        }

    return asyncio.run(run())


def peak_memory():
    """Return the peak resident set. ru_maxrss would include the parent's before exec."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def decoding(decoder, _url, body, piece, times):
    """Decode the recorded stream in the file `body`, in pieces of `piece` bytes."""
    whole = Path(body).read_bytes()
    pieces = [whole[at : at + piece] for at in range(0, len(whole), piece)]
    decoder.decode(pieces)
    watch = Stopwatch()
    characters = sum(decoder.decode(pieces) for _ in range(times))
    return watch.read() | {"characters": characters}


SCENARIOS = {
    function.__name__: function
    for function in (
        stream_sync,
        stream_async,
        plain_sync,
        plain_async,
        rows_with_semaphore,
        rows_of_a_run,
        many_streams,
        decoding,
    )
}

if __name__ == "__main__":
    main()
