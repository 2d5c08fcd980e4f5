"""Run the code blocks of vllm_client/openai/README.md."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "vllm_client/openai/README.md"


def test_blocks_run(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert blocks

    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), {})

    assert capsys.readouterr().out
