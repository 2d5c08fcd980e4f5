"""The code blocks of the README and of the API page run, and their commands are correct."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from vllm_client.testing import SimulatedVllm

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = [sys.executable, "-W", "error", "-c"]
ADDRESS = "http://localhost:8000/v1"
# A comment before a block names the test that runs it instead.
STAND_IN = r"<!-- stand-in for vLLM: \S+ -->\n"
FAMILIES = (ROOT / "vllm_client" / "api" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(
    r"^```python\n(.*?)^```",
    re.sub(rf"^{STAND_IN}```python\n.*?^```", "", README + FAMILIES, flags=re.M | re.S),
    re.M | re.S,
)
COMMANDS = dict(re.findall(r"<!-- command: (\w+) -->\n```sh\n(.*?)\n```", README))


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_block_runs(block: str, tmp_path: Path) -> None:
    with SimulatedVllm() as server:
        ran = subprocess.run(
            [*PYTHON, block.replace(ADDRESS, server.base_url)],
            cwd=tmp_path,
            env={
                "VLLM_BASE_URL": server.base_url,
                "PYTHONIOENCODING": "utf-8",
                "PYTHONPATH": str(ROOT),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert ran.stdout.strip()


def test_contents_list_names_every_section() -> None:
    contents = README.split("<!-- contents -->")[1]
    listed = re.findall(r"\[([^]]+)\]\(#([^)]+)\)", contents)
    anchors = [re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title, _ in listed]
    assert [anchor for _, anchor in listed] == anchors
    titles = re.findall(r"^###? (.+)", README, re.M)
    assert [title for title, _ in listed] == titles


def test_every_numbered_section_has_a_code_block() -> None:
    eight = README.split("## Eight things people do")[1].split("\n## ")[0]
    sections = re.split(r"^### \d\. ", eight, flags=re.M)[1:]
    assert len(sections) == 8
    assert all("```python" in section for section in sections)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no bash for .ci/run")
def test_ci_runs_the_commands_of_the_readme(tmp_path: Path) -> None:
    stand_ins = """
        . .ci/run
        checkout() { mkdir -p "$1"; }
        limited() { printf '%s\\0' "${@: -1}" >>"$scratch/ran"; }
        pythons=("$0") scratch=$1
        readme_commands
    """
    subprocess.run(["bash", "-c", stand_ins, sys.executable, tmp_path], cwd=ROOT, check=True)

    ran = (tmp_path / "ran").read_text(encoding="utf-8")
    assert ran.split("\0") == [COMMANDS["run"], COMMANDS["test"], ""]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no bash for .ci/run")
def test_ci_has_a_function_for_each_section_and_ends_with_the_live_suite() -> None:
    list_sections = """
        . .ci/run
        for section in "${sections[@]}"; do
            IFS='|' read -r title run minutes <<<"$section"
            declare -F ${run// /}
            echo $minutes
        done
    """
    listed = subprocess.run(
        ["bash", "-c", list_sections], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *_, last = functions = listed.stdout.split()[::2]
    minutes = listed.stdout.split()[1::2]

    assert "quick_check" in functions
    assert last == "live_suite"
    assert sum(map(int, minutes)) <= 90


def test_tests_that_need_a_real_vllm_are_not_selected() -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/live/test_raw.py"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, ran.stderr
    assert re.search(r"no tests collected \(\d+ deselected\)", ran.stdout)


def test_entry_points_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"vllm-client": "vllm_client.cli:main"}
    assert project["version"] == _version()
    assert sorted(re.split(r"[<>=]", need)[0] for need in project["dependencies"]) == [
        "attrs",
        "cattrs",
        "httpx",
        "typing-extensions",
    ]


def _version() -> str:
    from vllm_client import __version__

    return __version__
