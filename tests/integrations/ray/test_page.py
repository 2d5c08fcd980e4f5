"""The code blocks about Ray Data in the README and its page run unchanged."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integrations.ray.conftest import RAY_ENVIRONMENT
from vllm_client.integrations.ray.dataset import DEFAULT_BATCH_SIZE
from vllm_client.integrations.ray.row_mapper import MAX_ROWS_AHEAD
from vllm_client.testing import SimulatedVllm

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGE = (ROOT / "vllm_client/integrations/ray/README.md").read_text(encoding="utf-8")
RAY, DASK = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
MARK = "<!-- stand-in for vLLM: tests/integrations/ray/test_page.py -->\n"


# on the loopback; by default Ray uses the address of the machine
LOCAL = (
    "import ray; ray.init('local', num_cpus=2, include_dashboard=False, "
    "_node_ip_address='127.0.0.1')"
)


def printed(block: str, folder: Path) -> list[str]:
    """Run a block and return the lines that it prints."""
    with SimulatedVllm() as server:
        program = block.replace("http://localhost:8000/v1", server.base_url)
        ran = subprocess.run(
            [sys.executable, "-c", re.sub(r"^import ray\b", LOCAL, program)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **RAY_ENVIRONMENT},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


@pytest.mark.ray
def test_the_block_on_ray_runs(tmp_path: Path) -> None:
    lines = [line for line in printed(RAY, tmp_path) if re.match(r"\d+ ", line)]

    assert [int(line.split()[0]) for line in lines] == list(range(100))
    assert all(line.endswith(" 20 None") for line in lines)


@pytest.mark.ray
def test_the_block_on_dask_runs(tmp_path: Path) -> None:
    assert printed(DASK, tmp_path)[-1] == "[100 rows x 2 columns]"


@pytest.mark.ray
def test_the_block_of_the_readme_runs(tmp_path: Path) -> None:
    (block,) = re.findall(rf"^{MARK}```python\n(.*?)^```", README, re.M | re.S)

    printed(block, tmp_path)
    assert len(list((tmp_path / "answers").glob("*.parquet"))) > 0


def test_numbers_on_the_page_equal_those_in_the_code() -> None:
    assert f"(default {DEFAULT_BATCH_SIZE})" in PAGE
    assert f"up to {MAX_ROWS_AHEAD:,} rows" in " ".join(PAGE.split())
