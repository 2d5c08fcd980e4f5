"""The load server as a context manager, and the contents of its streams and answers."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.cores import SERVER_CORE

HERE = Path(__file__).parent
RECORDED_STREAM = HERE / "recorded" / "stream.sse"
RECORDED_UNLIKE = HERE / "recorded" / "usage_in_each_chunk.sse"
RECORDED_ANSWER = HERE / "recorded" / "plain.json"
BUILT = HERE.parent / "build" / "benchmarks"


@dataclass(frozen=True)
class LoadServer:
    """A running server. `written_in`: "C", or "Python (slow)" for the replacement."""

    port: int
    written_in: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def stats(self) -> dict[str, float]:
        """Return the figures since the last call.

        These are `cpu` (seconds), `connections` and `peak` (maximum of open connections and of
        requests in flight), `tokens`, `answers`, and `late_ms` (delay of its own timers).
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/stats")
        with closing(connection):
            return json.load(connection.getresponse())


def compile_server() -> Path | None:
    """Compile the C server; return None if that is not possible."""
    compiler = shutil.which("cc")
    source, binary = HERE / "load_server.c", BUILT / "load_server"
    if compiler is None or sys.platform != "linux":
        return None
    if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
        BUILT.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([compiler, "-O2", "-Wall", "-o", binary, source], check=False)
        if done.returncode:
            return None
    return binary


@contextmanager
def running_server() -> Iterator[LoadServer]:
    """Run a load server on its own core until the block ends."""
    binary = compile_server()
    command = [binary] if binary else [sys.executable, HERE / "slow_server.py"]
    if binary is None:
        print("No C compiler on Linux: using the slow Python server, which limits fast clients.")
    process = subprocess.Popen(
        [*command, RECORDED_STREAM, RECORDED_ANSWER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if SERVER_CORE is not None:
        os.sched_setaffinity(process.pid, {SERVER_CORE})
    with process:
        port = process.stdout.readline().split()[1]
        yield LoadServer(int(port), "C" if binary else "Python (slow)")


def recorded_tokens(stream: Path = RECORDED_STREAM) -> list[str]:
    """Return the text of each token of a recorded stream."""
    events = stream.read_text(encoding="utf-8").split("\n\n")
    chunks = [json.loads(event.removeprefix("data: ")) for event in events[1:-4]]
    return [chunk["choices"][0]["delta"]["content"] for chunk in chunks]


def characters_of_stream(tokens: int) -> int:
    """Return the number of characters that a reader of a stream must have received."""
    texts = recorded_tokens()
    rounds, rest = divmod(tokens, len(texts))
    return rounds * len("".join(texts)) + len("".join(texts[:rest]))


def characters_of_answer() -> int:
    """Return the number of characters of the plain answer."""
    answer = json.loads(RECORDED_ANSWER.read_text(encoding="utf-8"))
    return len(answer["choices"][0]["message"]["content"])
