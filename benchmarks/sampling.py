"""Take samples in fresh processes. Peers take turns, so that other load affects all equally."""

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
    """One row of a table.

    Attributes:
        name: Its name in the table.
        environment: The environment in which it runs.
        target: `module:Class` in the folder of workers.
        max_samples: Maximum number of samples, for slow peers.
        counts_characters: Whether it reports the number of received characters.
    """

    name: str
    environment: str
    target: str
    max_samples: int = 1000
    counts_characters: bool = True


class SampleFailed(Exception):
    """A peer failed, or did not receive everything that was sent."""


@dataclass
class Taken:
    """The samples of each peer, by name, and the messages of failed ones."""

    samples: dict[str, list[Sample]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def medians(self, key: str, factor: float = 1) -> dict[str, float]:
        """Return each peer's median of one figure, multiplied by a factor."""
        return {name: median(samples, key) * factor for name, samples in self.samples.items()}

    def note(self, text: str = "") -> str:
        """Return the note of a table, followed by the failures."""
        return " ".join([text, *self.failures]).strip()


def interleave(peers: Sequence[Peer], samples: int, take: Callable[[Peer], Sample]) -> Taken:
    """Take samples of each peer, in turns. Failures are recorded, and the run continues."""
    for peer in peers:
        python_of(peer.environment)
    taken = Taken()
    for turn in range(samples):
        for peer in peers:
            if turn < peer.max_samples:
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
    """Take one sample. Raise SampleFailed unless the peer received every character."""
    command = [python_of(peer.environment), WORKER, scenario, peer.target, url]
    sample = run_script([*command, json.dumps(options)])
    if peer.counts_characters and sample["characters"] != characters:
        raise SampleFailed(
            f"{peer.name} received {sample['characters']} characters of {characters} ({scenario})"
        )
    return sample


def run_script(command: Sequence[object]) -> Sample:
    """Run a script and decode its JSON output. Raise SampleFailed with its error output."""
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
        raise SampleFailed(f"no result after {MAX_SAMPLE_SECONDS} s") from late
    if done.returncode:
        raise SampleFailed(done.stderr or f"{words} exited with {done.returncode}")
    return json.loads(done.stdout)


def median(samples: Sequence[Sample], key: str) -> float:
    return statistics.median(sample[key] for sample in samples)


def spread(samples: Sequence[Sample], key: str) -> tuple[float, float]:
    values = [sample[key] for sample in samples]
    return min(values), max(values)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return a percentile of a sorted list. `share` is from 0 to 1."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
