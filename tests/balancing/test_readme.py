"""The README of several servers: its example runs, and its numbers are those of the code."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

from vllm_client.balancing.health import MAX_WAIT, RECOVERY_SECONDS
from vllm_client.balancing.name_addresses import LOOK_UP_SECONDS
from vllm_client.balancing.retry_ratio import MAX_SHARE, MIN_RETRIES, WINDOW_SECONDS
from vllm_client.call.servers import Policy
from vllm_client.testing import SimulatedVllm

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "vllm_client" / "balancing" / "README.md").read_text(encoding="utf-8")


README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = r"^```python\n(.*?)^```"


def _printed(block: str, tmp_path: Path) -> str:
    """Run a block against two simulated servers instead of gpu1 and gpu2; return its output."""
    with SimulatedVllm() as one, SimulatedVllm() as other:
        program = block.replace("http://gpu1:8000/v1", one.base_url)
        program = program.replace("http://gpu2:8000/v1", other.base_url)
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    return ran.stdout


def test_example_of_this_readme_runs(tmp_path: Path) -> None:
    (block,) = re.findall(BLOCK, PAGE, re.M | re.S)

    printed = _printed(block, tmp_path)

    assert "{'a': '0.33.0', 'b': '0.33.0'}" in printed
    assert "<SyncServers a: in, 0 in flight; b: in, 0 in flight>" in printed


def test_example_of_the_main_readme_runs(tmp_path: Path) -> None:
    section = README.split("\n## Several servers\n")[1].split("\n## ")[0]
    (block,) = re.findall(BLOCK, section, re.M | re.S)

    assert _printed(block, tmp_path).count("0.33.0") == 2


def test_readme_has_the_policies_and_the_numbers_of_the_code() -> None:
    assert set(re.findall(r'^\| `"(\w+)"`', PAGE, re.M)) == set(get_args(Policy))
    words = " ".join(PAGE.split())
    assert f"waits of 1 s to {MAX_WAIT:g} s" in words
    assert f"every {LOOK_UP_SECONDS:g} seconds while there are calls" in words
    assert f"For {RECOVERY_SECONDS:g} seconds after" in words
    assert f"at most {MAX_SHARE:.0%}".replace("%", " %") in words
    assert f"the last {WINDOW_SECONDS} seconds, or {MIN_RETRIES} if" in words
