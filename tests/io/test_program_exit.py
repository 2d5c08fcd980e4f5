"""Observers are notified of calls that are still open when the program exits."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.facades.dialogue import STREAM_HEAD, chunk, chunked
from tests.facades.raw_server import RawServer, Visit

PROGRAM = """
import asyncio, os, sys, threading
from tests.facades.dialogue import QUESTION, stream
from vllm_client import AsyncVllmClient, Observer, SyncVllmClient

class Told(Observer):
    def started(self, call):
        print("started", flush=True)
    def ended(self, call):
        print("ended", call.state, call.output_tokens, flush=True)

kept = []
stay = threading.Thread(target=lambda: threading.Event().wait() or kept, daemon=True)
stay.start()  # keeps this module, and so the streams, to the very end

def read():
    kept.append(stream(SyncVllmClient(sys.argv[1], observers=[Told()])))
    next(kept[0])

async def read_async():
    client = AsyncVllmClient(sys.argv[1], observers=[Told()])
    kept.append(await client.chat.completions.stream(**QUESTION))
    await anext(kept[0])

"""


def begin(visit: Visit) -> None:
    visit.read_request()
    visit.send(STREAM_HEAD + chunked(chunk("a")))
    visit.wait_until_left()


def output_of(program: str) -> list[str]:
    with RawServer(begin) as server:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM + program, server.base_url],
            capture_output=True, check=True, text=True, timeout=120,
        )  # fmt: skip
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "program",
    [
        "read()",
        "thread = threading.Thread(target=read); thread.start(); thread.join(); kept.clear()",
        "asyncio.run(read_async())",
    ],
    ids=["kept", "garbage-collected by another thread", "loop closed"],
)
def test_a_stream_open_at_program_exit_is_reported_once(program: str) -> None:
    assert output_of(program) == ["started", "ended abandoned 1"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_does_not_report_calls_of_its_parent() -> None:
    fork = "read()\nif (child := os.fork()): os.waitpid(child, 0)\nelse: print('child', flush=True)"

    assert output_of(fork) == ["started", "child", "ended abandoned 1"]
