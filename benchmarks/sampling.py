"""Samples in fresh processes, the peers taking turns, so that a busy minute hits all alike."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.environments import clean_variables, python_of

WORKER = Path(__file__).parent / "workers" / "worker.py"
MAX_SAMPLE_SECONDS = 600

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


class SampleFailed(Exception):
    """A peer that broke down, or did not see all that was sent."""


@dataclass
class Taken:
    """Samples by the peer's name, of those that have any; and what failed."""

    samples: dict[str, list[Sample]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def medians(self, key: str, factor: float = 1) -> dict[str, float]:
        """Each peer's median of one figure, times a factor."""
        return {name: median(samples, key) * factor for name, samples in self.samples.items()}

    def told(self, note: str = "") -> str:
        """The note of a table, with the failures behind it."""
        return " ".join([note, *self.failures]).strip()


def interleave(peers: Sequence[Peer], samples: int, take: Callable[[Peer], Sample]) -> Taken:
    """Samples of each peer, taken in turns. One that fails is told, and the others go on."""
    for peer in peers:
        python_of(peer.environment)
    taken = Taken()
    for turn in range(samples):
        for peer in peers:
            if turn < peer.most_samples:
                print(f"  {turn + 1}/{samples} {peer.name}", file=sys.stderr)
                _take_one(peer, take, taken)
    return taken


def _take_one(peer: Peer, take: Callable[[Peer], Sample], taken: Taken) -> None:
    try:
        sample = take(peer)
    except SampleFailed as failure:
        print(failure, file=sys.stderr)
        taken.failures.append(f"A sample of {peer.name} failed: {str(failure).splitlines()[-1]}")
    else:
        taken.samples.setdefault(peer.name, []).append(sample)


def run_worker(
    peer: Peer, scenario: str, url: str, options: dict[str, object], characters: int
) -> Sample:
    """One sample. A peer that did not see every character of every answer is no sample."""
    command = [python_of(peer.environment), WORKER, scenario, peer.target, url]
    sample = run_script([*command, json.dumps(options)])
    if peer.counts_characters and sample["characters"] != characters:
        raise SampleFailed(
            f"{peer.name} saw {sample['characters']} characters of {characters} ({scenario})"
        )
    return sample


def run_script(command: Sequence[object]) -> Sample:
    """What a script printed as JSON. Raises SampleFailed with its error output."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            text=True,
            env=clean_variables(),
            timeout=MAX_SAMPLE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise SampleFailed(f"not done after {MAX_SAMPLE_SECONDS} s") from late
    if done.returncode:
        raise SampleFailed(done.stderr or f"{words} ended with {done.returncode}")
    return json.loads(done.stdout)


def median(samples: Sequence[Sample], key: str) -> float:
    return statistics.median(sample[key] for sample in samples)


def spread(samples: Sequence[Sample], key: str) -> tuple[float, float]:
    values = [sample[key] for sample in samples]
    return min(values), max(values)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share of an ordered list lies."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
