"""One stream at a time, sync and async: CPU time from the socket to a typed event.

python -m benchmarks.stream
"""

from collections.abc import Sequence

from benchmarks.load_server import LoadServer, characters_of_stream
from benchmarks.reports import Report, Run, ratios, run_from_command_line
from benchmarks.sampling import Peer, interleave, median, run_worker, spread

TOKENS = 20_000

SYNC = [
    Peer("openai", "openai", "openai_peer:SyncClient"),
    Peer("httpx, lines, json", "httpx", "httpx_peer:SyncClient"),
    Peer("raw socket, json", "bare", "raw:SyncClient"),
    Peer("raw socket, json of str", "bare", "raw:SyncTextClient"),
    Peer("raw socket, not decoded", "bare", "raw:SyncUndecodedClient", counts_characters=False),
    Peer("ours, events", "ours", "ours:SyncEvents"),
    Peer("ours, events, orjson", "ours-orjson", "ours:SyncEvents"),
    Peer("ours, chunks", "ours", "ours:SyncChunks"),
    Peer("ours, chunks, orjson", "ours-orjson", "ours:SyncChunks"),
    Peer("vllm_client.openai", "ours", "ours_openai:SyncClient"),
    Peer("ours over httpx, events", "ours", "ours:SyncOverHttpx"),
]
ASYNC = [
    Peer("openai", "openai", "openai_peer:AsyncClient"),
    Peer("openai with aiohttp", "openai-aiohttp", "openai_peer:AiohttpClient"),
    Peer("httpx, lines, json", "httpx", "httpx_peer:AsyncClient"),
    Peer("aiohttp, lines, json", "aiohttp", "aiohttp_peer:AsyncClient"),
    Peer("raw socket, json", "bare", "raw:AsyncClient"),
    Peer("raw socket, json of str", "bare", "raw:AsyncTextClient"),
    Peer("raw socket, not decoded", "bare", "raw:AsyncUndecodedClient", counts_characters=False),
    Peer("ours, events", "ours", "ours:AsyncEvents"),
    Peer("ours, events, orjson", "ours-orjson", "ours:AsyncEvents"),
    Peer("ours, chunks", "ours", "ours:AsyncChunks"),
    Peer("ours, chunks, orjson", "ours-orjson", "ours:AsyncChunks"),
    Peer("vllm_client.openai", "ours", "ours_openai:AsyncClient"),
    Peer("ours over httpx, events", "ours", "ours:AsyncOverHttpx"),
]


def measure(server: LoadServer, run: Run) -> list[Report]:
    return [
        _table(server, run, "stream_sync", SYNC),
        _table(server, run, "stream_async", ASYNC),
    ]


def _table(server: LoadServer, run: Run, scenario: str, peers: Sequence[Peer]) -> Report:
    tokens = run.length(TOKENS)
    characters = characters_of_stream(tokens)
    taken = interleave(
        run.chosen(peers),
        run.samples,
        lambda peer: run_worker(peer, scenario, server.url, {"tokens": tokens}, characters),
    )
    microseconds = 1e6 / tokens
    figures = taken.medians("cpu", microseconds)
    rows = []
    for name, samples in taken.samples.items():
        least, most = spread(samples, "cpu")
        rows.append(
            [
                name,
                f"{figures[name]:.2f}",
                *ratios(figures, name),
                f"{least * microseconds:.2f} … {most * microseconds:.2f}",
                f"{median(samples, 'cpu') / median(samples, 'wall'):.0%}",
            ]
        )
    how = scenario.removeprefix("stream_")
    return Report(
        scenario,
        f"One stream of {tokens} tokens, {how}",
        ["", "CPU µs per token", "× raw", "openai ÷ this", "min … max", "busy"],
        rows,
        {"cpu": figures},
        taken.note(
            "Busy: the share of the wall time in which the client used the CPU. Near 100 %, the "
            "server waited for the client."
        ),
    )


if __name__ == "__main__":
    run_from_command_line(__doc__, measure)
