"""`simulate()`: a server run by hand, in its own process."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from vllm_client.testing import SimulatedVllm, simulate

RUN = "from vllm_client.testing import simulate; simulate(port=0, version='0.15.1')"


@contextmanager
def running() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", RUN],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process alone")
def test_simulate_serves_until_ctrl_c() -> None:
    with running() as process:
        assert process.stdout is not None
        [url] = re.findall(r"http://\S+", process.stdout.readline())
        root = url.removesuffix("/v1")
        version = httpx.get(f"{root}/version", trust_env=False).json()
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        # not communicate(), which does not return what readline() has buffered
        output, errors = process.stdout.read(), process.stderr.read()
        process.wait(timeout=20)
    assert version == {"version": "0.15.1"}
    assert (process.returncode, errors) == (0, "")
    assert "  version: 0.15.1\n" in output
    assert re.search(r"^GET /version 200 \d+\.\d{3} s\n\n1 requests answered\.\n\Z", output, re.M)


def test_port_in_use_is_an_error(server: SimulatedVllm) -> None:
    with pytest.raises(OSError, match="in use"):
        simulate(server.host, server.port)
