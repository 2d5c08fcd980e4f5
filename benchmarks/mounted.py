"""openai-python and libraries built on it, with their own HTTP client and with our transport.

python -m benchmarks.mounted
"""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.environments import python_of, versions
from benchmarks.load_server import LoadServer, characters_of_answer
from benchmarks.reports import Report, Run, run_from_command_line
from benchmarks.sampling import (
    Peer,
    Sample,
    Taken,
    interleave,
    median,
    run_script,
    run_worker,
    spread,
)

WAYS = Path(__file__).parent / "workers" / "library_ways.py"
ROUNDS = {1: 300, 64: 10, 512: 2}

# The name of each library, and its class in workers/libraries.py.
LIBRARIES = {
    "openai": "OpenAI",
    "langchain-openai": "LangChain",
    "instructor": "Instructor",
    "litellm": "LiteLLM",
    "pydantic-ai": "PydanticAI",
    "llama-index": "LlamaIndex",
}
# llama-index cannot be installed with openai-python 3 (November 2026): only check that it works.
NOT_MEASURED = "llama-index"


def measure(server: LoadServer, run: Run) -> list[Report]:
    return [
        _ways(run),
        *(_at_once(server, run, count, _openai()) for count in ROUNDS),
        _at_once(server, run, 64, _others(), "Libraries on openai-python"),
    ]


def _peer(name: str, mounted: bool = False) -> Peer:
    title = f"{name}, on our transport" if mounted else name
    kind = f"libraries:{'Mounted' * mounted}{LIBRARIES[name]}"
    return Peer(title, f"ours-{name}", kind)


def _openai() -> list[Peer]:
    more = Peer("openai, limits raised", "ours-openai", "libraries:OpenAIWithMoreConnections")
    return [_peer("openai"), more, _peer("openai", mounted=True)]


def _others() -> list[Peer]:
    names = [name for name in LIBRARIES if name not in {"openai", NOT_MEASURED}]
    return [_peer(name, mounted) for name in names for mounted in (False, True)]


def _ways(run: Run) -> Report:
    """Check a call and a stream of each library, and show its version of openai-python."""
    rows = []
    for peer in run.chosen([_peer(name, mounted=True) for name in LIBRARIES]):
        done = run_script([python_of(peer.environment), WAYS, peer.target.partition(":")[2]])
        ways = ("call", "stream_text", "acall", "astream")
        seen = [{True: "yes", False: "no", None: "–"}[done.get(way)] for way in ways]
        installed = versions(peer.environment)
        own = installed.get(_package(peer), "")
        rows.append([f"{_package(peer)} {own}", installed["openai"], *seen])
    header = ["", "openai-python", "call", "stream", "async call", "async stream"]
    note = "On our transport, made by the code in README.md, against the simulated server."
    return Report(
        "mounted_ways", "Libraries on our transport: do they work?", header, rows, {}, note
    )


def _package(peer: Peer) -> str:
    name = peer.environment.removeprefix("ours-")
    return {"pydantic-ai": "pydantic-ai-slim", "llama-index": "llama-index-core"}.get(name, name)


def _at_once(
    server: LoadServer, run: Run, count: int, peers: Sequence[Peer], title: str = "openai-python"
) -> Report:
    rounds = run.length(ROUNDS[count])
    options = {"at_once": count, "rounds": rounds}
    characters = count * rounds * characters_of_answer()

    def take(peer: Peer) -> Sample:
        server.stats()
        sample = run_worker(peer, "plain_async", server.url, options, characters)
        return sample | {"connections": server.stats()["connections"]}

    taken = interleave(run.chosen(peers), run.samples, take)
    return _table(f"mounted_{title}_{count}", f"{title}, {count} at once", taken, count * rounds)


def _table(key: str, title: str, taken: Taken, answers: int) -> Report:
    milliseconds = 1e3 / answers
    figures = taken.medians("cpu", milliseconds)
    rows = []
    for name, samples in taken.samples.items():
        least, most = spread(samples, "cpu")
        rows.append(
            [
                name,
                f"{answers / median(samples, 'wall'):,.0f}",
                f"{figures[name]:.3f}",
                f"{least * milliseconds:.3f} … {most * milliseconds:.3f}",
                f"{median(samples, 'connections'):.0f}",
                str(len(samples)),
            ]
        )
    header = [
        "",
        "answers per second",
        "CPU ms per answer",
        "min … max",
        "connections",
        "samples",
    ]
    return Report(key, title, header, rows, {"cpu": figures}, taken.note())


if __name__ == "__main__":
    run_from_command_line(__doc__, measure)
