"""500 and 2000 streams at once: CPU per token, time to the first token, peak memory.

python -m benchmarks.many_streams
"""

from dataclasses import dataclass, replace

from benchmarks.load_server import LoadServer, characters_of_stream
from benchmarks.reports import Report, Run, ratios, run_from_command_line
from benchmarks.sampling import Peer, Sample, SampleFailed, interleave, percentile, run_worker

TOKENS = 100

PEERS = [
    Peer("openai", "openai", "openai_peer:DefaultLimits", max_samples=3),
    Peer("openai, limits raised", "openai", "openai_peer:AsyncClient", max_samples=3),
    Peer("openai with aiohttp", "openai-aiohttp", "openai_peer:AiohttpClient", max_samples=3),
    Peer("aiohttp, lines, json", "aiohttp", "aiohttp_peer:AsyncClient"),
    Peer("raw socket, json", "bare", "raw:AsyncClient"),
    Peer("ours, events", "ours", "ours:AsyncEvents"),
    Peer("ours, events, orjson", "ours-orjson", "ours:AsyncEvents"),
]


@dataclass(frozen=True)
class Load:
    """A number of streams with a token every `pace_ms`; 0 sends as fast as clients read."""

    key: str
    streams: int
    pace_ms: int

    @property
    def title(self) -> str:
        how = f"a token every {self.pace_ms} ms" if self.pace_ms else "as fast as possible"
        return f"{self.streams} streams of {TOKENS} tokens, {how}"


LOADS = [
    Load("streams_500", 500, 0),
    Load("streams_2000", 2000, 0),
    Load("streams_500_paced", 500, 50),
    Load("streams_2000_paced", 2000, 200),
]


def measure(server: LoadServer, run: Run) -> list[Report]:
    return [_table(server, run, load) for load in LOADS]


def _table(server: LoadServer, run: Run, load: Load) -> Report:
    load = replace(load, streams=run.length(load.streams))
    tokens = load.streams * TOKENS
    characters = load.streams * characters_of_stream(TOKENS)
    options = {"streams": load.streams, "tokens": TOKENS, "pace_ms": load.pace_ms}

    def take(peer: Peer) -> Sample:
        server.stats()
        sample = run_worker(peer, "many_streams", server.url, options, characters)
        served = server.stats()
        if served["late_ms"] > load.pace_ms > 0:
            raise SampleFailed(f"the load server was {served['late_ms']:.0f} ms late")
        return _summary(sample, load, tokens) | served

    taken = interleave(run.chosen(PEERS), run.samples, take)
    figures = {
        measure: taken.medians(measure)
        for measure in ("us", "p50", "p99", "peak_mib", "peak", "behind", "late_ms")
    }
    header = ["", "CPU µs per token", "× raw", "openai ÷ this", "first token p50 ms", "p99 ms"]
    header += ["peak MiB", "at once"]
    if load.pace_ms:
        header += ["behind", "server late ms"]
    rows = [
        [*_row(name, figures, load), str(len(samples))] for name, samples in taken.samples.items()
    ]
    return Report(
        load.key, load.title, [*header, "samples"], rows, figures, taken.note(_note(load))
    )


def _summary(sample: Sample, load: Load, tokens: int) -> Sample:
    """Return the figures of a sample that are computed from the times of its single streams."""
    due = (TOKENS - 1) * load.pace_ms / 1e3
    return {
        "us": sample["cpu"] / tokens * 1e6,
        "p50": percentile(sample["firsts"], 0.50) * 1e3,
        "p99": percentile(sample["firsts"], 0.99) * 1e3,
        "peak_mib": sample["peak_bytes"] / 2**20,
        "behind": sum(length > 1.1 * due for length in sample["lengths"]) if due else 0,
    }


def _row(name: str, figures: dict[str, dict[str, float]], load: Load) -> list[str]:
    whole = ["p50", "p99", "peak_mib", "peak"]
    if load.pace_ms:
        whole += ["behind", "late_ms"]
    return [
        name,
        f"{figures['us'][name]:.2f}",
        *ratios(figures["us"], name),
        *(f"{figures[measure][name]:.0f}" for measure in whole),
    ]


def _note(load: Load) -> str:
    note = "All are requested at once, on new connections. At once: maximum open at the server"
    if load.pace_ms:
        return note + ". Behind: streams that took more than 1.1 × their scheduled time."
    return note + ", which has answered the first ones before a slow client sends the last ones."


if __name__ == "__main__":
    run_from_command_line(__doc__, measure)
