"""Plain answers: one after the other, and 1, 64, 512, 2000 at once.

python -m benchmarks.plain
"""

from dataclasses import replace

from benchmarks.load_server import LoadServer, characters_of_answer
from benchmarks.reports import Report, Run, ratios, run_from_command_line
from benchmarks.sampling import Peer, Sample, Taken, interleave, median, run_worker, spread

SYNC_ANSWERS = 1000
ROUNDS = {1: 1000, 64: 20, 512: 4, 2000: 2}

SYNC = [
    Peer("openai", "openai", "openai_peer:SyncClient"),
    Peer("httpx", "httpx", "httpx_peer:SyncClient"),
    Peer("raw socket, json", "bare", "raw:SyncClient"),
    Peer("ours", "ours", "ours:SyncEvents"),
    Peer("ours, orjson", "ours-orjson", "ours:SyncEvents"),
    Peer("vllm_client.openai", "ours", "ours_openai:SyncClient"),
    Peer("ours over httpx", "ours", "ours:SyncOverHttpx"),
]
ASYNC = [
    Peer("openai", "openai", "openai_peer:DefaultLimits"),
    Peer("openai, limits raised", "openai", "openai_peer:AsyncClient"),
    Peer("openai with aiohttp", "openai-aiohttp", "openai_peer:AiohttpClient"),
    Peer("httpx", "httpx", "httpx_peer:AsyncClient"),
    Peer("aiohttp", "aiohttp", "aiohttp_peer:AsyncClient"),
    Peer("raw socket, json", "bare", "raw:AsyncClient"),
    Peer("ours", "ours", "ours:AsyncEvents"),
    Peer("ours, orjson", "ours-orjson", "ours:AsyncEvents"),
    Peer("vllm_client.openai", "ours", "ours_openai:AsyncClient"),
]
# Max samples of slow peers: a sample takes minutes on the machine of RESULTS.md. 0 skips the row.
MAX_SAMPLES = {
    ("httpx", 512): 1,
    ("httpx", 2000): 0,
    ("openai, limits raised", 2000): 1,
    ("openai", 2000): 3,
}


def measure(server: LoadServer, run: Run) -> list[Report]:
    return [_sync(server, run), *(_at_once(server, run, count) for count in ROUNDS)]


def _sync(server: LoadServer, run: Run) -> Report:
    answers = run.length(SYNC_ANSWERS)
    characters = answers * characters_of_answer()
    taken = interleave(
        run.chosen(SYNC),
        run.samples,
        lambda peer: run_worker(peer, "plain_sync", server.url, {"answers": answers}, characters),
    )
    return _table("plain_sync", "Plain answers, sync, one after the other", taken, answers)


def _at_once(server: LoadServer, run: Run, count: int) -> Report:
    rounds = run.length(ROUNDS[count])
    characters = count * rounds * characters_of_answer()
    options = {"at_once": count, "rounds": rounds}

    def take(peer: Peer) -> Sample:
        server.stats()
        sample = run_worker(peer, "plain_async", server.url, options, characters)
        return sample | {"connections": server.stats()["connections"]}

    peers = [
        replace(peer, max_samples=MAX_SAMPLES.get((peer.name, count), run.samples))
        for peer in run.chosen(ASYNC)
    ]
    taken = interleave(peers, run.samples, take)
    title = f"Plain answers, async, {count} at once"
    return _table(f"plain_{count}", title, taken, count * rounds)


def _table(key: str, title: str, taken: Taken, answers: int) -> Report:
    milliseconds = 1e3 / answers
    figures = taken.medians("cpu", milliseconds)
    rows = []
    for name, samples in taken.samples.items():
        least, most = spread(samples, "cpu")
        row = [
            name,
            f"{figures[name]:.3f}",
            *ratios(figures, name),
            f"{least * milliseconds:.3f} … {most * milliseconds:.3f}",
            f"{answers / median(samples, 'wall'):,.0f}",
        ]
        if "connections" in samples[0]:
            row.append(f"{median(samples, 'connections'):.0f}")
        rows.append([*row, str(len(samples))])
    header = [
        "",
        "CPU ms per answer",
        "× raw",
        "openai ÷ this",
        "min … max",
        "answers per second",
    ]
    if key != "plain_sync":
        header.append("connections")
    return Report(key, title, [*header, "samples"], rows, {"cpu": figures}, taken.note())


if __name__ == "__main__":
    run_from_command_line(__doc__, measure)
