"""Decode the bytes of a recorded stream to typed events, without a socket.

python -m benchmarks.decoding
"""

from pathlib import Path

from benchmarks.load_server import RECORDED_STREAM, RECORDED_UNLIKE, LoadServer, recorded_tokens
from benchmarks.reports import Report, Run, ratios, run_from_command_line
from benchmarks.sampling import Peer, interleave, run_worker, spread

TOKENS = 16_000
ONE_EVENT, ONE_READ = 213, 64 * 1024

PEERS = [
    Peer("openai", "openai", "openai_peer:Decoder"),
    Peer("raw socket, json", "bare", "raw:Decoder"),
    Peer("raw socket, json of str", "bare", "raw:TextDecoder"),
    Peer("ours, events", "ours", "ours:EventDecoder"),
    Peer("ours, events, orjson", "ours-orjson", "ours:EventDecoder"),
]


def measure(server: LoadServer, run: Run) -> list[Report]:
    alike = "Chunks that differ only in their text"
    unlike = "Chunks with running totals of usage, each different from the last"
    return [
        _table(server, run, f"{alike}, {ONE_READ} bytes at a time", RECORDED_STREAM, ONE_READ),
        _table(server, run, f"{alike}, {ONE_EVENT} bytes at a time", RECORDED_STREAM, ONE_EVENT),
        _table(server, run, f"{unlike}, {ONE_READ} bytes at a time", RECORDED_UNLIKE, ONE_READ),
    ]


def _table(server: LoadServer, run: Run, what: str, body: Path, piece: int) -> Report:
    tokens = recorded_tokens(body)
    times = run.length(TOKENS) // len(tokens)
    characters = times * len("".join(tokens))
    options = {"body": str(body), "piece": piece, "times": times}
    taken = interleave(
        run.chosen(PEERS),
        run.samples,
        lambda peer: run_worker(peer, "decoding", server.url, options, characters),
    )
    microseconds = 1e6 / (times * len(tokens))
    figures = taken.medians("cpu", microseconds)
    rows = []
    for name, samples in taken.samples.items():
        least, most = spread(samples, "cpu")
        spreading = f"{least * microseconds:.2f} … {most * microseconds:.2f}"
        rows.append([name, f"{figures[name]:.2f}", *ratios(figures, name), spreading])
    return Report(
        f"decoding_{body.stem}_{piece}",
        f"Decoding. {what}",
        ["", "CPU µs per token", "× raw", "openai ÷ this", "min … max"],
        rows,
        {"cpu": figures},
        taken.note(),
    )


if __name__ == "__main__":
    run_from_command_line(__doc__, measure)
