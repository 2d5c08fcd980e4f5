"""The Python blocks of README.md and of the pages beside the code pass the type checkers."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("vllm_client/**/README.md")])
BLOCK = re.compile(r"^```python.*?\n(.*?)^```", re.M | re.S)

# libraries that the environment of the type checkers lacks
ABSENT = re.compile(r"^(?:from|import) (?:ray|dask|pyspark|fastapi|prometheus_client)\b", re.M)

SETTINGS = {
    "include": ["."],
    "extraPaths": [str(ROOT)],
    "pythonVersion": "3.11",
    "typeCheckingMode": "strict",
}


def extract_blocks(folder: Path) -> None:
    """Write each block to a file of its own, at the lines that it has in its page."""
    for page in PAGES:
        name = "_".join(page.relative_to(ROOT).with_suffix("").parts)
        text = page.read_text(encoding="utf-8")
        for number, block in enumerate(BLOCK.finditer(text), 1):
            if not ABSENT.search(block[1]):
                lines_before = text.count("\n", 0, block.start(1))
                code = "\n" * lines_before + block[1]
                (folder / f"{name}_{number}.py").write_text(code, encoding="utf-8")


def mypy(folder: Path) -> list[str]:
    """Errors in strict mode."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--no-pretty"]
    command += ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(folder)]
    files = [path.name for path in sorted(folder.glob("*.py"))]
    done = subprocess.run(
        [*command, *files],
        cwd=folder,
        env={"MYPYPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode < 2, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if ": error:" in line]


def pyright(folder: Path) -> list[str]:
    """Errors in strict mode."""
    (folder / "pyrightconfig.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(
        [*command, "--project", str(folder)], capture_output=True, text=True, check=False
    )
    output = json.loads(done.stdout[done.stdout.index("{") :])
    assert output["summary"]["filesAnalyzed"] >= len(list(folder.glob("*.py")))
    return [
        f"{Path(each['file']).name}:{each['range']['start']['line'] + 1}: {each['message']}"
        for each in output["generalDiagnostics"]
        if each["severity"] == "error"
    ]


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_the_blocks_pass_in_strict_mode(
    checker: Callable[[Path], list[str]], tmp_path: Path
) -> None:
    if find_spec(checker.__name__) is None:
        pytest.skip(f"{checker.__name__} is not installed")
    extract_blocks(tmp_path)

    assert "\n".join(checker(tmp_path)) == ""
