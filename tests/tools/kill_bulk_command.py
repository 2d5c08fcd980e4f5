"""Kill `vllm-client bulk` with SIGKILL, run it again, and check that no row is lost or done twice.

    python -m tests.tools.kill_bulk_command [--kills 20] [--rows 2000] [--seed 1]

This does the same as `kill_bulk_run`, but with the whole command in the child process, and with a
server that answers it over sockets.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.facades.row_server import RowServer
from tests.helpers.bulk_lines import answers_of, batch_line, keys_of, write_lines

FAILING = "fails"
# A generous limit in seconds.
MAX_WAIT = 300


def kill_and_continue(folder: Path, rows: int, choose: random.Random) -> int:
    """Start the command, kill it at a random row, and run it again until all rows are done.

    Args:
        folder: An empty folder for the files.
        rows: The number of rows of the input; one in twenty fails until the last run.
        choose: The source of random numbers.

    Returns:
        The number of complete lines in the output when it was killed.

    Raises:
        AssertionError: A row was lost, is twice in the output, or has another row's answer.
    """
    contents = [f"question {number} {'x' * choose.randrange(200)}" for number in range(rows)]
    for number in choose.sample(range(rows), rows // 20):
        contents[number] = f"{FAILING} {number}"
    lines = [batch_line(text, f"r{n}" if n % 2 else None) for n, text in enumerate(contents)]
    source, output = write_lines(folder / "in.jsonl", lines), folder / "out.jsonl"
    with RowServer(_refuse_failing) as server:
        killed = _kill(server, source, output, choose.randrange(1, rows * 9 // 10))
        assert _begin(server, source, output).wait(MAX_WAIT) == 1
        _check(output, [text for text in contents if not text.startswith(FAILING)])
        failed = Counter(keys_of(folder / "out.errors.jsonl"))
        assert failed.total() == len(failed) == rows // 20
        server.respond = _answer
        assert _begin(server, source, output).wait(MAX_WAIT) == 0
        _check(output, contents)
        assert not (folder / "out.errors.jsonl").exists()
    return killed


def _answer(text: str, visit: int) -> str:
    return f"re: {text}"


def _refuse_failing(text: str, visit: int) -> Any:
    return 400 if text.startswith(FAILING) else _answer(text, visit)


def _begin(server: RowServer, source: Path, output: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "vllm_client", "bulk", str(source), str(output)]
    return subprocess.Popen(
        [*command, "--base-url", server.base_url, "--quiet"], stderr=subprocess.DEVNULL
    )


def _kill(server: RowServer, source: Path, output: Path, rows: int) -> int:
    """Kill the command once the output has `rows` rows; return the number of rows it has then."""
    child = _begin(server, source, output)
    while not output.exists() or output.read_bytes().count(b"\n") < rows:
        assert child.poll() is None, f"the command ended by itself: {child.returncode}"
        time.sleep(0.001)
    child.kill()
    assert child.wait() == -signal.SIGKILL
    return output.read_bytes().count(b"\n")


def _check(output: Path, contents: list[str]) -> None:
    """Assert that each row has its answer exactly once."""
    assert len(keys_of(output)) == len(contents)
    assert Counter(answers_of(output).values()) == Counter(f"re: {text}" for text in contents)


def main() -> None:
    """Kill commands, and print at which row."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    choose = random.Random(arguments.seed)
    killed = []
    for _ in range(arguments.kills):
        with tempfile.TemporaryDirectory() as folder:
            killed.append(kill_and_continue(Path(folder), arguments.rows, choose))
            print(f"killed at row {killed[-1]}", flush=True)
    print(f"{len(killed)} runs of {arguments.rows} rows: none lost, none twice, all answers right")


if __name__ == "__main__":
    main()
