"""The README on testing: its code runs, and its facts about headers and options are correct."""

import os
import re
import subprocess
import sys
from pathlib import Path

from vllm_client.testing import SimulatedVllm
from vllm_client.testing.cassette.exchange import (
    WRITTEN_REQUEST_HEADERS,
    WRITTEN_RESPONSE_HEADERS,
)
from vllm_client.testing.cassette.playing import ABANDONED_SECONDS
from vllm_client.testing.engine.settings import PRESETS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "vllm_client" / "testing" / "README.md").read_text(encoding="utf-8")
ERRORS, SCRIPT, ENGINE, FIXTURE, SERVERS = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)


def run(folder: Path, *arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": str(ROOT),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_script_with_error_replies_runs(tmp_path: Path) -> None:
    assert "503 still busy 2" in run(tmp_path, "-c", ERRORS)


def test_script_prints_what_the_readme_says(server: SimulatedVllm, tmp_path: Path) -> None:
    printed = run(tmp_path, "-c", SCRIPT.replace("http://localhost:8000/v1", server.base_url))

    said = " ".join(re.findall(r"`421 (.*?)`", PAGE, re.S)[0].split())
    for part in said.split(" …, "):
        assert part in printed


def test_the_script_with_an_engine_runs(tmp_path: Path) -> None:
    run(tmp_path, "-c", ENGINE)


def test_readme_lists_all_engines() -> None:
    assert all(f"`{name}`" in PAGE for name in PRESETS)


def test_the_fixture_runs(server: SimulatedVllm, tmp_path: Path) -> None:
    server.reply("Hello!")
    imports = "from vllm_client import SyncVllmClient, user\n\n\n"
    (tmp_path / "test_it.py").write_text(imports + FIXTURE)
    plugin = ("-m", "pytest", "-q", "-p", "vllm_client.testing.pytest_plugin")
    run(tmp_path, *plugin, "--vllm-record=once", f"--vllm-base-url={server.base_url}")
    run(tmp_path, *plugin)
    assert (tmp_path / "cassettes" / "test_it" / "test_greeting.jsonl").exists()


def test_the_fixture_of_real_servers_runs(server: SimulatedVllm, tmp_path: Path) -> None:
    imports = "from vllm_client import SyncVllmClient, user\n\n\n"
    (tmp_path / "test_it.py").write_text(imports + SERVERS)
    plugin = ("-m", "pytest", "-q", "-p", "vllm_client.testing.pytest_plugin")
    run(tmp_path, *plugin, f"--vllm-base-url={server.base_url}")
    assert len(server.requests) == 1


def test_readme_lists_the_written_headers() -> None:
    _, _, text = PAGE.partition("and these headers:")
    requests, _, responses = text.partition(".")[0].partition("answers")
    assert tuple(re.findall(r"`(.*?)`", requests)) == WRITTEN_REQUEST_HEADERS
    assert tuple(re.findall(r"`(.*?)`", responses)) == WRITTEN_RESPONSE_HEADERS


def test_readme_has_the_silent_time_of_a_replay() -> None:
    assert f"silent for {ABANDONED_SECONDS:.0f} seconds" in PAGE
