"""Type checkers accept `tests/typing/`, and refuse the marked lines of `typing_refused.py`."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WRONG = "tests/typing_refused.py"
FILES = (
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/typing/*.py")),
    WRONG,
)

Refused = set[tuple[str, int]]
"""Return the file names and line numbers with errors of a checker."""


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def mypy() -> Refused:
    output = run("mypy", "--strict", "--no-error-summary", "--show-error-end", *FILES)
    found = re.findall(r"^(\S+?):(\d+):\d+:\d+:\d+: error:", output, re.MULTILINE)
    assert found, output
    return {(name, int(line)) for name, line in found}


def pyright() -> Refused:
    output = run("pyright", "--outputjson", "--pythonpath", sys.executable, *FILES)
    problems = json.loads(output[output.index("{") :])["generalDiagnostics"]
    return {
        (
            Path(problem["file"]).relative_to(ROOT).as_posix(),
            problem["range"]["start"]["line"] + 1,
        )
        for problem in problems
        if problem["severity"] == "error"
    }


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_type_checkers_refuse_exactly_the_marked_lines(
    checker: Callable[[], Refused],
) -> None:
    if find_spec(checker.__name__) is None:
        pytest.skip(f"{checker.__name__} is not installed")
    lines = (ROOT / WRONG).read_text(encoding="utf-8").splitlines()

    refused = checker()

    assert refused == {
        (WRONG, number) for number, line in enumerate(lines, 1) if "  # wrong" in line
    }
