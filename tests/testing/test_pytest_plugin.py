"""The fixture, in a pytest run of its own, as a user's project has it."""

import os
import subprocess
import sys
from pathlib import Path

USERS_TESTS = """
import urllib.request

def test_first(simulated_vllm):
    simulated_vllm.reply("never asked for")
    urllib.request.urlopen(simulated_vllm.base_url + "/models").close()
    assert len(simulated_vllm.requests) == 1

def test_each_test_has_a_fresh_one(simulated_vllm):
    assert (simulated_vllm.requests, simulated_vllm.replies_left) == ([], 0)
"""


def run_pytest(folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "test_users.py").write_text(USERS_TESTS)
    plugin = ["-p", "vllm_client.testing.pytest_plugin"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", *plugin, str(folder)],
        cwd=folder,
        # Without it the plugin would be loaded twice where this package is installed.
        env={
            **os.environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_each_test_gets_a_server_of_its_own(tmp_path: Path) -> None:
    run = run_pytest(tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 passed" in run.stdout


def test_the_plugin_loads_nothing_that_is_not_used() -> None:
    code = (
        "import sys, pytest, vllm_client.testing.pytest_plugin;"
        "print([m for m in ('attrs', 'h11', 'httpx', 'vllm_client.testing.server')"
        " if m in sys.modules])"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert output == "[]\n"
