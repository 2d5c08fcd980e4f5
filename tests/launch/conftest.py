"""A fake `vllm` command that runs the simulator, and a second process as its engine."""

import os
import sys
from pathlib import Path

import pytest

_VLLM = """#!/bin/sh
echo "arguments: $*"
echo "devices: $CUDA_VISIBLE_DEVICES"
echo "setting: $SETTING"
if [ "$SETTING" = broken ]; then echo "no such model" >&2; exit 3; fi
sleep 600 &
echo "$!" > "$PIDS/engine-$6"
echo "$$" > "$PIDS/server-$6"
if [ "$SETTING" = silent ]; then wait; fi
exec "{python}" -m vllm_client simulate --host "$4" --port "$6"
"""


@pytest.fixture
def pids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the fake `vllm` on PATH; return the folder with the process ids of the servers."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "vllm"
    command.write_text(_VLLM.format(python=sys.executable))
    command.chmod(0o755)
    written = tmp_path / "pids"
    written.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PIDS", str(written))
    return written
