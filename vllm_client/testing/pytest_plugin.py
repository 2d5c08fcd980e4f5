"""pytest fixtures `simulated_vllm`, `vllm_cassette` and `vllm_servers`, and their options."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ..launch import Launch
    from . import Recorder, Replayer, SimulatedVllm

# File systems allow 255 bytes; the id of a parametrized test may contain a whole prompt.
_MAX_NAME_CHARACTERS = 150

# Functions import vllm_client when they need it, so that other test runs do not load it.


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("vllm_client")
    group.addoption(
        "--vllm-record",
        choices=("none", "once", "all"),
        default="none",
        help="cassettes of the fixture vllm_cassette: replay them (none, the default),"
        " record the missing ones (once), or record all again (all)",
    )
    group.addoption(
        "--vllm-base-url",
        default=os.environ.get("VLLM_BASE_URL"),
        help="the server to record from, and, without --vllm-model, the servers of the fixture"
        " vllm_servers, separated by commas; default: VLLM_BASE_URL",
    )
    group.addoption(
        "--vllm-model", help="model of the servers that the fixture vllm_servers starts"
    )
    group.addoption(
        "--vllm-args",
        default="",
        help='arguments of `vllm serve` for vllm_servers, as in "--max-model-len 8192"',
    )
    group.addoption(
        "--vllm-replicas", type=int, default=1, help="number of vllm_servers; default: 1"
    )
    group.addoption(
        "--vllm-python",
        help="Python interpreter that has vLLM; default: `vllm` on the PATH, else this interpreter",
    )


@pytest.fixture
def simulated_vllm() -> Iterator[SimulatedVllm]:
    """A fresh, running `vllm_client.testing.SimulatedVllm` for each test."""
    from . import SimulatedVllm

    with SimulatedVllm() as server:
        yield server


@pytest.fixture
def vllm_cassette(request: pytest.FixtureRequest) -> Iterator[Recorder | Replayer]:
    """A server that replays this test's cassette, or records it; clients use its `base_url`.

    The cassette is `cassettes/MODULE/TEST.jsonl` beside the test file. `--vllm-record` says when it
    is recorded, and `--vllm-base-url` from which server. The test fails if it sends a request that
    a replayed cassette does not have, even if the code under test handles the error.
    """
    from . import Replayer

    with _server(request) as server:
        yield server
    if isinstance(server, Replayer) and server.missing:
        pytest.fail("\n".join(server.missing), pytrace=False)


@pytest.fixture(scope="session")
def vllm_servers(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """The base URLs of real vLLM servers; pass the list to a client. They start once per session.

    `--vllm-model` is their model; `--vllm-args`, `--vllm-replicas` and `--vllm-python` are further
    arguments of `vllm_client.launch.launch`. Without a model, the running servers of
    `--vllm-base-url` are used. Without either option, the tests are skipped.
    """
    option = request.config.getoption
    model, running = option("--vllm-model"), option("--vllm-base-url")
    if model:
        with _launch(option, model) as servers:
            yield servers
    elif running:
        yield [url.strip() for url in running.split(",")]
    else:
        pytest.skip("no vLLM: set --vllm-model to start servers, or --vllm-base-url")


def _launch(option: Callable[[str], Any], model: str) -> Launch:
    from ..launch import launch

    return launch(
        model,
        replicas=option("--vllm-replicas"),
        args=shlex.split(option("--vllm-args")),
        python=option("--vllm-python"),
    )


def _server(request: pytest.FixtureRequest) -> Recorder | Replayer:
    from . import record, replay

    path = _cassette_of(request.node)
    if not _records(str(request.config.getoption("--vllm-record")), path):
        if not path.exists():
            pytest.fail(f"no cassette {path}: record it with --vllm-record=once", pytrace=False)
        return replay(path)
    base_url = request.config.getoption("--vllm-base-url")
    if not base_url:
        pytest.fail("no server to record: set --vllm-base-url or VLLM_BASE_URL", pytrace=False)
    return record(path, base_url)


def _records(mode: str, path: Path) -> bool:
    """Whether to record this cassette. An empty cassette counts as missing."""
    from .cassette.cassette_file import read_cassette

    return mode == "all" or (mode == "once" and not (path.exists() and read_cassette(path)))


def _cassette_of(test: pytest.Item) -> Path:
    name = test.nodeid.partition("::")[2].replace("::", ".")
    return test.path.parent / "cassettes" / test.path.stem / f"{_as_file_name(name)}.jsonl"


def _as_file_name(name: str) -> str:
    """Return a valid file name. If characters were replaced, it ends in a checksum."""
    plain = re.sub(r"[^\w.,=\[\]-]+", "_", name, flags=re.ASCII)[:_MAX_NAME_CHARACTERS]
    return plain if plain == name else f"{plain}-{crc32(name.encode()):08x}"
