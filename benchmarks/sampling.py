"""Samples in fresh processes, the peers taking turns, so that a busy minute hits all alike."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environments import clean_variables, python_of

WORKER = Path(__file__).parent / "workers" / "worker.py"
LONGEST_SAMPLE = 1800

Sample = dict[str, float | list[float]]


@dataclass(frozen=True)
class Peer:
    """One row: its name, its environment, and `module:Class` among the workers.

    `most_samples` is for those so slow that a few samples must do.
    """

    name: str
    environment: str
    target: str
    most_samples: int = 1000
    counts_characters: bool = True


def interleave(
    peers: Sequence[Peer], samples: int, take: Callable[[Peer], Sample]
) -> dict[str, list[Sample]]:
    """Samples of each peer by name, taken in turns."""
    for peer in peers:
        python_of(peer.environment)
    taken: dict[str, list[Sample]] = {peer.name: [] for peer in peers}
    for turn in range(samples):
        for peer in peers:
            if turn < peer.most_samples:
                print(f"  {turn + 1}/{samples} {peer.name}", file=sys.stderr)
                taken[peer.name].append(take(peer))
    return taken


def run_worker(
    peer: Peer, scenario: str, url: str, options: dict[str, object], characters: int
) -> Sample:
    """One sample. A peer that did not see every character of every answer is no sample."""
    command = [python_of(peer.environment), WORKER, scenario, peer.target, url]
    sample = run_script([*command, json.dumps(options)])
    if peer.counts_characters and sample["characters"] != characters:
        raise RuntimeError(
            f"{peer.name} saw {sample['characters']} characters of {characters} ({scenario})"
        )
    return sample


def run_script(command: Sequence[object]) -> Sample:
    """What a script printed as JSON; its error output, if it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        env=clean_variables(),
        timeout=LONGEST_SAMPLE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def median(samples: Sequence[Sample], key: str) -> float:
    return statistics.median(sample[key] for sample in samples)


def spread(samples: Sequence[Sample], key: str) -> tuple[float, float]:
    values = [sample[key] for sample in samples]
    return min(values), max(values)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share of an ordered list lies."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
