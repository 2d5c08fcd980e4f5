"""Kill runs over files with SIGKILL, continue them, and check that no row is lost or done twice.

    python -m tests.tools.kill_bulk_run [--kills 100] [--rows 2000] [--seed 1]

Each kill has its own run in a child process, whose rows are answered without a server. Of ten
kills, seven happen at a random moment between the first and the last written row, two while a
failed row of 8 MB is being added to the errors file, and one exactly in the middle of writing such
a row. A run that has written its last row waits to be killed. The run is then continued, first with
the same rows failing, then with none.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import attrs

from tests.helpers.bulk_lines import answers_of, batch_line, content_of, keys_of, run, write_lines
from vllm_client.bulk.requests import BulkRow

Moment: TypeAlias = Literal["row", "failure", "half"]
"""When a run is killed: at a random row, while a failed row is written, in the middle of one."""

_OF_TEN: tuple[Moment, ...] = ("row",) * 7 + ("failure",) * 2 + ("half",)
LARGE = 8 * 1024 * 1024
_FAILING = "fails"
# A child that is not killed within this time ends by itself, in seconds.
_MAX_WAIT = 300
# The minimum length of an output line in bytes, without the question.
_MIN_LINE_BYTES = 400


@attrs.frozen
class Killed:
    """The state that a killed run has left.

    Attributes:
        moment: When it was killed.
        rows: The number of complete lines in the output.
        torn: The files with an incomplete line.
    """

    moment: Moment
    rows: int
    torn: tuple[str, ...]


def moments(kills: int) -> Iterator[Moment]:
    """Yield the moments of this number of kills."""
    for number in range(kills):
        yield _OF_TEN[number % len(_OF_TEN)]


def kill_and_continue(
    folder: Path, rows: int, moment: Moment, choose: random.Random, large: int = LARGE
) -> Killed:
    """Start a run, kill it, and continue it.

    Args:
        folder: An empty folder for the files.
        rows: The number of rows of the input.
        moment: When the run is killed.
        choose: The source of random numbers.
        large: The size of a failed row in bytes, if the run is killed while it is written.

    Raises:
        AssertionError: A row is lost, twice in the output, or wrong.
    """
    contents = _contents(rows, None if moment == "row" else large, choose)
    lines = [batch_line(text, f"r{n}" if n % 2 else None) for n, text in enumerate(contents)]
    source, output = write_lines(folder / "in.jsonl", lines), folder / "out.jsonl"
    sizes = [len(text) + _MIN_LINE_BYTES for text in contents if not text.startswith(_FAILING)]
    size = int(sum(sizes) * choose.uniform(0, 1))
    _kill_child(source, output, moment, size)
    killed = Killed(moment, output.read_bytes().count(b"\n"), tuple(_torn_files(folder)))

    run(source, output, fails=_fails)
    _check(output, contents, lambda text: not text.startswith(_FAILING))
    failed = [text for text in contents if text.startswith(_FAILING)]
    assert len(set(keys_of(folder / "out.errors.jsonl"))) == len(failed)
    assert len(keys_of(folder / "out.errors.jsonl")) == len(failed)

    run(source, output)
    _check(output, contents, lambda text: True)
    assert not (folder / "out.errors.jsonl").exists()
    return killed


def _contents(rows: int, large: int | None, choose: random.Random) -> list[str]:
    """Return the questions; one in twenty fails, or a single large one."""
    contents = [f"question {number} {'x' * choose.randrange(200)}" for number in range(rows)]
    for number in choose.sample(range(rows), 1 if large else rows // 20):
        contents[number] = f"{_FAILING} {number} {'x' * (large or 100)}"
    return contents


def _fails(row: BulkRow) -> bool:
    return content_of(row).startswith(_FAILING)


def _check(output: Path, contents: list[str], succeeds: Callable[[str], bool]) -> None:
    """Assert that each row that succeeds has its answer exactly once."""
    expected = Counter(f"re: {text}" for text in contents if succeeds(text))
    assert len(keys_of(output)) == expected.total()
    answers = answers_of(output)
    assert Counter(answers.values()) == expected
    for number, text in enumerate(contents):
        if number % 2 and succeeds(text):
            assert answers[f"r{number}"] == f"re: {text}"


def _torn_files(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("out*.jsonl")):
        if path.stat().st_size and not path.read_bytes().endswith(b"\n"):
            yield path.name


def _kill_child(source: Path, output: Path, moment: Moment, size: int) -> None:
    """Kill a run; for a random row, once the output has `size` bytes and at least one row."""
    child = subprocess.Popen(
        [sys.executable, "-m", __spec__.name, "--child", moment, source, output]
    )
    try:
        if moment == "row":
            _wait_for_size(output, size, child)
        elif moment == "failure":
            _wait_for_size(output.with_name("out.errors.jsonl"), 1, child)
        if moment != "half":
            child.kill()
    finally:
        status = child.wait()
    assert status == -signal.SIGKILL, f"the run ended by itself: {status}"


def _wait_for_size(path: Path, size: int, child: subprocess.Popen[bytes]) -> None:
    while not path.exists() or path.stat().st_size < max(size, 1):
        assert child.poll() is None, f"the run ended by itself: {child.returncode}"
        time.sleep(0.0001)


def _run_as_child(moment: Moment, source: Path, output: Path) -> None:
    signal.alarm(_MAX_WAIT)
    if moment == "half":
        _die_in_the_middle_of_a_failed_row()
    run(source, output, fails=_fails, at_the_end=signal.pause)


def _die_in_the_middle_of_a_failed_row() -> None:
    write = os.write

    def half(descriptor: int, octets: bytes) -> int:
        if octets.endswith(b'"error":null}\n'):
            return write(descriptor, octets)
        write(descriptor, octets[: len(octets) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("killed")

    os.write = half


def main() -> None:
    """Kill runs, and print the state that they have left."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        moment, source, output = arguments.child
        assert moment in get_args(Moment)
        _run_as_child(moment, Path(source), Path(output))
        return
    choose = random.Random(arguments.seed)
    found = []
    for moment in moments(arguments.kills):
        with tempfile.TemporaryDirectory() as folder:
            found.append(kill_and_continue(Path(folder), arguments.rows, moment, choose))
    for moment in get_args(Moment):
        killed = [one for one in found if one.moment == moment]
        rows = sorted(one.rows for one in killed)
        torn = Counter(name for one in killed for name in one.torn)
        print(f"{moment}: {len(killed)} kills, at rows {rows}, torn lines in {dict(torn)}")
    print(f"{len(found)} runs of {arguments.rows} rows: none lost, none twice, all answers right")


if __name__ == "__main__":
    main()
