"""Real vLLM servers, started by `launch`."""

import os
from pathlib import Path

import pytest

from tests.live.servers import HERE
from vllm_client import SyncVllmClient, user
from vllm_client.launch import LaunchError, launch

OFFLINE = {
    "VLLM_TARGET_DEVICE": "cpu",  # vLLM 0.33 has no build for the CPU that would say so
    "HF_HUB_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "OMP_NUM_THREADS": "1",
}
ARGS = [
    *("--dtype", "float32", "--enforce-eager", "--max-num-seqs", "32", "--max-model-len", "2048"),
    *("--kv-cache-memory-bytes", "67108864", "--served-model-name", "tiny"),
]


@pytest.fixture(scope="module")
def python() -> str:
    python = os.environ.get("VLLM_PY")
    if python is None:
        pytest.skip("VLLM_PY names no Python that has vLLM")
    return python


def processes_of(folder: Path) -> list[int]:
    """The processes that write to a file in a folder, such as a server's log."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            files = {os.readlink(descriptor) for descriptor in (process / "fd").iterdir()}
        except OSError:
            continue  # it has ended
        if any(file.startswith(str(folder)) for file in files):
            found.append(int(process.name))
    return found


def test_two_servers_answer_and_are_gone_after_the_block(python: str, tmp_path: Path) -> None:
    model = str(HERE / "models" / "chat")
    with launch(
        model, replicas=2, args=ARGS, env=OFFLINE, python=python, logs=tmp_path, timeout=300
    ) as servers:
        for base_url in servers:
            with SyncVllmClient(base_url) as client:
                answer = client.chat.completions.create(
                    messages=[user("Say hello.")], temperature=0
                )
                assert answer.content
        assert len(processes_of(tmp_path)) >= 4  # per server: its watcher, and vLLM's own

    assert processes_of(tmp_path) == []


def test_the_error_of_a_wrong_argument_has_vllms_own_words(python: str) -> None:
    with pytest.raises(LaunchError, match="unrecognized arguments: --no-such-flag"):
        launch("m", args=["--no-such-flag"], env=OFFLINE, python=python).__enter__()
