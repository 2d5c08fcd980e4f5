"""Type checkers accept what is right in `tests/typing/`, and refuse what is wrong there."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RIGHT = ("tests/typing/calls.py", "tests/typing/events.py")
WRONG = "tests/typing/wrong.py"

Refused = set[tuple[str, int]]
"""The file names and line numbers that a checker complains about."""


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def mypy(*files: str) -> Refused:
    output = run("mypy", "--strict", "--no-error-summary", "--show-error-end", *files)
    found = re.findall(r"^(\S+?):(\d+):\d+:\d+:\d+: error:", output, re.MULTILINE)
    assert found or not output.strip(), output
    return {(name, int(line)) for name, line in found}


def pyright(*files: str) -> Refused:
    output = run("pyright", "--outputjson", "--pythonpath", sys.executable, *files)
    problems = json.loads(output[output.index("{") :])["generalDiagnostics"]
    return {
        (
            Path(problem["file"]).relative_to(ROOT).as_posix(),
            problem["range"]["start"]["line"] + 1,
        )
        for problem in problems
        if problem["severity"] == "error"
    }


@pytest.fixture(params=[mypy, pyright], ids=["mypy", "pyright"])
def check(request: pytest.FixtureRequest) -> Callable[..., Refused]:
    checker: Callable[..., Refused] = request.param
    if find_spec(checker.__name__) is None:
        pytest.skip(f"{checker.__name__} is not installed")
    return checker


def test_a_type_checker_accepts_what_is_right(check: Callable[..., Refused]) -> None:
    assert check(*RIGHT) == set()


def test_a_type_checker_refuses_each_line_that_is_wrong(check: Callable[..., Refused]) -> None:
    lines = (ROOT / WRONG).read_text(encoding="utf-8").splitlines()
    marked = {(WRONG, number) for number, line in enumerate(lines, 1) if "  # wrong" in line}

    assert check(WRONG) == marked
