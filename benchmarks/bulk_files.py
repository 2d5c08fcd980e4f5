"""The files of a bulk run without a server: CPU time and memory by the number of rows.

    python -m benchmarks.bulk_files [--rows 10000 1000000] [--folder FOLDER]

For each number of rows, each in its own process: scan an output; read and hash an input; resume a
run in which every row is done; run all rows with a new output. `RSS` is the growth of the process's
peak memory, and `bytes per row` is the part of it that is proportional to the rows. `fresh` and
`resume` read the input twice: once to check it before the first request.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vllm_client._io.bulk_files import BulkFiles
from vllm_client._io.input_file import InputFile
from vllm_client._io.journal_index import JournalIndex
from vllm_client.bulk.journal import success_line
from vllm_client.bulk.keys import body_hash
from vllm_client.bulk.requests import BulkRequest, BulkRow
from vllm_client.vllm.routes import CHAT_COMPLETIONS

# About 200 tokens.
_WORDS = "the quick brown fox jumps over the lazy dog and runs on " * 16


_CHOICE = {"index": 0, "message": {"role": "assistant", "content": _WORDS}}
ANSWER = json.dumps({"id": "chatcmpl-0", "model": "m", "choices": [_CHOICE]}).encode()


def body_of(number: int) -> dict[str, Any]:
    """Return a request with a question of some 200 bytes."""
    question = f"Question {number}: {_WORDS[:150]}?"
    messages = [{"role": "user", "content": question}]
    return {"model": "m", "max_tokens": 200, "temperature": 0, "messages": messages}


def input_lines(rows: int) -> Iterator[bytes]:
    """Yield the lines of a batch file."""
    for number in range(rows):
        line = {"method": "POST", "url": "/v1/chat/completions", "body": body_of(number)}
        yield json.dumps({"custom_id": f"row-{number}", **line}).encode() + b"\n"


def output_lines(rows: int) -> Iterator[bytes]:
    """Yield the lines of an output with an answer to every row, some 1,500 bytes each."""
    for number in range(rows):
        body = body_of(number)
        key = f"row-{number}"
        digest = body_hash(BulkRequest(CHAT_COMPLETIONS, body))
        row = BulkRow(key, number, CHAT_COMPLETIONS, body, key, digest)
        yield success_line(row, ANSWER, attempts=1, seconds=1.5, request_id=key, line_id=key)


def scan(folder: Path) -> None:
    """Find the keys in an output."""
    JournalIndex.scan(folder / "out.jsonl").close()


def read(folder: Path) -> None:
    """Read, check and hash an input."""
    with InputFile(folder / "in.jsonl") as source:
        for numbered in source.requests():
            body_hash(numbered.request)


def resume(folder: Path) -> None:
    """Resume a run in which every row is done: scan, check the input, look up each row."""
    with BulkFiles.open(folder / "in.jsonl", folder / "out.jsonl") as files:
        assert list(files.rows()) == []
        files.finish(complete=True)


def fresh(folder: Path) -> None:
    """Run all rows with a new output; each is answered at once."""
    (folder / "new.jsonl").unlink(missing_ok=True)
    with BulkFiles.open(folder / "in.jsonl", folder / "new.jsonl") as files:
        for row in files.rows():
            files.succeeded(row, ANSWER, attempts=1, seconds=1.5, request_id=row.key)
        files.finish(complete=True)


TASKS: dict[str, Callable[[Path], None]] = {
    "scan": scan,
    "read": read,
    "resume": resume,
    "fresh": fresh,
}


def measure(task: str, folder: Path) -> None:
    """Print the CPU seconds and the growth of peak memory in bytes."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    TASKS[task](folder)
    seconds = time.process_time() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([seconds, grown * 1024]))


def measured(task: str, folder: Path) -> tuple[float, int]:
    """Run `measure` in another process and return its figures."""
    command = [sys.executable, "-m", "benchmarks.bulk_files", "--measure", task, str(folder)]
    seconds, grown = json.loads(subprocess.check_output(command))
    return seconds, grown


def compare(rows: list[int], folder: Path) -> None:
    """Print a line for each task and number of rows."""
    print(f"{'task':8}{'rows':>10}{'CPU s':>9}{'us per row':>12}{'RSS MB':>9}{'bytes per row':>15}")
    first: dict[str, tuple[int, int]] = {}
    for number in rows:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            made = Path(name)
            for file, lines in (("in.jsonl", input_lines), ("out.jsonl", output_lines)):
                with open(made / file, "wb") as opened:
                    opened.writelines(lines(number))
            for task in TASKS:
                seconds, grown = measured(task, made)
                base_rows, base = first.setdefault(task, (number, grown))
                a_row = (grown - base) / (number - base_rows) if number > base_rows else 0.0
                print(
                    f"{task:8}{number:10}{seconds:9.2f}{seconds / number * 1e6:12.1f}"
                    f"{grown / 1e6:9.1f}{a_row:15.1f}",
                    flush=True,
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="folder for the files; 2 GB per 1,000,000 rows")
    parser.add_argument("--measure", nargs=2, metavar=("TASK", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure[0], Path(arguments.measure[1]))
    else:
        compare(arguments.rows, arguments.folder)


if __name__ == "__main__":
    main()
