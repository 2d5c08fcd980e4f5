"""Code blocks of vllm_client/api/README.md that need a certain model, run against such a server.

```` ```python whisper ```` is a block for the server `whisper`.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.conftest import AddressOf
from tests.live.test_audio import SECOND

PAGE = Path(__file__).resolve().parents[2] / "vllm_client" / "api" / "README.md"
BLOCKS = re.findall(r"^```python (\S+)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)


@pytest.mark.parametrize(("config", "block"), BLOCKS, ids=[config for config, _ in BLOCKS])
def test_block_runs(config: str, block: str, address_of: AddressOf, tmp_path: Path) -> None:
    address = address_of(config)
    (tmp_path / "speech.wav").write_bytes(SECOND)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", block],
        cwd=tmp_path,
        env={
            "VLLM_BASE_URL": address.base_url,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert ran.stdout.strip()
