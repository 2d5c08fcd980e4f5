"""Take one sample of a peer on Ray Data and print it as JSON, in a process with its own Ray.

ray_rows.py PEER URL OPTIONS

OPTIONS: {model: rows}. It measures from the first to the last rows of output, without the start of
Ray and of actors, and divides by the number of rows that the server answered in that time.
"""

import asyncio
import json
import os
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

os.environ |= {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "disabled",
    "RAY_worker_niceness": "0",  # the default is 15: other programs would starve the actors
}

import aiohttp
import ray
from ray.data import ActorPoolStrategy
from ray.data.llm import HttpRequestProcessorConfig, build_processor
from request import plain_body

from vllm_client import SyncVllmClient
from vllm_client.integrations.ray import map_dataset

AT_ONCE = 64
TICKS = os.sysconf("SC_CLK_TCK")


def ours(ds, url, model, concurrency=AT_ONCE):
    ask = SyncVllmClient(url).chat.completions.create()
    return map_dataset(ds, ask, body=lambda row: plain_body(model), concurrency=concurrency)


def ours_adaptive(ds, url, model):
    return ours(ds, url, model, "auto")


class AiohttpActor:
    """A typical script: request all rows of a batch at once, limited by a semaphore."""

    def __init__(self, url, model):
        self._url = url + "/chat/completions"
        self._model = model
        self._session = None
        self._semaphore = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, batch):
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE))
        texts = await asyncio.gather(*(self._ask() for _ in batch["id"]))
        return {**batch, "answer": list(texts)}

    async def _ask(self):
        async with (
            self._semaphore,
            self._session.post(self._url, json=plain_body(self._model)) as response,
        ):
            answer = await response.json()
        return answer["choices"][0]["message"]["content"]


def aiohttp_actor(ds, url, model):
    return ds.map_batches(
        AiohttpActor,
        fn_constructor_args=(url, model),
        batch_size=256,
        compute=ActorPoolStrategy(size=1),
        num_cpus=0.1,
    )


def processor(ds, url, model):
    config = HttpRequestProcessorConfig(url=url + "/chat/completions", concurrency=1)
    return build_processor(
        config,
        preprocess=lambda row: {"payload": plain_body(model), "id": row["id"]},
        postprocess=lambda row: {
            "answer": row["http_response"]["choices"][0]["message"]["content"]
        },
    )(ds)


PEERS = {
    "ours": ours,
    "ours_adaptive": ours_adaptive,
    "aiohttp_actor": aiohttp_actor,
    "processor": processor,
}


def main():
    name, url, options = sys.argv[1:]
    given = json.loads(options)
    ray.init(
        address="local",
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        object_store_memory=100 * 2**20,
        _node_ip_address="127.0.0.1",
    )
    found = {model: measured(PEERS[name], url, model, rows) for model, rows in given.items()}
    print(json.dumps(found))
    ray.shutdown()


def measured(peer, url, model, rows):
    server_stats(url)  # reset the counters
    batches = iter(
        peer(ray.data.range(rows, override_num_blocks=8), url, model).iter_batches(
            batch_size=32, prefetch_batches=0
        )
    )
    characters = sum(map(len, next(batches)["answer"]))
    before = figures_now()
    early = server_stats(url)
    for batch in batches:
        characters += sum(map(len, batch["answer"]))
        after = figures_now()
    late = server_stats(url)
    if not late["answers"]:
        sys.exit("all rows were answered before the first output: too few rows to measure")
    spent = {name: (after[name] - before[name]) / late["answers"] for name in after}
    return spent | {
        "characters": characters,
        "answers": early["answers"] + late["answers"],
        "peak": max(early["peak"], late["peak"]),
    }


def server_stats(url):
    """Return the load server's counters since the last call."""
    connection = HTTPConnection(url.split("/")[2])
    connection.request("GET", "/stats")
    stats = json.load(connection.getresponse())
    connection.close()
    return stats


def figures_now():
    """Return the clock, and the CPU seconds of all processes and of the actors only."""
    used = processes()
    actors = [pid for pid in used if b"ray::MapWorker" in command_of(pid)]
    return {
        "wall": time.perf_counter(),
        "cpu": sum(used.values()),
        "actor": sum(used[pid] for pid in actors),
    }


def processes():
    """Return this process and its descendants with the CPU seconds of each.

    The seconds include those of children that have ended.
    """
    stats = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # the process has just ended
        stats[int(path.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / TICKS)
    counted = {os.getpid()}
    while more := {pid for pid, (parent, _) in stats.items() if parent in counted} - counted:
        counted |= more
    return {pid: stats[pid][1] for pid in counted}


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    main()
