"""Is the load server faster than any client? Compare its CPU time with that of a bare socket.

python -m benchmarks.server_check
"""

from dataclasses import dataclass

from benchmarks.load_server import LoadServer, characters_of_answer, characters_of_stream
from benchmarks.reports import Report, Run, run_from_command_line
from benchmarks.sampling import Peer, Sample, interleave, median, run_worker

READERS = [
    Peer("raw socket, not decoded", "bare", "raw:SyncUndecodedClient", counts_characters=False),
    Peer("raw socket, json", "bare", "raw:SyncClient"),
]


@dataclass(frozen=True)
class Work:
    """The task of a reader: to read `count` tokens or answers."""

    scenario: str
    counted: str
    count: int
    characters: int


def measure(server: LoadServer, run: Run) -> list[Report]:
    tokens, answers = run.length(100_000), run.length(5_000)
    return [
        _table(server, run, Work("stream_sync", "tokens", tokens, characters_of_stream(tokens))),
        _table(
            server, run, Work("plain_sync", "answers", answers, answers * characters_of_answer())
        ),
    ]


def _table(server: LoadServer, run: Run, work: Work) -> Report:
    def take(peer: Peer) -> Sample:
        server.stats()
        options = {work.counted: work.count}
        sample = run_worker(peer, work.scenario, server.url, options, work.characters)
        return {
            "second": work.count / sample["wall"],
            "server": server.stats()["cpu"] / work.count * 1e6,
            "reader": sample["cpu"] / work.count * 1e6,
        }

    taken = interleave(run.chosen(READERS), run.samples, take)
    rows = []
    for name, samples in taken.samples.items():
        served, read = median(samples, "server"), median(samples, "reader")
        rows.append([name, f"{median(samples, 'second'):,.0f}", f"{served:.2f}", f"{read:.2f}"])
    return Report(
        f"server_{work.counted}",
        f"The load server, {work.counted} one after the other",
        ["reader", f"{work.counted} per second", "server's CPU µs each", "reader's CPU µs each"],
        rows,
        {},
        taken.note(
            f"Written in {server.written_in}. The server is faster if its CPU time is lower."
        ),
    )


if __name__ == "__main__":
    run_from_command_line(__doc__, measure)
